// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The eight sums of a slice of SELL-C-sigma, side by side: with AVX-512, where a gather fetches
// eight elements of x, and for any processor. Both give the bits of one sum per row, in the order
// of the row; a complex row has one for the real and one for the imaginary parts of its values.
#pragma once

#include "kernels/common/avx512.hpp"
#include "kernels/sell/sell_sorted_view.hpp"
#include "kernels/spmm/multi_sums.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void sums_of_slice(const SortedEntries<T>& m, const T* x, T* sums) {
  if constexpr (is_complex<T>) {
    for (LocalIndex l = 0; l < sorted_rows; ++l) {
      MultiSums<T, 1> sum;
      m.visit_row(l, [&](LocalIndex column, const T& value) { sum.add(value, x + column); });
      sums[l] = sum[0];
    }
  } else {
    constexpr int lanes = 32 / int(sizeof(T));
    constexpr int vectors = int(sorted_rows) / lanes;
    using Vector = typename VectorOf<T, lanes>::Type;
    Vector all[vectors] = {};
    Offset at = 0;
    std::uint32_t whole = m.lengths[sorted_rows - 1];
    for (; whole > 0; --whole, at += sorted_rows) {
      for (int v = 0; v < vectors; ++v) {
        T elements[lanes];
        for (int l = 0; l < lanes; ++l) elements[l] = x[m.column(at + v * lanes + l)];
        all[v] += load_lanes<lanes>(m.values + at + v * lanes) * load_lanes<lanes>(elements);
      }
    }
    for (int v = 0; v < vectors; ++v) store_lanes<lanes>(all[v], sums + v * lanes);
    std::uint32_t k = m.lengths[sorted_rows - 1];
    for (LocalIndex filled = sorted_rows - 1; k < m.lengths[0]; --filled) {
      for (; k < m.lengths[filled - 1]; ++k, at += filled) {
        for (LocalIndex l = 0; l < filled; ++l) sums[l] += m.values[at + l] * x[m.column(at + l)];
      }
    }
  }
}

#if SUAN_AVX512

/// A bit for each of the first `count` lanes, of eight.
SUAN_AVX512_FUNCTION inline __mmask8 first_rows(LocalIndex count) {
  return static_cast<__mmask8>((1u << count) - 1u);
}

/// The columns of one step, of eight rows or of the `filled` first ones, as 32-bit numbers; 0 for
/// the other rows.
template <bool far>
SUAN_AVX512_FUNCTION inline __m256i sorted_columns(const std::uint16_t* columns) {
  if constexpr (far) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(columns));
  return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(columns)));
}
template <bool far>
SUAN_AVX512_FUNCTION inline __m256i sorted_columns(const std::uint16_t* columns,
                                                   LocalIndex filled) {
  const __mmask8 rows = first_rows(filled);
  if constexpr (far) return _mm256_maskz_loadu_epi32(rows, columns);
  return _mm256_cvtepu16_epi32(_mm_maskz_loadu_epi16(rows, columns));
}

/// Eight doubles.
struct DoubleSums {
  __m512d sums;

  SUAN_AVX512_FUNCTION static DoubleSums zero() { return {_mm512_setzero_pd()}; }
  SUAN_AVX512_FUNCTION void add(const double* values, __m256i columns, const double* x) {
    sums = _mm512_add_pd(
        sums, _mm512_mul_pd(_mm512_loadu_pd(values), _mm512_i32gather_pd(columns, x, 8)));
  }
  SUAN_AVX512_FUNCTION void add(const double* values, __m256i columns, const double* x,
                                LocalIndex filled) {
    const __mmask8 rows = first_rows(filled);
    const __m512d elements = _mm512_mask_i32gather_pd(_mm512_setzero_pd(), rows, columns, x, 8);
    sums = _mm512_mask_add_pd(sums, rows, sums,
                              _mm512_mul_pd(_mm512_maskz_loadu_pd(rows, values), elements));
  }
  SUAN_AVX512_FUNCTION void store(double* target) const { _mm512_storeu_pd(target, sums); }
};

/// Eight floats.
struct FloatSums {
  __m256 sums;

  SUAN_AVX512_FUNCTION static FloatSums zero() { return {_mm256_setzero_ps()}; }
  SUAN_AVX512_FUNCTION void add(const float* values, __m256i columns, const float* x) {
    sums = _mm256_add_ps(
        sums, _mm256_mul_ps(_mm256_loadu_ps(values), _mm256_i32gather_ps(x, columns, 4)));
  }
  SUAN_AVX512_FUNCTION void add(const float* values, __m256i columns, const float* x,
                                LocalIndex filled) {
    const __mmask8 rows = first_rows(filled);
    const __m256 elements = _mm256_mmask_i32gather_ps(_mm256_setzero_ps(), rows, columns, x, 4);
    sums = _mm256_mask_add_ps(sums, rows, sums,
                              _mm256_mul_ps(_mm256_maskz_loadu_ps(rows, values), elements));
  }
  SUAN_AVX512_FUNCTION void store(float* target) const { _mm256_storeu_ps(target, sums); }
};

