// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/vector/detail/powers_of_two.hpp.
#pragma once

#include "suan/vector/detail/powers_of_two.hpp"

#include <algorithm>
#include <limits>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

template <Scalar T>
void multiply_by_power(int exponent, Vector<T>& x) {
  constexpr int most = std::is_same_v<Real<T>, float> ? 120 : 1000;
  while (exponent != 0) {
    const int step = std::max(-most, std::min(most, exponent));
    scale(static_cast<T>(static_cast<Real<T>>(std::ldexp(1.0, step))), x);
    exponent -= step;
  }
}

template <Scalar T>
double largest(const Vector<T>& x) {
  const double mine =
      static_cast<double>(kernels::max_abs<T>(ExecutionSpace(), std::as_const(x).view()));
  return x.layout().comm().max(std::isnan(mine) ? std::numeric_limits<double>::infinity() : mine);
}

#define SUAN_INSTANTIATE(T)                              \
  SUAN_TEMPLATE void multiply_by_power(int, Vector<T>&); \
  SUAN_TEMPLATE double largest(const Vector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
