// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_matrix_rows.hpp"

#include <algorithm>
#include <numeric>

#include "suan/core/instantiate.hpp"

namespace suan::hdf5 {

namespace {

using HostRows = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// Elements [begin, end) in host memory; no copy where the device is the host.
template <class T>
HostView<const T> in_host_memory(const DeviceView<const T>& view, Offset begin, Offset end) {
  const auto range = std::make_pair(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), Kokkos::subview(view, range),
                                             "suan::io::block");
}

template <class T>
HostView<const T> in_host_memory(const DeviceView<const T>& view) {
  return in_host_memory(view, 0, static_cast<Offset>(view.extent(0)));
}

}  // namespace

std::vector<LocalIndex> split_rows(std::span<const Offset> offsets) {
  std::vector<LocalIndex> starts{0};
  const std::size_t rows = offsets.size() - 1;
  for (std::size_t row = 0; row < rows;) {
    const auto end = std::upper_bound(offsets.begin() + static_cast<Offset>(row) + 1, offsets.end(),
                                      offsets[row] + entries_per_block);
    const auto fitting = static_cast<std::size_t>(end - offsets.begin()) - 1;
    row = std::min(std::max(fitting, row + 1), row + static_cast<std::size_t>(entries_per_block));
    starts.push_back(static_cast<LocalIndex>(row));
  }
  return starts;
}

template <Scalar T>
MatrixRows<T>::MatrixRows(const DistributedMatrix<T>& matrix)
    : matrix_(matrix), sorted_(matrix.local().sorted() && matrix.remote().matrix.sorted()) {
  const LocalIndex rows = matrix.local().rows();
  const auto& remote = matrix.remote();
  offsets_.assign(static_cast<std::size_t>(rows) + 1, 0);
  if (rows == 0) return;
  local_.offsets = in_host_memory(matrix.local().view().offsets);
  for (std::size_t i = 0; i < offsets_.size(); ++i) offsets_[i] = local_.offsets(i);
  if (remote.matrix.rows() > 0) {
    remote_.offsets = in_host_memory(remote.matrix.view().offsets);
    remote_rows_ = in_host_memory(remote.row_numbers);
    std::size_t r = 0;
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      offsets_[i] += remote_.offsets(r);
      if (r < remote_rows_.extent(0) && static_cast<std::size_t>(remote_rows_(r)) == i) ++r;
    }
  }
  if (!sorted_) count_without_duplicates();
}

template <Scalar T>
void MatrixRows<T>::fetch(const Csr<T>& matrix, LocalIndex first, LocalIndex last, Part& part) {
  part.begin = part.offsets(static_cast<std::size_t>(first));
  const Offset end = part.offsets(static_cast<std::size_t>(last));
  part.indices = in_host_memory(matrix.view().indices, part.begin, end);
  part.values = in_host_memory(matrix.view().values, part.begin, end);
}

/// Merges a row of the local part and, unless remote_row is -1, one of the remote part into `at`.
template <Scalar T>
void MatrixRows<T>::merge_row(LocalIndex row, LocalIndex remote_row, Offset at) {
  const GlobalIndex shift = matrix_.column_layout().first();
  const auto& remote_columns = matrix_.remote().columns;
  Offset l = local_.offsets(row) - local_.begin;
  const Offset l_end = local_.offsets(row + 1) - local_.begin;
  Offset r = 0;
  Offset r_end = 0;
  if (remote_row >= 0) {
    r = remote_.offsets(remote_row) - remote_.begin;
    r_end = remote_.offsets(remote_row + 1) - remote_.begin;
  }
  for (auto to = static_cast<std::size_t>(at); l < l_end || r < r_end; ++to) {
    const auto remote_column = [&] {
      return remote_columns[static_cast<std::size_t>(remote_.indices(r))];
    };
    if (r == r_end || (l < l_end && local_.indices(l) + shift < remote_column())) {
      columns_[to] = local_.indices(l) + shift;
      values_[to] = local_.values(l++);
    } else {
      columns_[to] = remote_column();
      values_[to] = remote_.values(r++);
    }
  }
}

