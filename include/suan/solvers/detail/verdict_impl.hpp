// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the verdict on a solve computes.
#pragma once

#include <cmath>
#include <limits>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/sums.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

template <Scalar T>
double energy(const Vector<T>& b, const Vector<T>& r, const Vector<T>& x) {
  return -0.5 *
         static_cast<double>(kernels::WideReal<T>(real_part(dot(x, b))) + real_part(dot(x, r)));
}

template <Scalar T>
bool has_less_energy(const Operator<T>& a, const Vector<T>& b, const Vector<T>& guess,
                     const Vector<T>& x, Vector<T>& r) {
  const double reached = energy(b, r, x);
  if (guess.global_size() == 0) return reached < 0;
  a.residual(b, guess, r);
  return reached < energy(b, r, guess);
}

template <Scalar T>
double rounding_errors(const Operator<T>& a, const Vector<T>& r, const Vector<T>& x) {
  Vector<T> image;
  together(a.comm(), [&] { image = Vector<T>(r.layout()); });
  a.apply(r, image);
  const auto r_norm = static_cast<double>(norm2(r));
  const double gain = static_cast<double>(norm2(image)) / r_norm;
  constexpr auto eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  const double error = eps * gain * static_cast<double>(norm2(x));
  return std::isfinite(error) ? error : 0;
}

#define SUAN_INSTANTIATE(T)                                                                  \
  SUAN_TEMPLATE double energy(const Vector<T>&, const Vector<T>&, const Vector<T>&);         \
  SUAN_TEMPLATE bool has_less_energy(const Operator<T>&, const Vector<T>&, const Vector<T>&, \
                                     const Vector<T>&, Vector<T>&);                          \
  SUAN_TEMPLATE double rounding_errors(const Operator<T>&, const Vector<T>&, const Vector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
