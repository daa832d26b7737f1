// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One row of a CSR matrix times a vector on the host, with variants for long rows, for short rows,
// for rows of a known length, and for rows of unpredictable length. The choice changes no bit: the
// order of a sum depends on the length of its row.
#pragma once

#include "kernels/lanes.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

// How far ahead entries are prefetched. The hardware prefetcher follows too few streams for a
// product, which reads four, and stops at page ends.
inline constexpr Offset prefetch_distance = 256;

// The same for elements of x, where columns are scattered. This many misses are in flight at once,
// more than a processor finds by itself beyond the ends of short rows.
inline constexpr Offset fetch_distance = 64;

// Longer rows have four sums. A single sum waits for each of its additions to end; in short rows
// the processor goes on with the next row meanwhile.
inline constexpr Offset long_row = 16;

/// Prefetches a cache line of both streams. Once per short row, whatever its length: a loop over
/// the lines of a row would end after one line or two, which no processor predicts.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void prefetch(const LocalIndex* indices, const T* values) {
  // Read once: keep x in the caches.
  __builtin_prefetch(values + prefetch_distance, 0, 0);
  __builtin_prefetch(indices + prefetch_distance, 0, 0);
}

template <bool fetch, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T short_row_product(Offset begin, Offset end,
                                                const LocalIndex* __restrict indices,
                                                const T* __restrict values, const T* __restrict x) {
  prefetch(indices + end, values + end);
  T sum{};
  for (Offset k = begin; k < end; ++k) {
    if constexpr (fetch) __builtin_prefetch(x + indices[k + fetch_distance]);
    sum += values[k] * x[indices[k]];
  }
  return sum;
}

/// Entries of a long row between two prefetches: a cache line of values, or four sums where those
/// take more than a line.
template <Scalar T>
inline constexpr Offset per_line = Kokkos::max<Offset>(4, 64 / Offset(sizeof(T)));

/// Four sums of products.
template <Scalar T, bool in_a_vector>
class FourSums {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const LocalIndex* indices, const T* values, const T* x) {
    for (int r = 0; r < 4; ++r) sums_[r] += values[r] * x[indices[r]];
  }
  KOKKOS_FORCEINLINE_FUNCTION void add_to_first(const T& product) { sums_[0] += product; }
  KOKKOS_FORCEINLINE_FUNCTION T sum() const {
    return (sums_[0] + sums_[1]) + (sums_[2] + sums_[3]);
  }

 private:
  T sums_[4] = {};
};

/// The same bits, with values loaded four at a time: one by one, the two loads per product are all
/// that a processor issues in a cycle. Here, however, late elements of x delay each other.
template <Scalar T>
class FourSums<T, true> {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const LocalIndex* indices, const T* values, const T* x) {
    const Four elements = {x[indices[0]], x[indices[1]], x[indices[2]], x[indices[3]]};
    sums_ += load_lanes<4>(values) * elements;
  }
  KOKKOS_FORCEINLINE_FUNCTION void add_to_first(const T& product) { sums_[0] += product; }
  KOKKOS_FORCEINLINE_FUNCTION T sum() const {
    return (sums_[0] + sums_[1]) + (sums_[2] + sums_[3]);
  }

 private:
  using Four = typename VectorOf<T, 4>::Type;
  Four sums_{};
};

/// `tail`, a number or a constant, is the number of entries after the last whole cache line, at
/// `end`.
template <bool fetch, class Tail, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T long_row_product(Offset begin, Offset end, Tail tail,
                                               const LocalIndex* __restrict indices,
                                               const T* __restrict values, const T* __restrict x) {
  FourSums<T, !fetch && !is_complex<T>> sums;
  const auto add_four = [&](Offset k) {
    if constexpr (fetch) {
      for (int r = 0; r < 4; ++r) __builtin_prefetch(x + indices[k + r + fetch_distance]);
    }
    sums.add(indices + k, values + k, x);
  };
  for (Offset k = begin; k < end; k += per_line<T>) {
    prefetch(indices + k, values + k);
    for (Offset r = 0; r < per_line<T>; r += 4) add_four(k + r);
  }
  const Offset fours = tail / 4 * 4;
  for (Offset k = 0; k < fours; k += 4) add_four(end + k);
  for (Offset k = fours; k < tail; ++k) sums.add_to_first(values[end + k] * x[indices[end + k]]);
  return sums.sum();
}

/// short_row_product, four entries at a time: rows of 1 to 4, 5 to 8, ... entries take the same
/// path, so fewer row ends are mispredicted. Up to three entries beyond the row are read; their
/// products are discarded, whatever they are.
template <bool fetch, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T uneven_row_product(Offset begin, Offset end,
                                                 const LocalIndex* __restrict indices,
                                                 const T* __restrict values,
                                                 const T* __restrict x) {
  using Word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  using Words = typename VectorOf<Word, 4>::Type;
  using Four = typename VectorOf<T, 4>::Type;
  prefetch(indices + end, values + end);
  const Words numbers = {0, 1, 2, 3};
  T sum{};
  for (Offset k = begin; k < end; k += 4) {
    if constexpr (fetch) {
      for (int r = 0; r < 4; ++r) __builtin_prefetch(x + indices[k + r + fetch_distance]);
    }
    const Four elements = {x[indices[k]], x[indices[k + 1]], x[indices[k + 2]], x[indices[k + 3]]};
    const Four all = load_lanes<4>(values + k) * elements;
    const auto of_row = reinterpret_cast<Four>(reinterpret_cast<Words>(all) &
                                               (numbers < static_cast<Word>(end - k)));
    for (int r = 0; r < 4; ++r) sum += of_row[r];
  }
  return sum;
}

template <bool fetch, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T row_product(Offset begin, Offset end, const LocalIndex* indices,
                                          const T* values, const T* x, Offset limit) {
  if (end - begin < long_row) {
    return short_row_product<fetch>(begin, end, indices, values, x);
  }
  if (end - begin >= limit) return T{};
  const Offset tail = (end - begin) % per_line<T>;
  return long_row_product<fetch>(begin, end - tail, tail, indices, values, x);
}

/// short_row_product for a length known at compile time.
template <int length, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T fixed_row_product(Offset begin, const LocalIndex* __restrict indices,
                                                const T* __restrict values, const T* __restrict x) {
  prefetch(indices + begin + length, values + begin + length);
  T sum{};
#pragma GCC unroll 16
  for (Offset k = begin; k < begin + length; ++k) sum += values[k] * x[indices[k]];
  return sum;
}

}  // namespace suan::kernels

#endif
