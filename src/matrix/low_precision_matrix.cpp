// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/low_precision_matrix.hpp"

#include "suan/comm/agreement.hpp"

namespace suan {

template <Scalar T, Scalar Stored>
LowPrecisionMatrix<T, Stored>::LowPrecisionMatrix(const DistributedMatrix<Stored>& a)
    : Operator<T>(a.row_layout(), a.column_layout()), exchange_(a.exchange()) {
  require_agreement(a.comm(), "LowPrecisionMatrix");
  together(a.comm(), [&] {
    const auto& remote = a.remote();
    own_ = kernels::make_mixed_sell<T>(ExecutionSpace(), a.local().view());
    boundary_ = cast<T>(remote.matrix);
    boundary_rows_ = remote.row_numbers;
  });
  exchange_.reserve(sizeof(T));  // so that products with one vector do not
  constexpr auto element = static_cast<std::int64_t>(sizeof(T));
  std::int64_t bytes =
      own_->bytes() + element * (std::int64_t{a.local().rows()} + a.local().columns());
  if (boundary_.rows() > 0) {
    // Beside its own arrays, this part reads the rows of y that it adds to.
    bytes += boundary_.bytes_per_apply() +
             (element + static_cast<std::int64_t>(sizeof(LocalIndex))) * boundary_.rows();
  }
  bytes_per_apply_ = a.comm().sum(bytes);
}

template <Scalar T, Scalar Stored>
LowPrecisionMatrix<T, Stored>::LowPrecisionMatrix(const Csr<Stored>& a)
    : LowPrecisionMatrix(DistributedMatrix<Stored>(a)) {}

template <Scalar T, Scalar Stored>
std::string LowPrecisionMatrix<T, Stored>::name() const {
  return message(own_->format(), " with ", scalar_name<Stored>(), " values");
}

template <Scalar T, Scalar Stored>
std::int64_t LowPrecisionMatrix<T, Stored>::memory_bytes() const noexcept {
  return own_->bytes() + boundary_.memory_bytes() +
         static_cast<std::int64_t>(boundary_rows_.extent(0) * sizeof(LocalIndex));
}

template <Scalar T, Scalar Stored>
auto LowPrecisionMatrix<T, Stored>::product() const -> Product {
  return {exchange_, *own_, boundary_.view(), boundary_rows_};
}

template <Scalar T, Scalar Stored>
void LowPrecisionMatrix<T, Stored>::do_apply(T alpha, const Vector<T>& x, T beta,
                                             Vector<T>& y) const {
  product().apply(alpha, x, beta, y);
}

template <Scalar T, Scalar Stored>
void LowPrecisionMatrix<T, Stored>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                                   MultiVector<T>& y) const {
  product().apply(alpha, x, beta, y);
}

template <Scalar T, Scalar Stored>
T LowPrecisionMatrix<T, Stored>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const {
  return product().apply_dot(x, y);
}

template <Scalar T, Scalar Stored>
Real<T> LowPrecisionMatrix<T, Stored>::do_residual(const Vector<T>& b, const Vector<T>& x,
                                                   Vector<T>& r) const {
  return product().residual(b, x, r);
}

template class LowPrecisionMatrix<double, float>;
template class LowPrecisionMatrix<Complex, ComplexFloat>;

}  // namespace suan
