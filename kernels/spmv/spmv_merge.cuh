// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A CSR matrix times a vector along the merge path: D. Merrill and M. Garland, "Merge-based
// parallel sparse matrix-vector multiplication", SC 2016, 678-689. The sorted list of row ends and
// the list of entries 0, 1, 2, ... are merged, a row's end after the row's entries. The path is cut
// into tiles of merge_tile items, and each thread walks merge_items of them, so all blocks have the
// same work whether rows are long, short or empty.
//
// A row that crosses the border of a tile is split: each tile before the one where it ends writes
// its part to carries(tile), the last one to heads(tile), and finish_split_rows adds the parts in
// the order of the tiles.
#pragma once

#include "kernels/spmv/spmv_rows.cuh"

namespace suan::kernels::cuda {

inline constexpr int merge_threads = 128;
/// Odd, so that threads that walk through shared memory side by side have few bank conflicts.
inline constexpr int merge_items = 7;
inline constexpr int merge_tile = merge_threads * merge_items;
/// A row that spans more tiles than this gets a block of its own when its parts are added.
inline constexpr int few_tiles = 32;

/// The number of row ends among the first `diagonal` items of the path. `ends[i]` is the end of row
/// i, counted from the same entry as the path.
template <class Number, class Ends>
KOKKOS_INLINE_FUNCTION int rows_before(const Ends& ends, int rows, Number entries,
                                       Number diagonal) {
  int low = diagonal > entries ? static_cast<int>(diagonal - entries) : 0;
  int high = diagonal < rows ? static_cast<int>(diagonal) : rows;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (ends[middle] < diagonal - middle) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// For each tile, the number of rows that end before it (tiles + 1 numbers, the last being all
/// rows), and its parts of split rows.
template <Scalar T>
struct MergeTiles {
  int tiles;
  Offset path;  ///< its length
  const LocalIndex* first_rows;
  T* carries;
  T* heads;
  const int* long_ends;  ///< the tiles in which rows of more than few_tiles tiles end
};

/// The result of a thread's walk.
template <Scalar T>
struct Walk {
  T ended[merge_items];  ///< at the items that are row ends, the sum of the row's entries here
  unsigned is_end = 0;   ///< a bit for each of them
  int first_row = 0;     ///< of these rows, in the tile
  T open{};              ///< the sum of the row that did not end
};

/// The part of the path of one thread. `products` are those of the tile's entries.
template <Scalar T>
__device__ Walk<T> walk_items(const T* products, const int* ends, int rows, int entries, int from) {
  Walk<T> walk;
  int row = rows_before(ends, rows, entries, from);
  int entry = from - row;
  walk.first_row = row;
  int end = ends[row];
#pragma unroll
  for (int item = 0; item < merge_items; ++item) {
    if (from + item < rows + entries) {
      if (entry < end) {
        walk.open += products[entry++];
      } else {
        walk.ended[item] = walk.open;
        walk.is_end |= 1U << item;
        walk.open = T{};
        end = ends[++row];
      }
    }
  }
  return walk;
}

/// What earlier threads carry into this thread's first row, and what the block carries out into the
/// row that continues after it.
template <Scalar T>
struct Carry {
  T into_thread;
  T out_of_block;
};

/// A segmented sum over the threads, restarting at each thread in which a row ended.
template <Scalar T>
__device__ Carry<T> scan_open_rows(const T& open, bool has_end) {
  constexpr int warps = merge_threads / warp_size;
  __shared__ Raw<T, warps> shared_sums;
  __shared__ int shared_ends[warps];
  T* const sums = shared_sums.data();
  const auto thread = static_cast<int>(threadIdx.x);
  const int lane = thread % warp_size;
  T sum = open;
  int ended = has_end ? 1 : 0;
#pragma unroll
  for (int distance = 1; distance < warp_size; distance *= 2) {
    const T before = shuffle_up(sum, distance);
    const int ended_before = __shfl_up_sync(all_lanes, ended, distance);
    if (lane >= distance) {
      if (ended == 0) sum = before + sum;
      ended |= ended_before;
    }
  }
  if (lane == warp_size - 1) {
    sums[thread / warp_size] = sum;
    shared_ends[thread / warp_size] = ended;
  }
  const T before = shuffle_up(sum, 1);
  const int ended_before = __shfl_up_sync(all_lanes, ended, 1);
  __syncthreads();
  Carry<T> carry{T{}, T{}};
  for (int warp = 0; warp < warps; ++warp) {
    if (warp == thread / warp_size) carry.into_thread = carry.out_of_block;
    carry.out_of_block = shared_ends[warp] != 0 ? sums[warp] : carry.out_of_block + sums[warp];
  }
  if (lane > 0) carry.into_thread = ended_before != 0 ? before : carry.into_thread + before;
  return carry;
}

/// One block per tile.
template <bool with_sum, Scalar T>
__global__ void __launch_bounds__(merge_threads)
    multiply_tile(const CsrProduct<T> p, const MergeTiles<T> m) {
  __shared__ Raw<T, merge_tile> shared_values;
  __shared__ int ends[merge_tile + 1];
  T* const shared = shared_values.data();
  const auto thread = static_cast<int>(threadIdx.x);
  const auto tile = static_cast<Offset>(blockIdx.x);
  const LocalIndex first_row = m.first_rows[tile];
  const LocalIndex last_row = m.first_rows[tile + 1];
  const Offset first_entry = tile * merge_tile - first_row;
  const Offset last_item = (tile + 1) * merge_tile < m.path ? (tile + 1) * merge_tile : m.path;
  const int rows = last_row - first_row;
  const auto entries = static_cast<int>(last_item - last_row - first_entry);

#pragma unroll
  for (int step = 0; step < merge_items; ++step) {
    const int k = step * merge_threads + thread;
    if (k < entries) {
      shared[k] = p.values[first_entry + k] * p.x[p.indices[first_entry + k]];
    }
  }
#pragma unroll
  for (int step = 0; step < merge_items; ++step) {
    const int i = step * merge_threads + thread;
    if (i < rows) ends[i] = static_cast<int>(p.offsets[first_row + i + 1] - first_entry);
  }
  // The row that continues in the next tile ends after all entries of this one.
  if (thread == 0) ends[rows] = entries + 1;
  __syncthreads();

  const int from = thread * merge_items < rows + entries ? thread * merge_items : rows + entries;
  const Walk<T> walk = walk_items(shared, ends, rows, entries, from);
  Carry<T> carry = scan_open_rows(walk.open, walk.is_end != 0);
  if (thread == 0) m.carries[tile] = carry.out_of_block;

  // All threads have read the products: the row sums reuse their memory.
  int row = walk.first_row;
#pragma unroll
  for (int item = 0; item < merge_items; ++item) {
    if ((walk.is_end >> item & 1U) != 0) {
      shared[row++] = carry.into_thread + walk.ended[item];
      carry.into_thread = T{};
    }
  }
  __syncthreads();
  const bool is_split = rows > 0 && first_entry > p.offsets[first_row];
  T total{};
#pragma unroll 1
  for (int i = thread; i < rows; i += merge_threads) {
    if (i == 0 && is_split) {
      m.heads[tile] = shared[0];
    } else {
      total += finish_row<with_sum>(p, Offset(first_row) + i, shared[i]);
    }
  }
  if constexpr (with_sum) {
    const T of_block = block_sum<merge_threads>(total);
    if (thread == 0) p.sums[tile] = of_block;
  }
}

/// The first tile of the split row that ends in `tile`, or -1 when there is none.
KOKKOS_INLINE_FUNCTION Offset first_tile_of_split_row(const Offset* offsets, LocalIndex rows,
                                                      const LocalIndex* first_rows, Offset tile) {
  const LocalIndex row = first_rows[tile];
  const bool ends_here = row < rows && first_rows[tile + 1] > row;
  const bool is_split = ends_here && tile * merge_tile - row > offsets[row];
  return is_split ? (row + offsets[row]) / merge_tile : Offset(-1);
}

/// Whether a row of more than few_tiles tiles ends in `tile`.
KOKKOS_INLINE_FUNCTION bool is_end_of_long_row(const Offset* offsets, LocalIndex rows,
                                               const LocalIndex* first_rows, Offset tile) {
  const Offset first = first_tile_of_split_row(offsets, rows, first_rows, tile);
  return first >= 0 && tile - first > few_tiles;
}

/// Adds up the split rows: in the first `few_blocks` blocks one thread for each tile in which such
/// a row ends, in the others one block for each of long_ends.
template <bool with_sum, Scalar T>
__global__ void __launch_bounds__(merge_threads)
    finish_split_rows(const CsrProduct<T> p, const MergeTiles<T> m, int few_blocks) {
  const auto thread = static_cast<int>(threadIdx.x);
  const auto block = static_cast<int>(blockIdx.x);
  T total{};
  if (block < few_blocks) {
    const Offset tile = static_cast<Offset>(block) * merge_threads + thread;
    if (tile < m.tiles) {
      const Offset first = first_tile_of_split_row(p.offsets, p.rows, m.first_rows, tile);
      if (first >= 0 && tile - first <= few_tiles) {
        T sum{};
        for (Offset t = first; t < tile; ++t) sum += m.carries[t];
        total = finish_row<with_sum>(p, m.first_rows[tile], sum + m.heads[tile]);
      }
    }
    if constexpr (with_sum) total = block_sum<merge_threads>(total);
  } else {
    const Offset tile = m.long_ends[block - few_blocks];
    const Offset first = first_tile_of_split_row(p.offsets, p.rows, m.first_rows, tile);
    T sum{};
    for (Offset t = first + thread; t < tile; t += merge_threads) sum += m.carries[t];
    sum = block_sum<merge_threads>(sum);
    if (thread == 0) total = finish_row<with_sum>(p, m.first_rows[tile], sum + m.heads[tile]);
  }
  if constexpr (with_sum) {
    if (thread == 0) p.sums[static_cast<Offset>(m.tiles) + block] = total;
  }
}

}  // namespace suan::kernels::cuda
