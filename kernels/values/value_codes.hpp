// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers stored in fewer bits than they are computed with.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The upper half of a float32.
struct BFloat16 {
  std::uint16_t bits;
};
/// IEEE 754 binary16; finite numbers only.
struct Float16 {
  std::uint16_t bits;
};

/// The index of a value in a table.
struct DictionaryCode {
  std::uint8_t number;
};

KOKKOS_FORCEINLINE_FUNCTION float decode_float16(std::uint32_t h) {
  // The shifted exponent is 112 too small; multiplying corrects it, also for subnormal numbers.
  const float size = Kokkos::bit_cast<float>((h & 0x7FFFu) << 13) * 0x1p112f;
  return Kokkos::bit_cast<float>(Kokkos::bit_cast<std::uint32_t>(size) | (h & 0x8000u) << 16);
}

/// The number that a code stands for.
template <Scalar T, class Code>
KOKKOS_FORCEINLINE_FUNCTION T decode(const Code& code) {
  if constexpr (std::same_as<Code, BFloat16>) {
    return static_cast<T>(Kokkos::bit_cast<float>(std::uint32_t{code.bits} << 16));
  } else if constexpr (std::same_as<Code, Float16>) {
    return static_cast<T>(decode_float16(code.bits));
  } else if constexpr (std::same_as<Code, ComplexFloat>) {
    return T(code.real(), code.imag());
  } else {
    return static_cast<T>(code);
  }
}

/// The nearest float32 of 8 significant bits, ties to even. NaN stays NaN.
KOKKOS_FORCEINLINE_FUNCTION BFloat16 encode_bfloat16(float x) {
  const auto bits = Kokkos::bit_cast<std::uint32_t>(x);
  if (x != x) return {static_cast<std::uint16_t>(bits >> 16 | 0x40u)};
  return {static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16)};
}

/// The nearest binary16, ties to even. |x| is at most 65504.
KOKKOS_FORCEINLINE_FUNCTION Float16 encode_float16(float x) {
  const auto bits = Kokkos::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const float size = Kokkos::bit_cast<float>(bits & 0x7FFFFFFFu);
  if (size < 0x1p-14f) {
    // Subnormal: adding 0.5 leaves the multiple of 2^-24 in the last bits, rounded.
    return {static_cast<std::uint16_t>(sign | (Kokkos::bit_cast<std::uint32_t>(size + 0.5f) -
                                               Kokkos::bit_cast<std::uint32_t>(0.5f)))};
  }
  const std::uint32_t s = Kokkos::bit_cast<std::uint32_t>(size);
  return {static_cast<std::uint16_t>(sign | ((s + 0xFFFu + (s >> 13 & 1u) - (112u << 23)) >> 13))};
}

template <class Code, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Code encode(const T& x) {
  if constexpr (std::same_as<Code, BFloat16>) {
    return encode_bfloat16(static_cast<float>(x));
  } else if constexpr (std::same_as<Code, Float16>) {
    return encode_float16(static_cast<float>(x));
  } else if constexpr (std::same_as<Code, ComplexFloat>) {
    return ComplexFloat(static_cast<float>(x.real()), static_cast<float>(x.imag()));
  } else {
    return static_cast<Code>(x);
  }
}

/// Whether two numbers have the same bits, so that 0 and -0 differ and NaN equals itself.
template <class R>
KOKKOS_FORCEINLINE_FUNCTION bool same_bits(const R& a, const R& b) {
  if constexpr (sizeof(R) == 4) {
    return Kokkos::bit_cast<std::uint32_t>(a) == Kokkos::bit_cast<std::uint32_t>(b);
  } else {
    return Kokkos::bit_cast<std::uint64_t>(a) == Kokkos::bit_cast<std::uint64_t>(b);
  }
}
template <class R>
KOKKOS_FORCEINLINE_FUNCTION bool same_bits(const Kokkos::complex<R>& a,
                                           const Kokkos::complex<R>& b) {
  return same_bits(a.real(), b.real()) && same_bits(a.imag(), b.imag());
}

/// Whether encoding x loses nothing.
template <class Code, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION bool is_exact(const T& x) {
  if constexpr (is_complex<T>) {
    return same_bits(decode<T>(encode<Code>(x)), x);
  } else {
    if constexpr (std::same_as<Code, Float16>) {
      if (!(Kokkos::abs(x) <= T(65504))) return false;
    }
    return same_bits(decode<T>(encode<Code>(x)), x);
  }
}

/// Orders numbers by their bits. Any order will do that is the same everywhere.
template <Scalar T>
KOKKOS_FUNCTION bool bits_less(const T& x, const T& y) {
  if constexpr (is_complex<T>) {
    return same_bits(x.real(), y.real()) ? bits_less(x.imag(), y.imag())
                                         : bits_less(x.real(), y.real());
  } else if constexpr (sizeof(T) == 4) {
    return Kokkos::bit_cast<std::uint32_t>(x) < Kokkos::bit_cast<std::uint32_t>(y);
  } else {
    return Kokkos::bit_cast<std::uint64_t>(x) < Kokkos::bit_cast<std::uint64_t>(y);
  }
}

/// The marker that formats store where the matrix has no entry. No entry is stored as the marker
/// (see encode_entry), so the two can be told apart.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T marker() {
  if constexpr (is_complex<T>) {
    return T(-Real<T>(0), -Real<T>(0));
  } else {
    return T(-0.0);
  }
}

/// Turns values into codes and back. For most codes this needs no state.
template <Scalar T, class Code>
struct Codec {
  KOKKOS_FORCEINLINE_FUNCTION T decode(const Code& code) const { return kernels::decode<T>(code); }
  KOKKOS_FORCEINLINE_FUNCTION Code encode(const T& x) const { return kernels::encode<Code>(x); }
  KOKKOS_FORCEINLINE_FUNCTION Code marker_code() const { return encode(marker<T>()); }
  std::int64_t bytes() const { return 0; }
};

/// With the table of ValueFacts: values ordered by their bits, then the marker.
template <Scalar T>
struct Codec<T, DictionaryCode> {
  DeviceView<const T> table;

  KOKKOS_FORCEINLINE_FUNCTION T decode(const DictionaryCode& code) const {
    return table.data()[code.number];
  }
  KOKKOS_FUNCTION DictionaryCode encode(const T& x) const {
    int low = 0;
    int high = static_cast<int>(table.extent(0)) - 2;
    while (low < high) {
      const int middle = (low + high) / 2;
      if (bits_less(table(middle), x)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return {static_cast<std::uint8_t>(low)};
  }
  KOKKOS_FORCEINLINE_FUNCTION DictionaryCode marker_code() const {
    return {static_cast<std::uint8_t>(table.extent(0) - 1)};
  }
  std::int64_t bytes() const { return static_cast<std::int64_t>(table.size() * sizeof(T)); }
};

/// The code of an entry in a format with markers. A dictionary with -0 in it has none.
template <Scalar T, class Code>
KOKKOS_FORCEINLINE_FUNCTION Code encode_entry(const Codec<T, Code>& codec, const T& x) {
  const Code code = codec.encode(x);
  return same_bits(codec.decode(code), marker<T>()) ? codec.encode(T(0)) : code;
}

}  // namespace suan::kernels
