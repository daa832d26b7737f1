// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From CSR to compact SELL on a GPU: a warp per slice, a lane per row. The decisions and the output
// are those of the loops in kernels/sell/sell_slice.hpp and sell_build.hpp.
#pragma once

#include <limits>

#include "kernels/cuda/block_sum.cuh"
#include "kernels/cuda/launch.cuh"
#include "kernels/sell/sell_slice.hpp"

namespace suan::kernels::cuda {

static_assert(slice_rows == warp_size);
inline constexpr int slice_threads = 256;

/// The lane's row of a slice; a row beyond the end of the matrix has no entries.
struct SliceRow {
  Offset begin = 0;
  Offset end = 0;
  Offset first_entry;  ///< of the slice
  Offset last_entry;
  bool is_full;

  template <Scalar T>
  __device__ SliceRow(const CsrView<T>& a, LocalIndex slice, int lane) {
    const LocalIndex first = slice * slice_rows;
    const LocalIndex rows = Kokkos::min(LocalIndex{slice_rows}, a.rows - first);
    const Offset* const offsets = a.offsets.data() + first;
    first_entry = offsets[0];
    last_entry = offsets[rows];
    is_full = rows == slice_rows;
    begin = end = last_entry;
    if (lane < rows) {
      begin = offsets[lane];
      end = offsets[lane + 1];
    }
  }
  __device__ Offset length() const { return end - begin; }
};

template <class Number>
__device__ __forceinline__ Number lanes_min(Number value) {
  for (int d = warp_size / 2; d > 0; d /= 2) {
    value = Kokkos::min(value, __shfl_xor_sync(all_lanes, value, d));
  }
  return value;
}
template <class Number>
__device__ __forceinline__ Number lanes_max(Number value) {
  for (int d = warp_size / 2; d > 0; d /= 2) {
    value = Kokkos::max(value, __shfl_xor_sync(all_lanes, value, d));
  }
  return value;
}

/// As each_run(): calls found(base, present, place) for each run, where `place` is the position of
/// the lane's own entry, if it has one. All lanes see the same base and bits.
template <Scalar T, class Found>
__device__ void each_run_of_warp(const CsrView<T>& a, const SliceRow& row, int lane,
                                 const Found& found) {
  constexpr LocalIndex none = std::numeric_limits<LocalIndex>::max();
  Offset at = row.begin;
  while (true) {
    const LocalIndex own = at < row.end ? a.indices.data()[at] - lane : none;
    const LocalIndex base = lanes_min(own);
    if (base == none) return;
    const unsigned present = __ballot_sync(all_lanes, own == base);
    if (!found(base, present, at)) return;
    if (own == base) ++at;
  }
}

/// As has_runs_with_gaps().
template <Scalar T>
__device__ bool finds_runs_with_gaps(const CsrView<T>& a, const SliceRow& row, int lane,
                                     SellSlice& slice) {
  const Offset entries = row.last_entry - row.first_entry;
  const T* const values = a.values.data();
  Offset missing = 0;
  LocalIndex runs = 0;
  bool fits = entries > 0;
  bool shared = true;
  each_run_of_warp(a, row, lane, [&](Offset base, unsigned present, Offset at) {
    missing += slice_rows - __popc(present);
    const bool mine = (present >> lane & 1u) != 0;
    const T own = mine ? values[at] : T{};
    const T leading = shuffle(own, __ffs(static_cast<int>(present)) - 1);
    shared = __all_sync(all_lanes, shared && (!mine || same_bits(own, leading))) != 0;
    ++runs;
    fits = base >= 0 && base + slice_rows <= a.columns && are_few_gaps(missing, shared, entries);
    return fits;
  });
  if (!fits) return false;
  set_runs_with_gaps(slice, runs, shared);
  return true;
}

/// As plan_slice(): `values` and `words` are their numbers.
template <Scalar T>
__device__ SellSlice decide_slice(const CsrView<T>& a, LocalIndex number, int lane) {
  const SliceRow row(a, number, lane);
  const LocalIndex* const indices = a.indices.data();
  const T* const values = a.values.data();
  const Offset longest = lanes_max(row.length());
  SellSlice slice{};
  slice.width = row.is_full ? static_cast<LocalIndex>(lanes_min(row.length())) : 0;
  if (longest > slice.width) slice.flags |= SellSlice::uneven;
  bool runs = slice.width > 0;
  for (LocalIndex k = 0; runs && k < slice.width; ++k) {
    const LocalIndex own = indices[row.begin + k];
    runs = __all_sync(all_lanes, own - __shfl_sync(all_lanes, own, 0) == lane) != 0;
  }
  bool shared = runs;
  for (LocalIndex k = 0; shared && k < slice.width; ++k) {
    const T own = values[row.begin + k];
    shared = __all_sync(all_lanes, same_bits(own, shuffle(own, 0))) != 0;
  }
  if (!(runs && longest == slice.width) && row.is_full &&
      finds_runs_with_gaps(a, row, lane, slice)) {
    return slice;
  }
  if (runs) slice.flags |= SellSlice::runs;
  if (shared) slice.flags |= SellSlice::shared;
  const Offset entries = row.last_entry - row.first_entry;
  if (listed_columns(slice, entries) > 0) {
    LocalIndex smallest = std::numeric_limits<LocalIndex>::max();
    LocalIndex largest = 0;
    for (Offset k = row.first_entry + lane; k < row.last_entry; k += warp_size) {
      smallest = Kokkos::min(smallest, indices[k]);
      largest = Kokkos::max(largest, indices[k]);
    }
    if (lanes_max(largest) - lanes_min(smallest) <= std::numeric_limits<std::uint16_t>::max()) {
      slice.flags |= SellSlice::near;
    }
  }
  count_slice(slice, entries);
  return slice;
}

template <Scalar T>
__global__ void __launch_bounds__(slice_threads)
    decide_slices_by_warps(const CsrView<T> a, SellSlice* slices, LocalIndex count) {
  const Offset number = (Offset{blockIdx.x} * slice_threads + threadIdx.x) / warp_size;
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  if (number >= count) return;
  const SellSlice slice = decide_slice(a, static_cast<LocalIndex>(number), lane);
  if (lane == 0) slices[number] = slice;
}

/// Writes the words and values of a slice of runs with gaps.
template <Scalar T, class Code>
__device__ void write_runs_with_gaps(const CsrView<T>& a, const Codec<T, Code>& codec,
                                     const SliceRow& row, int lane, const SellSlice& slice,
                                     std::uint32_t* word, Code* value) {
  const T* const values = a.values.data();
  const bool shared = slice.is(SellSlice::shared);
  each_run_of_warp(a, row, lane, [&](Offset base, unsigned present, Offset at) {
    if (lane == 0) {
      word[0] = static_cast<std::uint32_t>(base);
      word[slice.width] = present;
    }
    ++word;
    const bool mine = (present >> lane & 1u) != 0;
    const T own = mine ? values[at] : T{};
    const T any = shuffle(own, __ffs(static_cast<int>(present)) - 1);
    if (!shared || lane == 0) value[lane] = codec.encode(mine && !shared ? own : any);
    value += shared ? 1 : slice_rows;
    return true;
  });
}

/// Where the columns outside runs go, in the width they have.
struct ListedColumns {
  std::uint32_t* far;
  Distance* distances;
  LocalIndex base;
  __device__ __forceinline__ void put(Offset place, LocalIndex column) const {
    if (distances != nullptr) {
      distances[place] = static_cast<Distance>(column - base);
    } else {
      far[place] = static_cast<std::uint32_t>(column);
    }
  }
};

template <Scalar T, class Code>
__device__ void write_slice(const CsrView<T>& a, const Codec<T, Code>& codec, LocalIndex number,
                            int lane, const SellSlice& slice, std::uint32_t* word, Code* value) {
  const SliceRow row(a, number, lane);
  if (slice.is(SellSlice::gaps)) {
    write_runs_with_gaps(a, codec, row, lane, slice, word, value);
    return;
  }
  const LocalIndex* const indices = a.indices.data();
  const T* const values = a.values.data();
  const bool runs = slice.is(SellSlice::runs);
  const bool shared = slice.is(SellSlice::shared);
  const Offset width = slice.width;
  // The end of the lane's tail among all tails.
  Offset tail_end = row.length() - width;
  for (int d = 1; d < warp_size; d *= 2) {
    const Offset below = __shfl_up_sync(all_lanes, tail_end, d);
    if (lane >= d) tail_end += below;
  }
  if (slice.is(SellSlice::uneven)) {
    word[lane] = static_cast<std::uint32_t>(tail_end);
    word += slice_rows;
  }
  if (runs) {
    for (Offset k = lane; k < width; k += warp_size) {
      word[k] = static_cast<std::uint32_t>(indices[row.first_entry + k]);
    }
    word += width;
  }
  ListedColumns columns{word, nullptr, 0};
  if (slice.is(SellSlice::near)) {
    LocalIndex base = std::numeric_limits<LocalIndex>::max();
    for (Offset k = row.first_entry + lane; k < row.last_entry; k += warp_size) {
      base = Kokkos::min(base, indices[k]);
    }
    base = lanes_min(base);
    if (lane == 0) word[0] = static_cast<std::uint32_t>(base);
    columns = {nullptr, reinterpret_cast<Distance*>(word + 1), base};
  }
  if (shared) {
    for (Offset k = lane; k < width; k += warp_size) {
      value[k] = codec.encode(values[row.first_entry + k]);
    }
    value += width;
  } else {
    for (Offset k = 0; k < width; ++k) {
      value[k * slice_rows + lane] = codec.encode(values[row.begin + k]);
    }
    value += width * slice_rows;
  }
  Offset listed = 0;
  if (!runs) {
    for (Offset k = 0; k < width; ++k) {
      columns.put(k * slice_rows + lane, indices[row.begin + k]);
    }
    listed = width * slice_rows;
  }
  // The whole warp copies the tails one after the other.
  const Offset tail = row.last_entry - row.first_entry - width * slice_rows;
  if (!slice.is(SellSlice::uneven)) return;
  for (int l = 0; l < warp_size; ++l) {
    const Offset from = __shfl_sync(all_lanes, row.begin + width, l);
    const Offset end = __shfl_sync(all_lanes, row.end, l);
    const Offset place = __shfl_sync(all_lanes, tail_end, l) - (end - from);
    for (Offset k = lane; k < end - from; k += warp_size) {
      value[place + k] = codec.encode(values[from + k]);
      columns.put(listed + place + k, indices[from + k]);
    }
  }
  listed += tail;
  if (columns.distances != nullptr && listed % 2 == 1 && lane == 0) columns.distances[listed] = 0;
}

template <Scalar T, class Code>
__global__ void __launch_bounds__(slice_threads)
    write_slices_by_warps(const CsrView<T> a, const Codec<T, Code> codec, const SellSlice* slices,
                          LocalIndex count, std::uint32_t* words, Code* values) {
  const Offset number = (Offset{blockIdx.x} * slice_threads + threadIdx.x) / warp_size;
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  if (number >= count) return;
  const SellSlice slice = slices[number];
  write_slice(a, codec, static_cast<LocalIndex>(number), lane, slice, words + slice.words,
              values + slice.values);
}

constexpr Offset slice_blocks(LocalIndex slices) {
  return (Offset{slices} * warp_size + slice_threads - 1) / slice_threads;
}

template <Scalar T>
void decide_slices(const ExecutionSpace& space, const CsrView<T>& a,
                   const DeviceView<SellSlice>& slices) {
  const auto count = static_cast<LocalIndex>(slices.extent(0));
  launch("decide_slices_by_warps", space, decide_slices_by_warps<T>, slice_blocks(count),
         slice_threads, 0, a, slices.data(), count);
}

template <Scalar T, class Code>
void write_slices(const ExecutionSpace& space, const CsrView<T>& a, const Codec<T, Code>& codec,
                  const DeviceView<const SellSlice>& slices, const DeviceView<std::uint32_t>& words,
                  const DeviceView<Code>& values) {
  const auto count = static_cast<LocalIndex>(slices.extent(0));
  launch("write_slices_by_warps", space, write_slices_by_warps<T, Code>, slice_blocks(count),
         slice_threads, 0, a, codec, slices.data(), count, words.data(), values.data());
}

}  // namespace suan::kernels::cuda
