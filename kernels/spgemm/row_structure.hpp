// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From rows of unknown length to the structure of a matrix, doing the work once.
#pragma once

#include <memory>

#include "core/pooled.hpp"
#include "kernels/common/host_csr.hpp"
#include "kernels/spgemm/column_set.hpp"
#include "kernels/spgemm/repeats.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::kernels {

/// A chunk's work fits in a second-level cache, but has enough rows that what is found out about
/// one helps others; and there are enough chunks for all threads.
inline std::size_t number_of_chunks(const ExecutionSpace& space, Offset work, LocalIndex rows) {
  constexpr Offset few_rows = 64;
  const Offset large = std::max(Offset(1) << 16, work / std::max<Offset>(rows, 1) * few_rows);
  constexpr Offset small = Offset(1) << 11;
  constexpr Offset per_thread = 8;
  const Offset wanted = per_thread * detail::threads_of(host_instance(space));
  return static_cast<std::size_t>(
      std::max({Offset(1), work / large, std::min(wanted, work / small)}));
}

/// The number of multiplications in row i of A B.
template <Scalar T>
Offset products_of_row(const HostCsr<T>& a, const HostCsr<T>& b, LocalIndex i) {
  Offset sum = 0;
  for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) {
    sum += b.offsets[a.indices[k] + 1] - b.offsets[a.indices[k]];
  }
  return sum;
}

/// sums[i] = weight(0) + ... + weight(i - 1), for i <= rows. Each weight is computed once, although
/// a parallel scan goes through its numbers twice.
template <class Weight>
void sum_weights(const ExecutionSpace& space, LocalIndex rows, Offset* sums, const Weight& weight) {
  const Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>> all(
      host_instance(space), 0, rows);
  Kokkos::parallel_for("suan::find_weights", all,
                       [&](std::int64_t i) { sums[i] = weight(static_cast<LocalIndex>(i)); });
  Kokkos::parallel_scan("suan::sum_weights", all, [&](std::int64_t i, Offset& sum, bool final) {
    const Offset here = sums[i];
    if (final) sums[i] = sum;
    sum += here;
    if (final && i + 1 == rows) sums[rows] = sum;
  });
  host_instance(space).fence("suan::sum_weights");
  if (rows == 0) sums[0] = 0;
}

/// The work of each row of a product, computed once: it says how to share the rows and how much
/// room they need. Memory: 8 bytes per row.
class WorkOfRows {
 public:
  /// work(i) is the number of products of row i, or a bound; `row_cost` is added for each row.
  template <class Work>
  WorkOfRows(const ExecutionSpace& space, LocalIndex rows, Offset row_cost, const Work& work)
      : rows_(rows),
        row_cost_(row_cost),
        before_(std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(rows) + 1)) {
    sum_weights(space, rows, before_.get(), [&](LocalIndex i) { return work(i) + row_cost; });
  }

  Offset of(LocalIndex i) const { return before(i + 1) - before(i) - row_cost_; }
  Offset total() const { return before(rows_) - row_cost_ * rows_; }
  /// Where chunks of about equal work start, and the end.
  std::vector<LocalIndex> chunks(const ExecutionSpace& space) const {
    return split_rows(before_.get(), rows_, number_of_chunks(space, before(rows_), rows_));
  }

 private:
  Offset before(LocalIndex i) const { return before_[static_cast<std::size_t>(i)]; }

  LocalIndex rows_;
  Offset row_cost_;
  std::unique_ptr<Offset[]> before_;
};

/// Moves the first `size` elements of `from` to `to`: the whole array if they fill a good part of
/// it and it is small, so that copying would cost more time than it saves memory.
template <class T>
void keep(detail::Pooled<T>& from, std::size_t size, detail::Pooled<T>& to) {
  constexpr std::size_t small = std::size_t(1) << 20;
  if (from.size() * sizeof(T) <= small && from.size() <= 3 * size) {
    to = std::move(from);
    from = {};
    return;
  }
  to = detail::Pooled<T>(size);
  std::copy_n(from.get(), size, to.get());
}

struct RowStructure {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> indices;
};

/// Elements: kernels that write vectors overwrite what lies behind a row.
inline constexpr std::size_t room_behind_columns = 64;

/// Finds the columns of all rows. `make()` returns, once per thread, an object whose bound(i) is at
/// least the number of columns of row i, and whose columns(i, earlier, out) writes them in
/// increasing order to `out` and returns their end; `room_behind_columns` elements behind it may be
/// overwritten. `earlier` has the chunk's rows before i. After the last row of a chunk,
/// end_chunk(number of the chunk) is called.
///
/// The columns of a chunk are kept in an array of at most three times their size until all offsets
/// are known, and freed as they are copied.
template <class Make>
RowStructure find_structure(const char* label, const ExecutionSpace& space,
                            const std::vector<LocalIndex>& chunks, const Make& make) {
  const LocalIndex rows = chunks.back();
  const std::size_t count = chunks.size() - 1;
  const detail::Staged<Offset> offsets("suan::Csr::offsets", static_cast<std::size_t>(rows) + 1);
  std::vector<detail::Pooled<LocalIndex>> found(count);
  share_chunks(label, space, count, [&](const auto& next) {
    auto work = make();
    detail::Pooled<LocalIndex> buffer;
    for (std::size_t c = next(); c < count; c = next()) {
      std::size_t bound = room_behind_columns;
      for (LocalIndex i = chunks[c]; i < chunks[c + 1]; ++i) {
        bound += static_cast<std::size_t>(work.bound(i));
      }
      if (bound > buffer.size()) {
        buffer.reset();  // before the new one is allocated
        buffer = detail::Pooled<LocalIndex>(bound);
      }
      LocalIndex* end = buffer.get();
      EarlierRows earlier;
      earlier.start(chunks[c]);
      for (LocalIndex i = chunks[c]; i < chunks[c + 1]; ++i) {
        LocalIndex* const begin = end;
        earlier.begin_row(i, begin);
        end = work.columns(i, earlier, begin);
        offsets[static_cast<std::size_t>(i)] = end - begin;
      }
      work.end_chunk(c);
      keep(buffer, static_cast<std::size_t>(end - buffer.get()), found[c]);
    }
  });
  Offset* const sums = offsets.data();
  sum_weights(space, rows, sums, [&](LocalIndex i) { return sums[i]; });
  const detail::Staged<LocalIndex> indices("suan::Csr::indices",
                                           static_cast<std::size_t>(sums[rows]));
  for_chunks("suan::copy_structure", space, count, [&](std::size_t c) {
    const Offset begin = sums[chunks[c]];
    std::copy(found[c].get(), found[c].get() + (sums[chunks[c + 1]] - begin),
              indices.data() + begin);
    found[c].reset();
  });
  return {offsets.finish(), indices.finish()};
}

}  // namespace suan::kernels
