// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Diagonal scaling.
#pragma once

#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

/// y = diag(A)^-1 x.
template <Scalar T>
class Jacobi final : public Preconditioner<T> {
 public:
  /// Collective. @throws NotSupported when A has no accessible entries (a function);
  /// InvalidArgument when A is not square or a diagonal entry is zero, not finite, or below the
  /// rounding error of its row's entries, with its row.
  explicit Jacobi(const Operator<T>& a);

  std::string name() const override { return "jacobi"; }
  std::int64_t bytes_per_apply() const override;
  Access<T> access() const override { return Access<T>::to_diagonal(inverse_); }

 private:
  std::string do_update(const Operator<T>& a) override;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  DeviceView<T> inverse_;
};

}  // namespace suan
