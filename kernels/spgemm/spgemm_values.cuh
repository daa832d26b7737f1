// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The numeric phase of C = A B: the values of rows whose columns are known.
//
// Why the bits do not depend on the schedule. The products of a row are numbered (see
// spgemm_products.cuh), and the row's group of threads takes them in that order, a batch of as many
// as it has threads at a time. Products of one batch that belong to the same sum take turns: in a
// warp in the order of their numbers, so that the sum equals that of a loop over the row; in a
// block each warp first adds up its own in that order, and then the warps take turns in theirs.
// Barriers separate the batches. The slot of a column in the hash table does depend on the
// schedule, but a slot only says which entry of C's row a sum belongs to. No addition is atomic.
#pragma once

#include "kernels/spgemm/spgemm_products.cuh"

namespace suan::kernels::cuda {

template <Scalar T>
struct ProductValues {
  const T* a;
  const T* b;
  const Offset* c_offsets;
  const LocalIndex* c_indices;
  T* c;
};

/// Bytes of shared memory for the sums of `capacity` columns: sums, keys and places.
template <Scalar T>
std::size_t sums_bytes(int capacity) {
  return static_cast<std::size_t>(capacity) *
         (sizeof(T) + 2 * sizeof(LocalIndex) + 2 * sizeof(unsigned short));
}

/// The sums of up to `capacity` columns, found through a hash table.
template <Scalar T>
struct SumTable {
  T* sums;
  ColumnTable columns;
  unsigned short* places;

  __device__ SumTable(unsigned char* memory, int capacity)
      : sums(reinterpret_cast<T*>(memory)),
        columns{reinterpret_cast<LocalIndex*>(sums + capacity), 2 * capacity},
        places(reinterpret_cast<unsigned short*>(columns.keys + 2 * capacity)) {}

  __device__ __forceinline__ void clear(int length, int thread, int threads) const {
    for (int s = thread; s < columns.slots; s += threads) columns.keys[s] = -1;
    for (int p = thread; p < length; p += threads) sums[p] = T{};
  }
  __device__ __forceinline__ void fill(const LocalIndex* row, int length, int thread,
                                       int threads) const {
    bool added = false;
    for (int p = thread; p < length; p += threads) {
      places[columns.insert(row[p], added)] = static_cast<unsigned short>(p);
    }
  }
  /// The position of a column in the row, or -1.
  __device__ __forceinline__ int place(LocalIndex column) const {
    const int slot = columns.find(column);
    return slot < 0 ? -1 : places[slot];
  }
};

/// Rows of at most `capacity` columns, `lanes` threads each. Shared memory per row: sums_bytes.
template <Scalar T, int lanes>
__global__ void __launch_bounds__(256)
    values_by_warps(Factors m, ProductValues<T> v, const LocalIndex* rows, LocalIndex count,
                    int capacity, int bytes_per_row) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % lanes;
  const int group = thread / lanes;
  const unsigned below = (1u << (thread % warp_size)) - 1;
  const SumTable<T> table(shared_memory() + group * bytes_per_row, capacity);
  const Offset number = Offset{blockIdx.x} * (blockDim.x / lanes) + group;
  const LocalIndex row = number < count ? rows[number] : -1;
  const Offset target = row >= 0 ? v.c_offsets[row] : 0;
  const int length = row >= 0 ? static_cast<int>(v.c_offsets[row + 1] - target) : 0;
  table.clear(length, lane, lanes);
  __syncwarp();
  table.fill(v.c_indices + target, length, lane, lanes);
  __syncwarp();
  const Offset begin = row >= 0 ? m.a_offsets[row] : 0;
  const Offset end = row >= 0 ? m.a_offsets[row + 1] : 0;
  for_products_of_warp<lanes, T>(
      m, begin, end, [&](Offset e) { return v.a[e]; },
      [&](bool active, Offset l, const T& factor) {
        int place = -1;
        T product{};
        if (active) {
          place = table.place(m.b_indices[l]);
          product = factor * v.b[l];
        }
        // Lanes without a product match no other lane, and rows of the warp do not match each
        // other.
        const int sum = place < 0 ? -1 - thread % warp_size
                                  : place * (warp_size / lanes) + group % (warp_size / lanes);
        const unsigned same = __match_any_sync(all_lanes, sum);
        const int turn = place < 0 ? -1 : __popc(same & below);
        for (int t = 0; __any_sync(all_lanes, turn >= t); ++t) {
          if (turn == t) table.sums[place] += product;
          __syncwarp();
        }
      });
  for (int p = lane; p < length; p += lanes) v.c[target + p] = table.sums[p];
}

