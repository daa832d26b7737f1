// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over the threads of a warp and of a block, always in the same order.
#pragma once

#include "kernels/cuda/warp.cuh"

namespace suan::kernels::cuda {

/// The sum over each group of `width` lanes, in its first lane. The other lanes' results are
/// meaningless.
template <int width, Scalar T>
__device__ T lanes_sum(T value) {
#pragma unroll
  for (int distance = width / 2; distance > 0; distance /= 2) {
    value += shuffle_down(value, distance);
  }
  return value;
}

/// Shared memory for `size` values of a block. An array of T itself would need a constructor.
template <class T, int size>
struct alignas(16) Raw {
  unsigned char bytes[size * sizeof(T)];
  __device__ T* data() { return reinterpret_cast<T*>(bytes); }
};

/// The sum over a block of `threads` threads, in thread 0. Call it at most once per kernel.
template <int threads, Scalar T>
__device__ T block_sum(const T& value) {
  __shared__ Raw<T, threads / warp_size> shared;
  const int thread = static_cast<int>(threadIdx.x);
  const T of_warp = lanes_sum<warp_size>(value);
  if (thread % warp_size == 0) shared.data()[thread / warp_size] = of_warp;
  __syncthreads();
  T sum{};
  if (thread == 0) {
    for (int warp = 0; warp < threads / warp_size; ++warp) sum += shared.data()[warp];
  }
  return sum;
}

inline constexpr int sum_threads = 512;

/// results[b] is the sum of values b * chunk to (b + 1) * chunk - 1, where b is the block.
template <Scalar T>
__global__ void __launch_bounds__(sum_threads)
    sum_chunks(const T* values, Offset count, Offset chunk, T* results) {
  const Offset begin = static_cast<Offset>(blockIdx.x) * chunk;
  const Offset end = begin + chunk < count ? begin + chunk : count;
  T sum{};
  for (Offset i = begin + threadIdx.x; i < end; i += sum_threads) sum += values[i];
  const T total = block_sum<sum_threads>(sum);
  if (threadIdx.x == 0) results[blockIdx.x] = total;
}

}  // namespace suan::kernels::cuda