/// Copies rows [first, last) as stored to columns_ and values_.
template <Scalar T>
void MatrixRows<T>::fill(LocalIndex first, LocalIndex last) {
  const auto& offsets = sorted_ ? offsets_ : stored_offsets_;
  const Offset begin = offsets[static_cast<std::size_t>(first)];
  const auto entries = static_cast<std::size_t>(offsets[static_cast<std::size_t>(last)] - begin);
  columns_.resize(entries);
  values_.resize(entries);
  fetch(matrix_.local(), first, last, local_);
  std::vector<LocalIndex> remote_row(static_cast<std::size_t>(last - first), -1);
  if (remote_rows_.extent(0) > 0) {
    const LocalIndex* all = remote_rows_.data();
    const LocalIndex* end = all + remote_rows_.extent(0);
    const auto from = static_cast<LocalIndex>(std::lower_bound(all, end, first) - all);
    const auto to = static_cast<LocalIndex>(std::lower_bound(all, end, last) - all);
    fetch(matrix_.remote().matrix, from, to, remote_);
    for (LocalIndex r = from; r < to; ++r) {
      remote_row[static_cast<std::size_t>(all[r] - first)] = r;
    }
  }
  Kokkos::parallel_for("suan::io::merge_rows", HostRows(first, last), [&](std::int64_t row) {
    merge_row(static_cast<LocalIndex>(row), remote_row[static_cast<std::size_t>(row - first)],
              offsets[static_cast<std::size_t>(row)] - begin);
  });
}

/// Sorts the entries [begin, end) of one row, sums those of the same column and writes the result
/// to `to`; returns its end.
template <Scalar T>
Offset MatrixRows<T>::sum_duplicates(Offset begin, Offset end, Offset to) {
  std::vector<std::size_t> order(static_cast<std::size_t>(end - begin));
  std::iota(order.begin(), order.end(), static_cast<std::size_t>(begin));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns_[a] < columns_[b]; });
  std::vector<GlobalIndex> columns;
  std::vector<T> values;
  for (const std::size_t k : order) {
    if (!columns.empty() && columns.back() == columns_[k]) {
      values.back() += values_[k];
    } else {
      columns.push_back(columns_[k]);
      values.push_back(values_[k]);
    }
  }
  std::copy(columns.begin(), columns.end(), columns_.begin() + to);
  std::copy(values.begin(), values.end(), values_.begin() + to);
  return to + static_cast<Offset>(columns.size());
}

template <Scalar T>
void MatrixRows<T>::count_without_duplicates() {
  stored_offsets_ = offsets_;
  const auto starts = split_rows(stored_offsets_);
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
    fill(starts[b], starts[b + 1]);
    const Offset begin = stored_offsets_[static_cast<std::size_t>(starts[b])];
    for (auto row = static_cast<std::size_t>(starts[b]);
         row < static_cast<std::size_t>(starts[b + 1]); ++row) {
      const Offset kept =
          sum_duplicates(stored_offsets_[row] - begin, stored_offsets_[row + 1] - begin, 0);
      offsets_[row + 1] = offsets_[row] + kept;
    }
  }
}

template <Scalar T>
typename MatrixRows<T>::Block MatrixRows<T>::block(LocalIndex first, LocalIndex last) {
  fill(first, last);
  if (!sorted_) {
    const Offset begin = stored_offsets_[static_cast<std::size_t>(first)];
    Offset to = 0;
    for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
      to = sum_duplicates(stored_offsets_[row] - begin, stored_offsets_[row + 1] - begin, to);
    }
    columns_.resize(static_cast<std::size_t>(to));
    values_.resize(static_cast<std::size_t>(to));
  }
  return {columns_, values_};
}

#define SUAN_INSTANTIATE(T) template class MatrixRows<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::hdf5
