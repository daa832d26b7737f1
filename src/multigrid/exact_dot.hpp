// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A scalar product whose bits depend on its elements alone.
#pragma once

#include <cmath>

#include "suan/comm/communicator.hpp"

namespace suan::multigrid {

/// Re(x^H y) of the first `count` elements on each rank. Products are rounded to multiples of a
/// power of two, about 2^-40 of the largest of them, and added as integers: in any order the sum is
/// the same. `size` is the number of elements of all ranks. NaN if an element is not finite.
/// Collective.
template <Scalar T>
double exact_dot(const Communicator& comm, GlobalIndex size, const DeviceView<const T>& x,
                 const DeviceView<const T>& y, LocalIndex count) {
  using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
  double largest = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_largest_product", Range(0, count),
      KOKKOS_LAMBDA(LocalIndex i, double& most) {
        const auto product = static_cast<double>(real_part(conjugate(x(i)) * y(i)));
        most = Kokkos::max(most, Kokkos::isfinite(product) ? Kokkos::abs(product) : INFINITY);
      },
      Kokkos::Max<double>(largest));
  largest = comm.max(count > 0 ? largest : 0.0);
  if (!(largest > 0)) return 0;
  if (!std::isfinite(largest)) return std::nan("");
  int exponent = 0;
  std::frexp(largest, &exponent);
  int bits = 61;
  for (GlobalIndex rest = size; rest > 0; rest /= 2) --bits;
  const int shift = (bits < 44 ? bits : 44) - exponent;
  const double scale = std::ldexp(1.0, shift);
  std::int64_t sum = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_exact_dot", Range(0, count),
      KOKKOS_LAMBDA(LocalIndex i, std::int64_t & total) {
        const auto product = static_cast<double>(real_part(conjugate(x(i)) * y(i)));
        total += static_cast<std::int64_t>(Kokkos::round(product * scale));
      },
      sum);
  return std::ldexp(static_cast<double>(comm.sum(sum)), -shift);
}

}  // namespace suan::multigrid
