// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Decoding values into vector registers, on the host.
#pragma once

#include "kernels/values/value_codes.hpp"
#include "suan/kernels/detail/simd.hpp"

#if !SUAN_HAVE_CUDA

#if defined(__AVX__)
#include <immintrin.h>
#endif

namespace suan::kernels {

/// The numbers whose bit is set in `present`; zero replaces the others, whatever they are.
template <int n, class T>
typename VectorOf<T, n>::Type lanes_of(const typename VectorOf<T, n>::Type& numbers,
                                       std::uint32_t present) {
  if constexpr (is_complex<T>) {
    static_assert(n == 1);
    return (present & 1u) != 0 ? numbers : T{};
  } else {
    using Word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    using Words = typename VectorOf<Word, n>::Type;
    Words bits;
#pragma GCC unroll 8
    for (int l = 0; l < n; ++l) bits[l] = Word(1) << l;
    const auto kept = reinterpret_cast<Words>((bits & Word(present)) != 0);
    return reinterpret_cast<typename VectorOf<T, n>::Type>(reinterpret_cast<Words>(numbers) & kept);
  }
}

/// n numbers as double, or as they are.
template <class T, int n>
typename VectorOf<T, n>::Type widen(const typename VectorOf<float, n>::Type& floats) {
  using Vector = typename VectorOf<T, n>::Type;
  if constexpr (std::same_as<T, float>) {
    return floats;
  } else {
#if defined(__AVX__)
    // For the conversion below GCC 12 emits four instructions, some of them through memory.
    if constexpr (n == 4) {
      return reinterpret_cast<Vector>(_mm256_cvtps_pd(reinterpret_cast<__m128>(floats)));
    }
#endif
    return __builtin_convertvector(floats, Vector);
  }
}

/// n numbers of 16 bits, each in the upper half of a word.
template <int n>
typename VectorOf<std::uint32_t, n>::Type load_upper_halves(const void* halves) {
  using Words = typename VectorOf<std::uint32_t, n>::Type;
#if __has_builtin(__builtin_shufflevector) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  // One instruction; GCC 12 emits four to convert half a register.
  if constexpr (n == 4) {
    using Halves = typename VectorOf<std::uint16_t, 8>::Type;
    std::uint64_t bits;
    __builtin_memcpy(&bits, halves, sizeof bits);
    const typename VectorOf<std::uint64_t, 2>::Type loaded{bits, 0};
    return reinterpret_cast<Words>(__builtin_shufflevector(
        Halves{}, reinterpret_cast<Halves>(loaded), 0, 8, 1, 9, 2, 10, 3, 11));
  }
#endif
  typename VectorOf<std::uint16_t, n>::Type loaded;
  __builtin_memcpy(&loaded, halves, sizeof loaded);
  return __builtin_convertvector(loaded, Words) << 16;
}

/// n numbers of binary16.
template <int n>
typename VectorOf<float, n>::Type load_float16(const void* codes) {
  using Floats = typename VectorOf<float, n>::Type;
  using Words = typename VectorOf<std::uint32_t, n>::Type;
#if defined(__F16C__)
  if constexpr (n == 4) {
    return reinterpret_cast<Floats>(
        _mm_cvtph_ps(_mm_loadl_epi64(static_cast<const __m128i*>(codes))));
  } else if constexpr (n == 8) {
    return reinterpret_cast<Floats>(
        _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i*>(codes))));
  }
#endif
  // As decode_float16.
  const Words words = load_upper_halves<n>(codes);
  const Floats size = reinterpret_cast<Floats>((words & 0x7FFF0000u) >> 3) * 0x1p112f;
  return reinterpret_cast<Floats>(reinterpret_cast<Words>(size) | (words & 0x80000000u));
}

/// n consecutive codes, as numbers.
template <int n, Scalar T, class Code>
typename VectorOf<T, n>::Type decode_lanes(const Codec<T, Code>& codec, const Code* codes) {
  using Vector = typename VectorOf<T, n>::Type;
  using Floats = typename VectorOf<float, n>::Type;
  if constexpr (is_complex<T>) {
    static_assert(n == 1);
    return codec.decode(*codes);
  } else if constexpr (std::same_as<Code, T>) {
    return load_lanes<n>(codes);
  } else if constexpr (std::same_as<Code, DictionaryCode>) {
    Vector result;
#pragma GCC unroll 8
    for (int l = 0; l < n; ++l) result[l] = codec.decode(codes[l]);
    return result;
  } else if constexpr (std::same_as<Code, float>) {
    return widen<T, n>(load_lanes<n>(codes));
  } else if constexpr (std::same_as<Code, BFloat16>) {
    return widen<T, n>(reinterpret_cast<Floats>(load_upper_halves<n>(codes)));
  } else {
    return widen<T, n>(load_float16<n>(codes));
  }
}

}  // namespace suan::kernels

#endif
