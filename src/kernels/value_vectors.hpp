// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Codes as numbers in vector registers, on the host. The vectors are those of the compiler (GCC and
// Clang), which any processor has in some width.
#pragma once

#include "kernels/value_codes.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

template <class T, int n>
struct VectorOf {
  typedef T Type __attribute__((vector_size(n * sizeof(T))));
};
/// Complex numbers are not worth vectors of their own.
template <int n>
struct VectorOf<Complex, n> {
  using Type = Complex;
};

/// n numbers at any address.
template <int n, class T>
typename VectorOf<T, n>::Type load_lanes(const T* numbers) {
  typename VectorOf<T, n>::Type result;
  __builtin_memcpy(&result, numbers, sizeof result);
  return result;
}

/// The numbers whose bit is set in `present`, and zero in place of the others, whatever they are.
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

/// n codes that stand one behind the other, as numbers.
template <int n, Scalar T, class Code>
typename VectorOf<T, n>::Type decode_lanes(const Codec<T, Code>& codec, const Code* codes) {
  using Vector = typename VectorOf<T, n>::Type;
  using Floats = typename VectorOf<float, n>::Type;
  using Words = typename VectorOf<std::uint32_t, n>::Type;
  using Halves = typename VectorOf<std::uint16_t, n>::Type;
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
    return __builtin_convertvector(load_lanes<n>(codes), Vector);
  } else {
    Halves halves;
    __builtin_memcpy(&halves, codes, sizeof halves);
    const Words words = __builtin_convertvector(halves, Words);
    Floats floats;
    if constexpr (std::same_as<Code, BFloat16>) {
      floats = reinterpret_cast<Floats>(words << 16);
    } else {
      const Floats size = reinterpret_cast<Floats>((words & 0x7FFFu) << 13) * 0x1p112f;
      floats = reinterpret_cast<Floats>(reinterpret_cast<Words>(size) | (words & 0x8000u) << 16);
    }
    if constexpr (std::same_as<T, float>) {
      return floats;
    } else {
      return __builtin_convertvector(floats, Vector);
    }
  }
}

}  // namespace suan::kernels

#endif
