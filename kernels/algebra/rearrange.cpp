// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/algebra/rearrange.hpp"

#include "kernels/common/host_csr.hpp"
#include "kernels/common/new_csr.hpp"
#include "kernels/spgemm/row_structure.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using detail::Staged;

/// Sorts rows into separate arrays, on one thread.
template <Scalar T>
class RowSorter {
 public:
  explicit RowSorter(const HostCsr<T>& a) : a_(a) {}

  /// Writes row i sorted and without duplicates; returns its length.
  Offset sort(LocalIndex i, LocalIndex* indices, T* values) {
    const Offset begin = a_.offsets[i];
    const Offset length = a_.offsets[i + 1] - begin;
    const LocalIndex* const columns = a_.indices + begin;
    const auto not_increasing = [](LocalIndex j, LocalIndex k) { return j >= k; };
    if (std::adjacent_find(columns, columns + length, not_increasing) == columns + length) {
      std::copy_n(columns, length, indices);
      std::copy_n(a_.values + begin, length, values);
      return length;
    }
    entries_.resize(static_cast<std::size_t>(length));
    for (Offset k = 0; k < length; ++k) entries_[static_cast<std::size_t>(k)] = {columns[k], k};
    // No two are equal, so any sorting algorithm gives the same result.
    std::sort(entries_.begin(), entries_.end());
    Offset count = 0;
    for (const auto& [column, place] : entries_) {
      const T& value = a_.values[begin + place];
      if (count > 0 && indices[count - 1] == column) {
        values[count - 1] += value;
      } else {
        indices[count] = column;
        values[count] = value;
        ++count;
      }
    }
    return count;
  }

 private:
  const HostCsr<T>& a_;
  std::vector<std::pair<LocalIndex, Offset>> entries_;
};

}  // namespace

template <Scalar T>
CsrView<T> select(const ExecutionSpace& space, const CsrView<T>& a,
                  const DeviceView<const LocalIndex>& rows,
                  const DeviceView<const LocalIndex>& column_of, LocalIndex columns) {
  const auto count = static_cast<LocalIndex>(rows.extent(0));
  const auto result = allocate_rows<T>(
      space, count, KOKKOS_LAMBDA(LocalIndex i) {
        Offset kept = 0;
        for (Offset k = a.offsets(rows(i)); k < a.offsets(rows(i) + 1); ++k) {
          kept += column_of(a.indices(k)) >= 0;
        }
        return kept;
      });
  const auto offsets = result.offsets;
  const auto indices = result.indices;
  const auto values = result.values;
  Kokkos::parallel_for(
      "suan::select", Range(space, 0, count), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        for (Offset k = a.offsets(rows(i)); k < a.offsets(rows(i) + 1); ++k) {
          const LocalIndex column = column_of(a.indices(k));
          if (column < 0) continue;
          indices(at) = column;
          values(at) = a.values(k);
          ++at;
        }
      });
  space.fence("suan::select");
  return result.finish(count, columns);
}

template <Scalar T>
CsrView<T> sort_rows(const ExecutionSpace& space, const CsrView<T>& a) {
  const HostCsr<T> host(a);
  const auto rows = static_cast<std::size_t>(a.rows);
  const auto entries = static_cast<std::size_t>(host.entries());
  const Staged<Offset> offsets("suan::Csr::offsets", rows + 1);
  const Staged<LocalIndex> indices("suan::Csr::indices", entries);
  const Staged<T> values("suan::Csr::values", entries);
  const auto chunks =
      split_rows(host.offsets, a.rows, number_of_chunks(space, host.entries(), a.rows));
  const std::size_t count = chunks.size() - 1;
  share_chunks("suan::sort_rows", space, count, [&](const auto& next) {
    RowSorter<T> sorter(host);
    for (std::size_t c = next(); c < count; c = next()) {
      for (LocalIndex i = chunks[c]; i < chunks[c + 1]; ++i) {
        const Offset begin = host.offsets[i];
        offsets[static_cast<std::size_t>(i)] =
            sorter.sort(i, indices.data() + begin, values.data() + begin);
      }
    }
  });
  Offset* const sums = offsets.data();
  sum_weights(space, a.rows, sums, [&](LocalIndex i) { return sums[i]; });
  if (sums[rows] == host.entries()) {
    return {a.rows, a.columns, offsets.finish(), indices.finish(), values.finish()};
  }
  // Rows became shorter: close the gaps.
  const Staged<LocalIndex> fewer_indices("suan::Csr::indices",
                                         static_cast<std::size_t>(sums[rows]));
  const Staged<T> fewer_values("suan::Csr::values", static_cast<std::size_t>(sums[rows]));
  for_chunks("suan::move_rows", space, count, [&](std::size_t c) {
    for (LocalIndex i = chunks[c]; i < chunks[c + 1]; ++i) {
      const Offset length = sums[i + 1] - sums[i];
      std::copy_n(indices.data() + host.offsets[i], length, fewer_indices.data() + sums[i]);
      std::copy_n(values.data() + host.offsets[i], length, fewer_values.data() + sums[i]);
    }
  });
  return {a.rows, a.columns, offsets.finish(), fewer_indices.finish(), fewer_values.finish()};
}

template <Scalar T>
CsrView<T> scale(const ExecutionSpace& space, const DeviceView<const T>& left, const CsrView<T>& a,
                 const DeviceView<const T>& right) {
  const auto values = detail::allocate<T>("suan::Csr::values", a.values.extent(0));
  const bool has_left = left.extent(0) > 0;
  const bool has_right = right.extent(0) > 0;
  Kokkos::parallel_for(
      "suan::scale", Range(space, 0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          T value = a.values(k);
          if (has_left) value = left(i) * value;
          if (has_right) value = value * right(a.indices(k));
          values(k) = value;
        }
      });
  space.fence("suan::scale");
  return {a.rows, a.columns, a.offsets, a.indices, values};
}

#define SUAN_INSTANTIATE(T)                                                                       \
  template CsrView<T> select(const ExecutionSpace&, const CsrView<T>&,                            \
                             const DeviceView<const LocalIndex>&,                                 \
                             const DeviceView<const LocalIndex>&, LocalIndex);                    \
  template CsrView<T> sort_rows(const ExecutionSpace&, const CsrView<T>&);                        \
  template CsrView<T> scale(const ExecutionSpace&, const DeviceView<const T>&, const CsrView<T>&, \
                            const DeviceView<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