/// Eight complex numbers in two registers: the sums of real parts times elements, and of imaginary
/// parts, which are combined at the end. An element is 16 bytes: four loads are as fast as a gather
/// of single parts.
struct ComplexSums {
  __m512d own[2];
  __m512d turned[2];

  SUAN_AVX512_FUNCTION static ComplexSums zero() {
    const __m512d none = _mm512_setzero_pd();
    return {{none, none}, {none, none}};
  }
  SUAN_AVX512_FUNCTION static __m128d one(const Complex* x) {
    return _mm_loadu_pd(reinterpret_cast<const double*>(x));
  }
  SUAN_AVX512_FUNCTION static __m512d four(const Complex* x, const std::int32_t* columns) {
    const __m256d low =
        _mm256_insertf128_pd(_mm256_castpd128_pd256(one(x + columns[0])), one(x + columns[1]), 1);
    const __m256d high =
        _mm256_insertf128_pd(_mm256_castpd128_pd256(one(x + columns[2])), one(x + columns[3]), 1);
    return _mm512_insertf64x4(_mm512_castpd256_pd512(low), high, 1);
  }
  SUAN_AVX512_FUNCTION void add(const Complex* values, __m256i columns, const Complex* x) {
    alignas(32) std::int32_t numbers[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(numbers), columns);
    for (int h = 0; h < 2; ++h) {
      const __m512d elements = four(x, numbers + 4 * h);
      const __m512d both = _mm512_loadu_pd(reinterpret_cast<const double*>(values + 4 * h));
      own[h] = _mm512_add_pd(own[h], _mm512_mul_pd(_mm512_movedup_pd(both), elements));
      turned[h] = _mm512_add_pd(turned[h], _mm512_mul_pd(_mm512_permute_pd(both, 0xff), elements));
    }
  }
  /// Columns of other rows are 0: x has an element there, and its product is not added.
  SUAN_AVX512_FUNCTION void add(const Complex* values, __m256i columns, const Complex* x,
                                LocalIndex filled) {
    alignas(32) std::int32_t numbers[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(numbers), columns);
    for (int h = 0; h < 2; ++h) {
      const __mmask8 mask = first_rows(2 * std::clamp(filled - 4 * h, 0, 4));
      const __m512d elements = four(x, numbers + 4 * h);
      const __m512d both =
          _mm512_maskz_loadu_pd(mask, reinterpret_cast<const double*>(values + 4 * h));
      own[h] = _mm512_mask_add_pd(own[h], mask, own[h],
                                  _mm512_mul_pd(_mm512_movedup_pd(both), elements));
      turned[h] = _mm512_mask_add_pd(turned[h], mask, turned[h],
                                     _mm512_mul_pd(_mm512_permute_pd(both, 0xff), elements));
    }
  }
  SUAN_AVX512_FUNCTION void store(Complex* target) const {
    for (int h = 0; h < 2; ++h) {
      const __m512d swapped = _mm512_permute_pd(turned[h], 0x55);
      const __m512d difference = _mm512_sub_pd(own[h], swapped);
      const __m512d sum = _mm512_add_pd(own[h], swapped);
      _mm512_storeu_pd(reinterpret_cast<double*>(target + 4 * h),
                       _mm512_mask_blend_pd(0xaa, difference, sum));
    }
  }
};

/// Single complex numbers have none: their slices take the portable loop.
template <class T>
struct SumsOf {
  using Type = void;
};
template <>
struct SumsOf<double> {
  using Type = DoubleSums;
};
template <>
struct SumsOf<float> {
  using Type = FloatSums;
};
template <>
struct SumsOf<Complex> {
  using Type = ComplexSums;
};

template <Scalar T>
inline constexpr bool has_avx512_sums = !std::is_void_v<typename SumsOf<T>::Type>;

template <bool far, Scalar T>
SUAN_AVX512_FUNCTION inline void avx512_sums(const SortedEntries<T>& m, const T* x, T* result) {
  constexpr std::size_t words = far ? 2 : 1;
  const T* values = m.values;
  const std::uint16_t* columns = m.columns;
  auto sums = SumsOf<T>::Type::zero();
  std::uint32_t k = 0;
  for (const std::uint32_t whole = m.lengths[sorted_rows - 1]; k < whole; ++k) {
    sums.add(values, sorted_columns<far>(columns), x);
    values += sorted_rows;
    columns += sorted_rows * words;
  }
  for (LocalIndex filled = sorted_rows - 1; k < m.lengths[0]; --filled) {
    for (; k < m.lengths[filled - 1]; ++k) {
      sums.add(values, sorted_columns<far>(columns, filled), x, filled);
      values += filled;
      columns += std::size_t(filled) * words;
    }
  }
  sums.store(result);
}

#endif

}  // namespace suan::kernels

#endif
