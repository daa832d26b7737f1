// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/distributed_matrix.hpp"

#include "suan/kernels/level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

template <Scalar T>
DistributedMatrix<T>::DistributedMatrix(const Layout& rows, const Layout& columns, Csr<T> local,
                                        Remote remote)
    : Operator<T>(rows, columns), local_(std::move(local)), remote_(std::move(remote)) {
  const auto& comm = rows.comm();
  if (!comm.congruent(columns.comm())) {
    throw InvalidArgument("DistributedMatrix: rows and columns are spread over different ranks");
  }
  together(comm, [&] {
    if (local_.rows() != rows.local_size() || local_.columns() != columns.local_size()) {
      throw DimensionMismatch(message("DistributedMatrix: the local part is ", local_.rows(), " x ",
                                      local_.columns(), ", but the layouts give this rank ",
                                      rows.local_size(), " x ", columns.local_size()));
    }
    const auto stored = static_cast<std::size_t>(remote_.matrix.rows());
    if (stored != remote_.row_numbers.extent(0) ||
        static_cast<std::size_t>(remote_.matrix.columns()) != remote_.columns.size()) {
      throw DimensionMismatch(message("DistributedMatrix: the remote part is ", stored, " x ",
                                      remote_.matrix.columns(), ", but has ",
                                      remote_.row_numbers.extent(0), " row numbers and ",
                                      remote_.columns.size(), " column numbers"));
    }
  });
  halo_ = Halo<T>(columns, remote_.columns);
  global_entries_ = comm.sum<std::int64_t>(local_entries());
  count_bytes();
}

template <Scalar T>
DistributedMatrix<T> DistributedMatrix<T>::with_plan(kernels::SpmvPlan<T> plan) const {
  DistributedMatrix same = *this;
  same.local_ = local_.with_plan(std::move(plan));
  same.count_bytes();
  return same;
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
DeviceView<const T> DistributedMatrix<T>::received_vector() const {
  const auto received = halo_.finish();
  return DeviceView<const T>(received.data(), received.extent(0));
}

template <Scalar T>
void DistributedMatrix<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  const ExecutionSpace space;
  halo_.start(x);
  local_.plan().apply(space, alpha, x.view(), beta, y.view());
  const auto received = received_vector();
  if (remote_.matrix.rows() == 0) return;
  kernels::spmv_add_rows<T>(space, alpha, remote_.matrix.view(), remote_.row_numbers, received,
                            y.view(), {});
}

template <Scalar T>
void DistributedMatrix<T>::do_apply_block(T alpha, const MultiVector<T>& x, T beta,
                                          MultiVector<T>& y) const {
  const ExecutionSpace space;
  halo_.start(x);
  local_.plan().apply(space, alpha, x.view(), beta, y.view());
  const auto received = halo_.finish();
  if (remote_.matrix.rows() == 0) return;
  kernels::spmm_add_rows<T>(space, alpha, remote_.matrix.view(), remote_.row_numbers, received,
                            y.view());
}

template <Scalar T>
T DistributedMatrix<T>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const {
  const ExecutionSpace space;
  halo_.start(x);
  T sum = local_.plan().apply_dot(space, x.view(), y.view());
  const auto received = received_vector();
  if (remote_.matrix.rows() > 0) {
    sum += kernels::spmv_add_rows<T>(space, T(1), remote_.matrix.view(), remote_.row_numbers,
                                     received, y.view(), x.view());
  }
  return this->comm().sum(sum);
}

template <Scalar T>
Real<T> DistributedMatrix<T>::do_residual(const Vector<T>& b, const Vector<T>& x,
                                          Vector<T>& r) const {
  const ExecutionSpace space;
  halo_.start(x);
  Real<T> squares = local_.plan().residual(space, x.view(), b.view(), r.view());
  const auto received = received_vector();
  if (remote_.matrix.rows() > 0) {
    kernels::spmv_add_rows<T>(space, T(-1), remote_.matrix.view(), remote_.row_numbers, received,
                              r.view(), {});
    squares = static_cast<Real<T>>(
        kernels::sum_of_squares<T>(space, std::as_const(r).view(), Real<T>(1)));
  }
  return norm2(r, squares);
}

template class DistributedMatrix<float>;
template class DistributedMatrix<double>;
template class DistributedMatrix<Complex>;

}  // namespace suan
