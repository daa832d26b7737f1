// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How the threads of a warp or a block go through the products of rows of A B together. All kernels
// number the products of a row alike: along A's row, and within it along B's rows.
#pragma once

#include "kernels/common/bisection.hpp"
#include "kernels/cuda/warp.cuh"

namespace suan::kernels::cuda {

/// For kernels in which a block handles one row.
constexpr int block_threads = 512;
constexpr LocalIndex no_column = 0x7fffffff;

/// The structures of A and B.
struct Factors {
  const Offset* a_offsets;
  const LocalIndex* a_indices;
  const Offset* b_offsets;
  const LocalIndex* b_indices;
};

/// Stands in for a value where only the structure matters.
struct Nothing {};

__device__ __forceinline__ Nothing shuffle(const Nothing& value, int, int) { return value; }

/// The dynamic shared memory of a block.
__device__ __forceinline__ unsigned char* shared_memory() {
  extern __shared__ __align__(16) unsigned char shared_bytes[];
  return shared_bytes;
}

/// Calls use(active, l, factor) for the products factor * b(l) of the entries [begin, end) of A,
/// `lanes` at a time, in order; lanes without a product call it with `active` false. `lanes`
/// neighbours share one row. The whole warp calls this together and stays together, so shuffles may
/// name all 32 lanes. load(e) is the value of A's entry e. Any `lanes` entries must have fewer than
/// 2^31 products.
template <int lanes, class Factor, class Load, class Use>
__device__ __forceinline__ void for_products_of_warp(const Factors& m, Offset begin, Offset end,
                                                     const Load& load, const Use& use) {
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  for (Offset chunk = begin; __any_sync(all_lanes, chunk < end); chunk += lanes) {
    const Offset e = chunk + lane;
    Offset first = 0;
    int count = 0;
    Factor factor{};
    if (e < end) {
      const LocalIndex k = m.a_indices[e];
      first = m.b_offsets[k];
      count = static_cast<int>(m.b_offsets[k + 1] - first);
      factor = load(e);
    }
    int sum = count;  // of the products up to and including this lane's entry
    for (int d = 1; d < lanes; d *= 2) {
      const int below = __shfl_up_sync(all_lanes, sum, d, lanes);
      if (lane >= d) sum += below;
    }
    const int total = __shfl_sync(all_lanes, sum, lanes - 1, lanes);
    first -= sum - count;
    for (int base = 0; __any_sync(all_lanes, base < total); base += lanes) {
      const int q = base + lane;
      int j = 0;  // the lane with the entry of product q: the number of sums that are at most q
      for (int step = lanes / 2; step > 0; step /= 2) {
        if (__shfl_sync(all_lanes, sum, j + step - 1, lanes) <= q) j += step;
      }
      const Offset from = __shfl_sync(all_lanes, first, j, lanes);
      const Factor f = shuffle(factor, j, lanes);
      use(q < total, from + q, f);
    }
  }
}

/// In shared memory, for each entry of A in a chunk of block_threads entries.
template <class Factor>
struct BlockScratch {
  Offset sums[block_threads];   ///< products up to and including its own
  Offset first[block_threads];  ///< the entry of B of its product q is first + q
  Factor factors[block_threads];
  Offset warp_sums[block_threads / warp_size];
};

/// The prefix sum of `value`, this thread's included, in a block of block_threads; `total` receives
/// the sum over all. All threads call it; the scratch may be reused after a barrier.
template <class N>
__device__ __forceinline__ N inclusive_sum(N value, N* warp_sums, N& total) {
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  for (int d = 1; d < warp_size; d *= 2) {
    const N below = __shfl_up_sync(all_lanes, value, d, warp_size);
    if (lane >= d) value += below;
  }
  if (lane == warp_size - 1) warp_sums[warp] = value;
  __syncthreads();
  N before = 0;
  N sum = 0;
  for (int w = 0; w < block_threads / warp_size; ++w) {
    if (w == warp) before = sum;
    sum += warp_sums[w];
  }
  total = sum;
  return value + before;
}

/// Products whose columns lie in [low, high). With `narrow`, B's rows are sorted and bisection
/// skips the products outside; without it, `use` sees them and must skip them itself.
struct ColumnRange {
  LocalIndex low = 0;
  LocalIndex high = no_column;
  bool narrow = false;
};

/// As for_products_of_warp, for a whole block of block_threads; `use` may contain barriers. Between
/// chunks all threads call stop(), which must return the same value in all, and end when it is
/// true. `scratch` may be reused after a barrier.
template <class Factor, class Load, class Use, class Stop>
__device__ __forceinline__ void for_products_of_block(const Factors& m, Offset begin, Offset end,
                                                      const ColumnRange& range,
                                                      BlockScratch<Factor>& scratch,
                                                      const Load& load, const Use& use,
                                                      const Stop& stop) {
  const int thread = static_cast<int>(threadIdx.x);
  for (Offset chunk = begin; chunk < end; chunk += block_threads) {
    const Offset e = chunk + thread;
    Offset first = 0;
    Offset count = 0;
    if (e < end) {
      const LocalIndex k = m.a_indices[e];
      first = m.b_offsets[k];
      Offset last = m.b_offsets[k + 1];
      if (range.narrow) {
        first = first_not_below(m.b_indices, first, last, range.low);
        last = first_not_below(m.b_indices, first, last, range.high);
      }
      count = last - first;
      scratch.factors[thread] = load(e);
    }
    Offset total = 0;
    const Offset sum = inclusive_sum(count, scratch.warp_sums, total);
    scratch.sums[thread] = sum;
    scratch.first[thread] = first - (sum - count);
    __syncthreads();
    for (Offset base = 0; base < total; base += block_threads) {
      const Offset q = base + thread;
      int j = 0;
      for (int step = block_threads / 2; step > 0; step /= 2) {
        if (scratch.sums[j + step - 1] <= q) j += step;
      }
      use(q < total, scratch.first[j] + q, scratch.factors[j]);
    }
    __syncthreads();
    if (stop()) return;
  }
}

/// A hash set of columns in shared memory with open addressing; `slots` is a power of two, and at
/// least one is free.
struct ColumnTable {
  LocalIndex* keys;
  int slots;

  __device__ __forceinline__ int home(LocalIndex column) const {
    // Multiplicative hashing: the upper bits of the product with 2^32 / golden ratio.
    const unsigned hash = static_cast<unsigned>(column) * 0x9e3779b1u;
    return static_cast<int>(hash >> (__clz(slots) + 1));
  }
  /// Inserts `column` unless it is there and returns its slot; `added` tells whether it was new.
  __device__ __forceinline__ int insert(LocalIndex column, bool& added) const {
    for (int s = home(column);; s = (s + 1) & (slots - 1)) {
      LocalIndex key = reinterpret_cast<volatile LocalIndex*>(keys)[s];
      if (key < 0) key = atomicCAS(keys + s, -1, column);
      added = key < 0;
      if (added || key == column) return s;
    }
  }
  /// The slot of `column`, or -1. No thread may insert at the same time.
  __device__ __forceinline__ int find(LocalIndex column) const {
    for (int s = home(column);; s = (s + 1) & (slots - 1)) {
      const LocalIndex key = keys[s];
      if (key == column) return s;
      if (key < 0) return -1;
    }
  }
};

}  // namespace suan::kernels::cuda
