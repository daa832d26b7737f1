// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of rows of A B: counted into counts[row] (`fill` false), or written in increasing
// order from c_offsets[row] on (`fill` true). The set of columns does not depend on the order in
// which threads find them, so atomic operations on integers are harmless here.
#pragma once

#include "kernels/spgemm/spgemm_products.cuh"

namespace suan::kernels::cuda {

/// Where the results go; only the arrays of the mode in use are set.
struct StructureOutput {
  Offset* counts;
  const Offset* c_offsets;
  LocalIndex* c_indices;
};

/// Bitonic sorting (K. E. Batcher, "Sorting networks and their applications", AFIPS 1968) of
/// `size` numbers, a power of two, by `threads` threads; barrier() orders their accesses.
template <class Barrier>
__device__ __forceinline__ void sort_ascending(LocalIndex* list, int size, int thread, int threads,
                                               const Barrier& barrier) {
  for (int run = 2; run <= size; run *= 2) {
    for (int distance = run / 2; distance > 0; distance /= 2) {
      barrier();
      for (int pair = thread; pair < size / 2; pair += threads) {
        const int low = 2 * (pair & ~(distance - 1)) + (pair & (distance - 1));
        const LocalIndex a = list[low];
        const LocalIndex b = list[low + distance];
        if ((a > b) == ((low & run) == 0)) {
          list[low] = b;
          list[low + distance] = a;
        }
      }
    }
  }
  barrier();
}

/// Writes `found` distinct numbers, at most 4 per lane, in increasing order: the position of each
/// is the number of smaller ones. For short lists this takes fewer steps than sorting.
template <int lanes>
__device__ __forceinline__ void write_in_order(const LocalIndex* list, int found, int lane,
                                               LocalIndex* target) {
  constexpr int most = 4;
  LocalIndex own[most];
  int smaller[most] = {};
#pragma unroll
  for (int q = 0; q < most; ++q) {
    own[q] = lane + q * lanes < found ? list[lane + q * lanes] : no_column;
  }
  for (int k = 0; k < found; ++k) {
    const LocalIndex other = list[k];
#pragma unroll
    for (int q = 0; q < most; ++q) smaller[q] += other < own[q] ? 1 : 0;
  }
#pragma unroll
  for (int q = 0; q < most; ++q) {
    if (lane + q * lanes < found) target[smaller[q]] = own[q];
  }
}

__device__ __forceinline__ int power_of_two_from(int n) {
  return n <= 1 ? 1 : 1 << (32 - __clz(n - 1));
}

inline std::size_t warp_structure_bytes(bool fill, int capacity) {
  return static_cast<std::size_t>(capacity) * (fill ? 3 : 2) * sizeof(LocalIndex);
}

/// Rows of at most `capacity` columns, `lanes` threads each. Shared memory per row:
/// warp_structure_bytes.
template <int lanes, bool fill>
__global__ void __launch_bounds__(256)
    structure_by_warps(Factors m, const LocalIndex* rows, LocalIndex count, int capacity,
                       StructureOutput output) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % lanes;
  const int group = thread / lanes;
  const int slots = 2 * capacity;
  LocalIndex* const keys =
      reinterpret_cast<LocalIndex*>(shared_memory()) + group * (fill ? 3 : 2) * capacity;
  LocalIndex* const list = keys + slots;
  const ColumnTable table{keys, slots};
  const Offset number = Offset{blockIdx.x} * (blockDim.x / lanes) + group;
  const LocalIndex row = number < count ? rows[number] : -1;
  for (int s = lane; s < slots; s += lanes) keys[s] = -1;
  __syncwarp();
  int found = 0;
  const Offset begin = row >= 0 ? m.a_offsets[row] : 0;
  const Offset end = row >= 0 ? m.a_offsets[row + 1] : 0;
  for_products_of_warp<lanes, Nothing>(
      m, begin, end, [](Offset) { return Nothing(); },
      [&](bool active, Offset l, Nothing) {
        bool added = false;
        if (active) table.insert(m.b_indices[l], added);
        found += added;
      });
  __syncwarp();
  for (int d = lanes / 2; d > 0; d /= 2) found += __shfl_xor_sync(all_lanes, found, d, lanes);
  if constexpr (!fill) {
    if (row >= 0 && lane == 0) output.counts[row] = found;
  } else {
    const unsigned below = (1u << lane) - 1;
    int base = 0;
    for (int s = lane; s < slots; s += lanes) {
      const LocalIndex key = keys[s];
      const unsigned here = __ballot_sync(all_lanes, key >= 0) >> (thread % warp_size - lane);
      const unsigned mine = lanes == warp_size ? here : here & ((1u << (lanes % 32)) - 1);
      if (key >= 0) list[base + __popc(mine & below)] = key;
      base += __popc(mine);
    }
    LocalIndex* const target = row < 0 ? nullptr : output.c_indices + output.c_offsets[row];
    if constexpr (lanes < warp_size) {
      __syncwarp();
      write_in_order<lanes>(list, found, lane, target);
    } else {
      const int size = power_of_two_from(found);
      for (int k = found + lane; k < size; k += lanes) list[k] = no_column;
      sort_ascending(list, size, lane, lanes, [] { __syncwarp(); });
      for (int k = lane; k < found; k += lanes) target[k] = list[k];
    }
  }
}

