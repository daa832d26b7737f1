// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/matrix/distributed_matrix.hpp.
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

#include <algorithm>

#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/portable_spmv.hpp"
#include "suan/matrix/detail/split_product.hpp"

namespace suan {

namespace detail {

template <Scalar T>
void require_part_sizes(const Layout& rows, const Layout& columns, const Csr<T>& local,
                        const typename DistributedMatrix<T>::Remote& remote) {
  if (local.rows() != rows.local_size() || local.columns() != columns.local_size()) {
    throw DimensionMismatch(message("DistributedMatrix: the local part is ", local.rows(), " x ",
                                    local.columns(), ", but the layouts give this rank ",
                                    rows.local_size(), " x ", columns.local_size()));
  }
  const auto stored = static_cast<std::size_t>(remote.matrix.rows());
  if (stored != remote.row_numbers.extent(0) ||
      static_cast<std::size_t>(remote.matrix.columns()) != remote.columns.size()) {
    throw DimensionMismatch(message("DistributedMatrix: the remote part is ", stored, " x ",
                                    remote.matrix.columns(), ", but has ",
                                    remote.row_numbers.extent(0), " row numbers and ",
                                    remote.columns.size(), " column numbers"));
  }
}

/// Products add to these rows from several threads: a duplicate number would be a race, and one out
/// of range an out-of-bounds write.
inline void require_row_numbers(const DeviceView<const LocalIndex>& numbers, LocalIndex rows) {
  constexpr auto none = std::numeric_limits<std::int64_t>::max();
  std::int64_t first_bad = none;
  Kokkos::parallel_reduce(
      "suan::distributed_row_numbers",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(numbers.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k, std::int64_t & bad) {
        const LocalIndex row = numbers(k);
        const LocalIndex before = k == 0 ? -1 : numbers(k - 1);
        if ((row <= before || row < 0 || row >= rows) && k < bad) bad = k;
      },
      Kokkos::Min<std::int64_t>(first_bad));
  if (first_bad == none) return;
  LocalIndex row = 0;
  Kokkos::deep_copy(row, Kokkos::subview(numbers, first_bad));
  throw InvalidArgument(message("DistributedMatrix: row number ", first_bad,
                                " of the remote part is ", row,
                                ", but they must increase within [0, ", rows, ")"));
}

inline void require_ghost_columns(const std::vector<GlobalIndex>& columns, const Layout& layout) {
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const GlobalIndex j = columns[k];
    const char* wrong = nullptr;
    if (j < 0 || j >= layout.global_size()) wrong = "out of range";
    if (layout.owns(j)) wrong = "one of this rank's own, which belong to the local part";
    if (k > 0 && j <= columns[k - 1]) wrong = "not larger than the one before it";
    if (wrong == nullptr) continue;
    throw InvalidArgument(message("DistributedMatrix: column number ", k, " of the remote part is ",
                                  j, " of ", layout.global_size(), ": ", wrong));
  }
}

inline void require_exchange(const Exchange& exchange, const Layout& columns,
                             const std::vector<GlobalIndex>& ghosts) {
  const auto& map = exchange.map();
  if (map && map->layout() == columns && std::ranges::equal(map->ghost_numbers(), ghosts)) return;
  throw InvalidArgument(message("DistributedMatrix: the remote part has ", ghosts.size(),
                                " columns of ", to_string(columns),
                                ", but the exchange is for others: its rank ",
                                map ? to_string(*map) : std::string("has no map")));
}

/// The product of a matrix with these parts.
template <Scalar T>
SplitProduct<T, kernels::SpmvPlan<T>> split_product(
    const Exchange& exchange, const Csr<T>& local,
    const typename DistributedMatrix<T>::Remote& remote) {
  return {exchange, local.plan(), remote.matrix.view(), remote.row_numbers};
}

}  // namespace detail

template <Scalar T>
DistributedMatrix<T>::DistributedMatrix(const Layout& rows, const Layout& columns, Csr<T> local,
                                        Remote remote)
    : Operator<T>(rows, columns), local_(std::move(local)), remote_(std::move(remote)) {
  require_parts();
  exchange_ = Exchange(IndexMap::make(columns, remote_.columns));
  exchange_.reserve(sizeof(T));  // so that products with one vector do not
  count();
}

