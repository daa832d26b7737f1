// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a product of matrices: the number of products in each, and its bin.
#pragma once

#include "kernels/spgemm/spgemm_products.cuh"
#include "kernels/spgemm/spgemm_structure.hpp"

namespace suan::kernels::cuda {

inline constexpr int binning_threads = 512;

/// The number of products (an entry of A times one of B) in each row of C; their sum is added to
/// total. A single lane counts a short row, the whole warp a longer one.
static __global__ void __launch_bounds__(binning_threads)
    count_row_products(LocalIndex rows, LocalIndex columns, const Offset* a_offsets,
                       const LocalIndex* a_indices, const Offset* b_offsets, Offset* products,
                       Offset* bounds, unsigned long long* total) {
  __shared__ unsigned long long of_block;
  constexpr Offset longest_of_lane = 16;
  const Offset i = Offset{blockIdx.x} * binning_threads + threadIdx.x;
  const auto lane = static_cast<int>(threadIdx.x % warp_size);
  const Offset begin = i < rows ? a_offsets[i] : 0;
  const Offset end = i < rows ? a_offsets[i + 1] : 0;
  const auto of_entry = [&](Offset e) {
    const LocalIndex k = a_indices[e];
    return b_offsets[k + 1] - b_offsets[k];
  };
  if (threadIdx.x == 0) of_block = 0;
  Offset sum = 0;
  const bool is_long = end - begin > longest_of_lane;
  for (Offset e = begin; !is_long && e < end; ++e) sum += of_entry(e);
  for (unsigned left = __ballot_sync(all_lanes, is_long); left != 0; left &= left - 1) {
    const int owner = __ffs(static_cast<int>(left)) - 1;
    const Offset last = __shfl_sync(all_lanes, end, owner);
    Offset part = 0;
    for (Offset e = __shfl_sync(all_lanes, begin, owner) + lane; e < last; e += warp_size) {
      part += of_entry(e);
    }
    for (int d = warp_size / 2; d > 0; d /= 2) part += __shfl_xor_sync(all_lanes, part, d);
    if (lane == owner) sum = part;
  }
  if (i < rows) {
    products[i] = sum;
    bounds[i] = sum < columns ? sum : Offset{columns};
  }
  for (int d = warp_size / 2; d > 0; d /= 2) sum += __shfl_xor_sync(all_lanes, sum, d);
  __syncthreads();
  if (lane == 0) atomicAdd(&of_block, static_cast<unsigned long long>(sum));
  __syncthreads();
  if (threadIdx.x == 0) atomicAdd(total, of_block);
}

/// The bin of each row, and the number of rows in each bin. counts[i]: the columns of row i, or a
/// bound on them; products[i]: its products.
static __global__ void __launch_bounds__(binning_threads)
    find_bins(LocalIndex rows, const Offset* products, const Offset* counts, std::uint8_t* bins,
              LocalIndex* sizes) {
  __shared__ LocalIndex own[bin_count];
  const int thread = static_cast<int>(threadIdx.x);
  const Offset i = Offset{blockIdx.x} * binning_threads + thread;
  if (thread < bin_count) own[thread] = 0;
  __syncthreads();
  if (i < rows) {
    const int bin = bin_of_row(counts[i], products[i]);
    bins[i] = static_cast<std::uint8_t>(bin);
    atomicAdd(own + bin, 1);
  }
  __syncthreads();
  if (thread < bin_count && own[thread] > 0) atomicAdd(sizes + thread, own[thread]);
}

/// Groups rows by bin; next[bin] is where the bin's next row goes. The order within a bin differs
/// from run to run, which is harmless: each row is computed by itself.
static __global__ void __launch_bounds__(binning_threads)
    place_rows(LocalIndex rows, const std::uint8_t* bins, LocalIndex* next, LocalIndex* sorted) {
  __shared__ LocalIndex own[bin_count];
  __shared__ LocalIndex begin[bin_count];
  const int thread = static_cast<int>(threadIdx.x);
  const Offset i = Offset{blockIdx.x} * binning_threads + thread;
  if (thread < bin_count) own[thread] = 0;
  __syncthreads();
  const int bin = i < rows ? bins[i] : 0;
  const LocalIndex place = i < rows ? atomicAdd(own + bin, 1) : 0;
  __syncthreads();
  if (thread < bin_count && own[thread] > 0) begin[thread] = atomicAdd(next + thread, own[thread]);
  __syncthreads();
  if (i < rows) sorted[begin[bin] + place] = static_cast<LocalIndex>(i);
}

}  // namespace suan::kernels::cuda
