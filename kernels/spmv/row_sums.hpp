// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One row of a CSR matrix times a vector on the host, with variants for long rows, for short rows,
// for rows of a known length, and for rows of unpredictable length. The choice changes no bit: the
// order of a sum depends on the length of its row.
#pragma once

#include "suan/kernels/detail/simd.hpp"

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

/// What a product prefetches.
enum class Ahead {
  nothing,  ///< the matrix stays in the caches from one product to the next
  streams,  ///< values and columns
  elements  ///< elements of x, too
};

/// Prefetches a cache line of both streams. Once per short row, whatever its length: a loop over
/// the lines of a row would end after one line or two, which no processor predicts.
template <Ahead ahead, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void prefetch(const LocalIndex* indices, const T* values) {
  if constexpr (ahead != Ahead::nothing) {
    // Read once: keep x in the caches. If the matrix could stay there, too, this would evict it,
    // because processors put such a line into the first-level cache only.
    __builtin_prefetch(values + prefetch_distance, 0, 0);
    __builtin_prefetch(indices + prefetch_distance, 0, 0);
  }
}

/// One sum of products.
template <Scalar T>
class OneSum {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const T& value, const T& element) {
    sum_ += value * element;
  }
  KOKKOS_FORCEINLINE_FUNCTION T sum() const { return sum_; }

 private:
  T sum_{};
};

#if __has_builtin(__builtin_shufflevector)
#define SUAN_COMPLEX_LANES 1

using ComplexLanes = typename VectorOf<double, 2>::Type;
using TwoComplexLanes = typename VectorOf<double, 4>::Type;

KOKKOS_FORCEINLINE_FUNCTION ComplexLanes complex_lanes(const Complex& number) {
  ComplexLanes lanes;
  __builtin_memcpy(&lanes, &number, sizeof lanes);
  return lanes;
}

/// The same bits as the product of complex numbers, in half the instructions: the real part of a
/// value times both parts of an element, and the imaginary part times both parts swapped, once with
/// its sign changed.
template <>
class OneSum<Complex> {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const Complex& value, const Complex& element) {
    const ComplexLanes a = complex_lanes(value);
    const ComplexLanes x = complex_lanes(element);
    sum_ += __builtin_shufflevector(a, a, 0, 0) * x +
            __builtin_shufflevector(-a, a, 1, 3) * __builtin_shufflevector(x, x, 1, 0);
  }
  KOKKOS_FORCEINLINE_FUNCTION Complex sum() const { return Complex(sum_[0], sum_[1]); }

 private:
  ComplexLanes sum_{};
};
#endif

template <Ahead ahead, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T short_row_product(Offset begin, Offset end,
                                                const LocalIndex* __restrict indices,
                                                const T* __restrict values, const T* __restrict x) {
  prefetch<ahead>(indices + end, values + end);
  OneSum<T> sum;
  for (Offset k = begin; k < end; ++k) {
    if constexpr (ahead == Ahead::elements) __builtin_prefetch(x + indices[k + fetch_distance]);
    sum.add(values[k], x[indices[k]]);
  }
  return sum.sum();
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
  KOKKOS_FORCEINLINE_FUNCTION T first() const { return sums_[0]; }
  /// Of all four, with another one instead of the first.
  KOKKOS_FORCEINLINE_FUNCTION T sum(const T& first) const {
    return (first + sums_[1]) + (sums_[2] + sums_[3]);
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
  KOKKOS_FORCEINLINE_FUNCTION T first() const { return sums_[0]; }
  /// Of all four, with another one instead of the first.
  KOKKOS_FORCEINLINE_FUNCTION T sum(const T& first) const {
    return (first + sums_[1]) + (sums_[2] + sums_[3]);
  }

 private:
  using Four = typename VectorOf<T, 4>::Type;
  Four sums_{};
};

#ifdef SUAN_COMPLEX_LANES
/// Like OneSum<Complex>, two numbers at a time.
template <>
class FourSums<Complex, false> {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const LocalIndex* indices, const Complex* values,
                                       const Complex* x) {
    first_ += products(values, x[indices[0]], x[indices[1]]);
    second_ += products(values + 2, x[indices[2]], x[indices[3]]);
  }
  KOKKOS_FORCEINLINE_FUNCTION Complex first() const { return Complex(first_[0], first_[1]); }
  KOKKOS_FORCEINLINE_FUNCTION Complex sum(const Complex& first) const {
    return (first + Complex(first_[2], first_[3])) +
           (Complex(second_[0], second_[1]) + Complex(second_[2], second_[3]));
  }

 private:
  KOKKOS_FORCEINLINE_FUNCTION static TwoComplexLanes products(const Complex* values,
                                                              const Complex& one,
                                                              const Complex& other) {
    TwoComplexLanes a;
    __builtin_memcpy(&a, values, sizeof a);
    const TwoComplexLanes x =
        __builtin_shufflevector(complex_lanes(one), complex_lanes(other), 0, 1, 2, 3);
    return __builtin_shufflevector(a, a, 0, 0, 2, 2) * x +
           __builtin_shufflevector(-a, a, 1, 5, 3, 7) * __builtin_shufflevector(x, x, 1, 0, 3, 2);
  }

  TwoComplexLanes first_{};
  TwoComplexLanes second_{};
};
#endif