inline std::size_t block_structure_bytes(bool fill, int capacity) {
  return sizeof(BlockScratch<Nothing>) + warp_structure_bytes(fill, capacity);
}

/// One block per row. A row with more than `capacity` columns gets the count -1. Shared memory:
/// block_structure_bytes. `capacity` is at least block_threads, so the table, twice as large, has
/// free slots until all threads have seen that it is too full.
template <bool fill>
__global__ void __launch_bounds__(block_threads)
    structure_by_blocks(Factors m, const LocalIndex* rows, int capacity, StructureOutput output) {
  __shared__ int found;
  __shared__ int listed;
  auto& scratch = *reinterpret_cast<BlockScratch<Nothing>*>(shared_memory());
  const int thread = static_cast<int>(threadIdx.x);
  const int slots = 2 * capacity;
  LocalIndex* const keys =
      reinterpret_cast<LocalIndex*>(shared_memory() + sizeof(BlockScratch<Nothing>));
  LocalIndex* const list = keys + slots;
  const ColumnTable table{keys, slots};
  for (int s = thread; s < slots; s += block_threads) keys[s] = -1;
  if (thread == 0) found = listed = 0;
  __syncthreads();
  const LocalIndex row = rows[blockIdx.x];
  volatile int* const now_found = &found;
  for_products_of_block<Nothing>(
      m, m.a_offsets[row], m.a_offsets[row + 1], ColumnRange(), scratch,
      [](Offset) { return Nothing(); },
      [&](bool active, Offset l, Nothing) {
        if (!active || *now_found > capacity) return;
        bool added = false;
        table.insert(m.b_indices[l], added);
        if (added) atomicAdd(&found, 1);
      },
      [&] { return *now_found > capacity; });
  __syncthreads();
  if constexpr (!fill) {
    if (thread == 0) output.counts[row] = found > capacity ? -1 : found;
  } else {
    for (int s = thread; s < slots; s += block_threads) {
      if (keys[s] >= 0) list[atomicAdd(&listed, 1)] = keys[s];
    }
    const int size = power_of_two_from(found);
    for (int k = found + thread; k < size; k += block_threads) list[k] = no_column;
    sort_ascending(list, size, thread, block_threads, [] { __syncthreads(); });
    LocalIndex* const target = output.c_indices + output.c_offsets[row];
    for (int k = thread; k < found; k += block_threads) target[k] = list[k];
  }
}

/// The number of columns in one pass of structure_by_bits; they take 64 KiB of shared memory.
constexpr LocalIndex bits_per_pass = 1 << 19;

inline std::size_t bits_structure_bytes() {
  return sizeof(BlockScratch<Nothing>) + bits_per_pass / 8;
}

/// One block per row, with any number of columns: a bit set, in passes over ranges of columns.
template <bool fill>
__global__ void __launch_bounds__(block_threads)
    structure_by_bits(Factors m, const LocalIndex* rows, LocalIndex columns, bool b_increases,
                      StructureOutput output) {
  auto& scratch = *reinterpret_cast<BlockScratch<Nothing>*>(shared_memory());
  auto* const words = reinterpret_cast<unsigned*>(shared_memory() + sizeof(BlockScratch<Nothing>));
  const int thread = static_cast<int>(threadIdx.x);
  const LocalIndex row = rows[blockIdx.x];
  Offset found = 0;
  for (Offset low = 0; low < columns; low += bits_per_pass) {
    const auto high = static_cast<LocalIndex>(low + bits_per_pass < columns ? low + bits_per_pass
                                                                            : Offset{columns});
    const int used = static_cast<int>((high - low + 31) / 32);
    for (int w = thread; w < used; w += block_threads) words[w] = 0;
    __syncthreads();
    const bool narrow = b_increases && columns > bits_per_pass;
    for_products_of_block<Nothing>(
        m, m.a_offsets[row], m.a_offsets[row + 1],
        ColumnRange{static_cast<LocalIndex>(low), high, narrow}, scratch,
        [](Offset) { return Nothing(); },
        [&](bool active, Offset l, Nothing) {
          if (!active) return;
          const LocalIndex column = m.b_indices[l];
          if (column < low || column >= high) return;
          const auto bit = static_cast<unsigned>(column - low);
          atomicOr(words + bit / 32, 1u << (bit % 32));
        },
        [] { return false; });
    __syncthreads();
    for (int base = 0; base < used; base += block_threads) {
      const int w = base + thread;
      unsigned bits = w < used ? words[w] : 0;
      const Offset count = __popc(bits);
      Offset total = 0;
      Offset place = inclusive_sum(count, scratch.warp_sums, total) - count + found;
      if constexpr (fill) {
        LocalIndex* const target = output.c_indices + output.c_offsets[row];
        for (; bits != 0; bits &= bits - 1) {
          target[place++] = static_cast<LocalIndex>(low + 32 * w + __ffs(bits) - 1);
        }
      }
      found += total;
      __syncthreads();
    }
  }
  if (!fill && thread == 0) output.counts[row] = found;
}

}  // namespace suan::kernels::cuda