template <Scalar T>
DistributedMatrix<T>::DistributedMatrix(const Layout& rows, const Layout& columns, Csr<T> local,
                                        Remote remote, Exchange exchange)
    : Operator<T>(rows, columns),
      local_(std::move(local)),
      remote_(std::move(remote)),
      exchange_(std::move(exchange)) {
  require_parts();
  together(this->comm(), [&] { detail::require_exchange(exchange_, columns, remote_.columns); });
  count();
}

/// Collective.
template <Scalar T>
void DistributedMatrix<T>::require_parts() const {
  const Layout& rows = this->row_layout();
  const Layout& columns = this->column_layout();
  const auto& comm = rows.comm();
  if (!comm.congruent(columns.comm())) {
    throw InvalidArgument(
        "DistributedMatrix: rows and columns are distributed over different ranks");
  }
  require_agreement(
      comm, "DistributedMatrix",
      message("rows = ", rows.global_size(), "\ncolumns = ", columns.global_size(), "\n"));
  together(comm, [&] {
    detail::require_part_sizes<T>(rows, columns, local_, remote_);
    detail::require_row_numbers(remote_.row_numbers, local_.rows());
    detail::require_ghost_columns(remote_.columns, columns);
  });
}

/// Collective.
template <Scalar T>
void DistributedMatrix<T>::count() {
  global_entries_ = this->comm().template sum<std::int64_t>(local_entries());
  count_bytes();
}

template <Scalar T>
DistributedMatrix<T> DistributedMatrix<T>::with_plan(kernels::SpmvPlan<T> plan) const {
  require_agreement(this->comm(), "DistributedMatrix::with_plan");
  DistributedMatrix same = *this;
  together(this->comm(), [&] { same.local_ = local_.with_plan(std::move(plan)); });
  same.count_bytes();
  return same;
}

template <Scalar T>
void DistributedMatrix<T>::update_values(DeviceView<const T> local, DeviceView<const T> remote) {
  Csr<T> next_local = local_;
  Csr<T> next_remote = remote_.matrix;
  together(this->comm(), [&] {
    next_local.update_values(std::move(local));
    next_remote.update_values(std::move(remote));
  });
  local_ = std::move(next_local);
  remote_.matrix = std::move(next_remote);
  count_bytes();
}

template <Scalar T>
void DistributedMatrix<T>::require_current() const {
  if (copies_values_) together(this->comm(), [&] { local_.require_current(); });
}

template <Scalar T>
void DistributedMatrix<T>::count_bytes() {
  std::int64_t bytes = local_.bytes_per_apply();
  if (remote_.matrix.rows() > 0) {
    // Beside its own arrays, the remote part reads the rows of y that it adds to.
    bytes += remote_.matrix.bytes_per_apply() +
             static_cast<std::int64_t>(sizeof(T) + sizeof(LocalIndex)) * remote_.matrix.rows();
  }
  bytes_per_apply_ = this->comm().sum(bytes);
  copies_values_ = this->comm().max(std::int64_t{local_.plan().copies_values() ? 1 : 0}) != 0;
}

template <Scalar T>
DistributedMatrix<T>::DistributedMatrix(const Csr<T>& matrix)
    : DistributedMatrix(matrix.row_layout(), matrix.column_layout(), matrix, Remote{}) {}

template <Scalar T>
std::int64_t DistributedMatrix<T>::memory_bytes() const noexcept {
  return local_.memory_bytes() + remote_.matrix.memory_bytes() +
         static_cast<std::int64_t>(remote_.row_numbers.extent(0) * sizeof(LocalIndex) +
                                   remote_.columns.size() * sizeof(GlobalIndex));
}

template <Scalar T>
void DistributedMatrix<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  detail::split_product<T>(exchange_, local_, remote_).apply(alpha, x, beta, y);
}

template <Scalar T>
void DistributedMatrix<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                          MultiVector<T>& y) const {
  detail::split_product<T>(exchange_, local_, remote_).apply(alpha, x, beta, y);
}

template <Scalar T>
T DistributedMatrix<T>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const {
  return detail::split_product<T>(exchange_, local_, remote_).apply_dot(x, y);
}

template <Scalar T>
Real<T> DistributedMatrix<T>::do_residual(const Vector<T>& b, const Vector<T>& x,
                                          Vector<T>& r) const {
  return detail::split_product<T>(exchange_, local_, remote_).residual(b, x, r);
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class DistributedMatrix<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
