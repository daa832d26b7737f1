// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What smoothers with a diagonal matrix M have in common.
#pragma once

#include "suan/preconditioners/smoother.hpp"

namespace suan {

/// x = x + D (b - A x) with a diagonal D, which derived classes choose by set_diagonal().
///
/// Memory: a vector for D; another for the residual if a guess is given.
template <Scalar T>
class DiagonalSmoother : public Smoother<T> {
 public:
  std::int64_t bytes_per_smooth(Guess guess) const final;
  Access<T> access() const final { return Access<T>::to_diagonal(d_); }

 protected:
  using Smoother<T>::Smoother;
  void set_diagonal(DeviceView<const T> d) { d_ = std::move(d); }

 private:
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const final;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const final;
  void do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                              Guess guess) const final;
  void do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x, MultiVector<T>& r,
                              Guess guess) const final;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const final;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const final;

  DeviceView<const T> d_;
};

}  // namespace suan
