// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Detects whether an array has changed.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The sum over all values of the product of their halves, each shifted by the position: one
/// multiplication of 32-bit numbers per 8 bytes, and the same sum for any number of threads. It
/// detects changed and swapped numbers, but not deliberate manipulation.
template <Scalar T>
std::uint64_t values_checksum(const ExecutionSpace& space, const DeviceView<const T>& values) {
  using Number = Real<T>;
  using Bits = std::conditional_t<sizeof(Number) == 8, std::uint64_t, std::uint32_t>;
  constexpr auto parts = static_cast<std::int64_t>(sizeof(T) / sizeof(Number));
  const auto* const numbers = reinterpret_cast<const Number*>(values.data());
  const auto count = static_cast<std::int64_t>(values.extent(0)) * parts;
  std::uint64_t sum = 0;
  Kokkos::parallel_reduce(
      "suan::values_checksum",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, count),
      KOKKOS_LAMBDA(std::int64_t i, std::uint64_t & mine) {
        const std::uint64_t bits = Kokkos::bit_cast<Bits>(numbers[i]);
        const auto place = static_cast<std::uint32_t>(i);
        const std::uint32_t low =
            static_cast<std::uint32_t>(bits) + place * 0x9e3779b1u + 0x85ebca6bu;
        const std::uint32_t high =
            static_cast<std::uint32_t>(bits >> 32) + place * 0xc2b2ae3du + 0x27d4eb2fu;
        mine += std::uint64_t{low} * high;
      },
      sum);
  return sum;
}

}  // namespace suan::kernels