/// `tail`, a number or a constant, is the number of entries after the last whole cache line, at
/// `end`.
template <Ahead ahead, class Tail, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T long_row_product(Offset begin, Offset end, Tail tail,
                                               const LocalIndex* __restrict indices,
                                               const T* __restrict values, const T* __restrict x) {
  FourSums<T, ahead != Ahead::elements && !is_complex<T>> sums;
  const auto add_four = [&](Offset k) {
    if constexpr (ahead == Ahead::elements) {
      for (int r = 0; r < 4; ++r) __builtin_prefetch(x + indices[k + r + fetch_distance]);
    }
    sums.add(indices + k, values + k, x);
  };
  for (Offset k = begin; k < end; k += per_line<T>) {
    prefetch<ahead>(indices + k, values + k);
    for (Offset r = 0; r < per_line<T>; r += 4) add_four(k + r);
  }
  const Offset fours = tail / 4 * 4;
  for (Offset k = 0; k < fours; k += 4) add_four(end + k);
  // Outside the vector: inserting a number into one takes as long as an addition.
  T first = sums.first();
  for (Offset k = fours; k < tail; ++k) first += values[end + k] * x[indices[end + k]];
  return sums.sum(first);
}

/// short_row_product, four entries at a time: rows of 1 to 4, 5 to 8, ... entries take the same
/// path, so fewer row ends are mispredicted. Up to three entries beyond the row are read; their
/// products are discarded, whatever they are.
template <Ahead ahead, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T uneven_row_product(Offset begin, Offset end,
                                                 const LocalIndex* __restrict indices,
                                                 const T* __restrict values,
                                                 const T* __restrict x) {
  using Word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  using Words = typename VectorOf<Word, 4>::Type;
  using Four = typename VectorOf<T, 4>::Type;
  prefetch<ahead>(indices + end, values + end);
  const Words numbers = {0, 1, 2, 3};
  T sum{};
  for (Offset k = begin; k < end; k += 4) {
    if constexpr (ahead == Ahead::elements) {
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

template <Ahead ahead, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T row_product(Offset begin, Offset end, const LocalIndex* indices,
                                          const T* values, const T* x, Offset limit) {
  if (end - begin < long_row) {
    return short_row_product<ahead>(begin, end, indices, values, x);
  }
  if (end - begin >= limit) return T{};
  const Offset tail = (end - begin) % per_line<T>;
  return long_row_product<ahead>(begin, end - tail, tail, indices, values, x);
}

/// short_row_product for a length known at compile time.
template <Ahead ahead, int length, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T fixed_row_product(Offset begin, const LocalIndex* __restrict indices,
                                                const T* __restrict values, const T* __restrict x) {
  prefetch<ahead>(indices + begin + length, values + begin + length);
  OneSum<T> sum;
#pragma GCC unroll 16
  for (Offset k = begin; k < begin + length; ++k) sum.add(values[k], x[indices[k]]);
  return sum.sum();
}

}  // namespace suan::kernels

#endif
