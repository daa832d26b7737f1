// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A matrix of low precision times vectors of high precision.
#pragma once

#include "suan/kernels/sell.hpp"
#include "suan/matrix/cast.hpp"
#include "suan/matrix/detail/split_product.hpp"

namespace suan {

/// A matrix with values of type Stored for vectors of the wider type T: float with double, or
/// ComplexFloat with Complex. Products read the narrow values and compute in T, so they move about
/// half the bytes, and differ from those of cast<T>(a) by nothing but the order of sums.
///
/// The values are copied, in compact SELL (kernels/sell.hpp) and without being widened; `a` is not
/// needed afterwards. Entries in ghost columns are kept in T: they are few. It
/// shows no entries to preconditioners, which are made from `a` (cast_operator.hpp).
template <Scalar T, Scalar Stored>
class LowPrecisionMatrix final : public Operator<T> {
  static_assert((std::same_as<T, double> && std::same_as<Stored, float>) ||
                    (std::same_as<T, Complex> && std::same_as<Stored, ComplexFloat>),
                "Suan multiplies matrices of float with vectors of double, and matrices of "
                "ComplexFloat with vectors of Complex; for other pairs use suan::cast");

 public:
  /// Collective. @throws NotSupported as make_sell(), OutOfMemory; on all ranks.
  explicit LowPrecisionMatrix(const DistributedMatrix<Stored>& a);
  /// On one rank.
  explicit LowPrecisionMatrix(const Csr<Stored>& a);

  /// "sell with float32 values"
  std::string name() const override;
  std::int64_t bytes_per_apply() const override { return bytes_per_apply_; }
  /// Bytes of its arrays on this rank.
  std::int64_t memory_bytes() const noexcept;

 private:
  using Product = detail::SplitProduct<T, kernels::PreparedSpmv<T>>;
  Product product() const;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  T do_apply_dot(const Vector<T>& x, Vector<T>& y) const override;
  Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const override;

  std::shared_ptr<const kernels::PreparedFormat<T>> own_;
  Csr<T> boundary_;
  DeviceView<const LocalIndex> boundary_rows_;
  Exchange exchange_;
  std::int64_t bytes_per_apply_ = 0;
};

/// The matrix for vectors of another type: `in_precision<double>(a)` with `a` of float. Collective.
/// @throws as the constructor above.
template <Scalar T, Scalar Stored>
LowPrecisionMatrix<T, Stored> in_precision(const DistributedMatrix<Stored>& a) {
  return LowPrecisionMatrix<T, Stored>(a);
}
template <Scalar T, Scalar Stored>
LowPrecisionMatrix<T, Stored> in_precision(const Csr<Stored>& a) {
  return LowPrecisionMatrix<T, Stored>(a);
}

}  // namespace suan