template <Scalar T>
std::size_t block_values_bytes(int capacity) {
  return sizeof(BlockScratch<T>) + sums_bytes<T>(capacity) +
         static_cast<std::size_t>(capacity) * sizeof(unsigned);
}

/// A block for `capacity` consecutive columns of a row of C: of row rows[k] those from column
/// number tiles[k] * capacity on, or from the first where `tiles` is null. A longer row has several
/// blocks; each goes through all products and sums its own. Shared memory: block_values_bytes.
template <Scalar T>
__global__ void __launch_bounds__(block_threads)
    values_by_blocks(Factors m, ProductValues<T> v, const LocalIndex* rows, const LocalIndex* tiles,
                     int capacity, bool b_increases) {
  const int thread = static_cast<int>(threadIdx.x);
  const int lane = thread % warp_size;
  auto& scratch = *reinterpret_cast<BlockScratch<T>*>(shared_memory());
  const SumTable<T> table(shared_memory() + sizeof(BlockScratch<T>), capacity);
  // The thread that may add to a sum in this round, among all that want to.
  auto* const owner = reinterpret_cast<unsigned*>(table.places + 2 * capacity);

  const LocalIndex row = rows[blockIdx.x];
  const Offset tile = tiles == nullptr ? 0 : tiles[blockIdx.x];
  const Offset target = v.c_offsets[row] + tile * capacity;
  const Offset rest = v.c_offsets[row + 1] - target;
  const int length = rest < capacity ? static_cast<int>(rest) : capacity;
  table.clear(length, thread, block_threads);
  for (int p = thread; p < length; p += block_threads) owner[p] = 0;
  __syncthreads();
  table.fill(v.c_indices + target, length, thread, block_threads);
  __syncthreads();

  const LocalIndex low = v.c_indices[target];
  const LocalIndex last = v.c_indices[target + length - 1];
  unsigned round = 0;
  constexpr unsigned last_round = 0xffffffffu / block_threads - 1;
  for_products_of_block<T>(
      m, m.a_offsets[row], m.a_offsets[row + 1],
      ColumnRange{low, last + 1, b_increases && tiles != nullptr}, scratch,
      [&](Offset e) { return v.a[e]; },
      [&](bool active, Offset l, const T& factor) {
        int place = -1;
        T product{};
        if (active) {
          const LocalIndex column = m.b_indices[l];
          if (column >= low && column <= last) {
            place = table.place(column);
            product = factor * v.b[l];
          }
        }
        // In a warp: the first lane with a given sum adds up the products of the others.
        const unsigned same = __match_any_sync(all_lanes, place < 0 ? -1 - lane : place);
        const bool first = __ffs(same) - 1 == lane;
        for (unsigned others = same & (same - 1); __any_sync(all_lanes, others != 0);
             others &= others - 1) {
          const T other = shuffle(product, others != 0 ? __ffs(others) - 1 : lane, warp_size);
          if (first && others != 0) product += other;
        }
        // In the block: of the threads that want to add to a sum, the first does.
        bool waiting = first && place >= 0;
        do {
          if (round == last_round) {  // the numbers of rounds begin anew
            __syncthreads();
            for (int p = thread; p < length; p += block_threads) owner[p] = 0;
            round = 0;
            __syncthreads();
          }
          ++round;
          const unsigned mine = round * block_threads + (block_threads - 1 - thread);
          if (waiting) atomicMax(owner + place, mine);
          __syncthreads();
          if (waiting && owner[place] == mine) {
            table.sums[place] += product;
            waiting = false;
          }
        } while (__syncthreads_or(waiting) != 0);
      },
      [] { return false; });
  for (int p = thread; p < length; p += block_threads) v.c[target + p] = table.sums[p];
}

}  // namespace suan::kernels::cuda
