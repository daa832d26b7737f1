// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/diagonal_smoother.hpp"

#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

/// r is overwritten by the residual before the step.
template <Scalar T, class V>
void step(const DistributedMatrix<T>& a, const DeviceView<const T>& d, const V& b, V& x, V& r) {
  detail::residual_alone<T>(a, b, x, r);
  detail::add_scaled(T(1), d, std::as_const(r), T(1), x);  // x = x + D r
}

template <Scalar T, class V>
void first_step(const DeviceView<const T>& d, const V& b, V& x) {
  detail::add_scaled(T(1), d, b, T(0), x);  // x = D b
}

}  // namespace

// Per row, from zero: D and b read, x written. From a guess beside the product: b and x read, r
// written, then D, r and x read, x written; the product counts x and r.
template <Scalar T>
std::int64_t DiagonalSmoother<T>::bytes_per_smooth(Guess guess) const {
  const auto vector = static_cast<std::int64_t>(sizeof(T)) * this->row_layout().global_size();
  return guess == Guess::zero ? 3 * vector : this->matrix().bytes_per_apply() + 5 * vector;
}

template <Scalar T>
void DiagonalSmoother<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  if (guess == Guess::zero) return first_step(d_, b, x);
  step(this->matrix(), d_, b, x, this->kept(x, 0));
}

template <Scalar T>
void DiagonalSmoother<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  if (guess == Guess::zero) return first_step(d_, b, x);
  step(this->matrix(), d_, b, x, this->kept(x, 0));
}

template <Scalar T>
void DiagonalSmoother<T>::do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                                                 Guess guess) const {
  if (guess == Guess::zero) first_step(d_, b, x);
  if (guess == Guess::given) step(this->matrix(), d_, b, x, r);
  detail::residual_alone<T>(this->matrix(), b, x, r);
}

template <Scalar T>
void DiagonalSmoother<T>::do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x,
                                                 MultiVector<T>& r, Guess guess) const {
  if (guess == Guess::zero) first_step(d_, b, x);
  if (guess == Guess::given) step(this->matrix(), d_, b, x, r);
  detail::residual_alone<T>(this->matrix(), b, x, r);
}

template <Scalar T>
void DiagonalSmoother<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  detail::add_scaled(alpha, d_, x, beta, y);
}

template <Scalar T>
void DiagonalSmoother<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                         MultiVector<T>& y) const {
  detail::add_scaled(alpha, d_, x, beta, y);
}

#define SUAN_INSTANTIATE(T) template class DiagonalSmoother<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
