// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hashes of numbers: what the generator SplitMix64 makes of its state.
// G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014, 453-472, with the constants of Stafford's variant 13.
#pragma once

#include <cstdint>

#include "suan/core/types.hpp"

namespace suan::detail {

/// The finaliser alone: a bijection that leaves 0 where it is.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::uint64_t finalised(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// The next number of a generator in state z: a bijection.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::uint64_t mixed(std::uint64_t z) noexcept {
  return finalised(z + 0x9e3779b97f4a7c15U);
}

/// A number in [-1, 1) from the upper 53 bits.
KOKKOS_FORCEINLINE_FUNCTION constexpr double unit(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1p-52 - 1.0;
}

}  // namespace suan::detail
