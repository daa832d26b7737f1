// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The lanes of a warp, and exchanging values between them.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels::cuda {

inline constexpr int warp_size = 32;
inline constexpr unsigned all_lanes = 0xffffffffU;

/// Of any type T, also of integers, which are no scalars.
template <class T>
inline constexpr bool is_complex_number = false;
template <class R>
inline constexpr bool is_complex_number<Kokkos::complex<R>> = true;

// The whole warp takes part in each of these. With a `width` below that of a warp, groups of that
// many lanes exchange among themselves.

/// The value of lane `lane`.
template <class T>
__device__ __forceinline__ T shuffle(const T& value, int lane, int width = warp_size) {
  if constexpr (is_complex_number<T>) {
    return T(__shfl_sync(all_lanes, value.real(), lane, width),
             __shfl_sync(all_lanes, value.imag(), lane, width));
  } else {
    return __shfl_sync(all_lanes, value, lane, width);
  }
}

/// The value of the lane `distance` above.
template <class T>
__device__ __forceinline__ T shuffle_down(const T& value, int distance, int width = warp_size) {
  if constexpr (is_complex_number<T>) {
    return T(__shfl_down_sync(all_lanes, value.real(), distance, width),
             __shfl_down_sync(all_lanes, value.imag(), distance, width));
  } else {
    return __shfl_down_sync(all_lanes, value, distance, width);
  }
}

/// The value of the lane `distance` below.
template <class T>
__device__ __forceinline__ T shuffle_up(const T& value, int distance, int width = warp_size) {
  if constexpr (is_complex_number<T>) {
    return T(__shfl_up_sync(all_lanes, value.real(), distance, width),
             __shfl_up_sync(all_lanes, value.imag(), distance, width));
  } else {
    return __shfl_up_sync(all_lanes, value, distance, width);
  }
}

}  // namespace suan::kernels::cuda
