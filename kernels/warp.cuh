// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The lanes of a warp, and values that they pass to each other.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels::cuda {

inline constexpr int warp_size = 32;
inline constexpr unsigned all_lanes = 0xffffffffU;

// In each the whole warp takes part. With a `width` below that of a warp, groups of so many lanes
// keep to themselves.

/// The value of lane `lane`.
template <class T>
__device__ __forceinline__ T shuffle(const T& value, int lane, int width = warp_size) {
  if constexpr (std::is_same_v<T, Complex>) {
    return T(__shfl_sync(all_lanes, value.real(), lane, width),
             __shfl_sync(all_lanes, value.imag(), lane, width));
  } else {
    return __shfl_sync(all_lanes, value, lane, width);
  }
}

/// The value of the lane that is `distance` further on.
template <class T>
__device__ __forceinline__ T shuffle_down(const T& value, int distance, int width = warp_size) {
  if constexpr (std::is_same_v<T, Complex>) {
    return T(__shfl_down_sync(all_lanes, value.real(), distance, width),
             __shfl_down_sync(all_lanes, value.imag(), distance, width));
  } else {
    return __shfl_down_sync(all_lanes, value, distance, width);
  }
}

/// The value of the lane that is `distance` further back.
template <class T>
__device__ __forceinline__ T shuffle_up(const T& value, int distance, int width = warp_size) {
  if constexpr (std::is_same_v<T, Complex>) {
    return T(__shfl_up_sync(all_lanes, value.real(), distance, width),
             __shfl_up_sync(all_lanes, value.imag(), distance, width));
  } else {
    return __shfl_up_sync(all_lanes, value, distance, width);
  }
}

}  // namespace suan::kernels::cuda
