// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The checksum of matrices and vectors in HDF5 files. docs/file-format.md defines it.
//
// It is a sum, modulo 2^64, with one term per stored number; a term depends on the array, the
// position in it and the bits of the number. So the order of the terms and the rank that adds each
// do not matter, but a changed, moved or swapped number changes the sum (except with a probability
// of 2^-64).
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "suan/core/detail/splitmix.hpp"

namespace suan::hdf5 {

enum class Array : std::uint64_t { header = 0, row_offsets = 1, columns = 2, values = 3 };

/// The term of the 64 bits `word` at `position` of `array`.
constexpr std::uint64_t term(Array array, std::int64_t position, std::uint64_t word) noexcept {
  const auto place =
      (static_cast<std::uint64_t>(array) << 58) + static_cast<std::uint64_t>(position);
  return detail::finalised(word ^ (place * 0x9e3779b97f4a7c15U));
}

inline std::uint64_t term(Array array, std::int64_t position, std::int64_t value) noexcept {
  return term(array, position, static_cast<std::uint64_t>(value));
}
inline std::uint64_t value_term(std::int64_t position, float value) noexcept {
  return term(Array::values, position, std::uint64_t{std::bit_cast<std::uint32_t>(value)});
}
inline std::uint64_t value_term(std::int64_t position, double value) noexcept {
  return term(Array::values, position, std::bit_cast<std::uint64_t>(value));
}
/// A complex number is two words, real part first.
template <class R>
std::uint64_t value_term(std::int64_t position, const Kokkos::complex<R>& value) noexcept {
  return value_term(2 * position, value.real()) + value_term(2 * position + 1, value.imag());
}

/// The sum of the terms of consecutive numbers, the first of which is at `position`.
std::uint64_t checksum_of(Array array, std::int64_t position,
                          std::span<const std::int64_t> numbers);
/// Of a text: its size and its bytes.
std::uint64_t checksum_of_text(std::string_view text);
template <Scalar T>
std::uint64_t checksum_of_values(std::int64_t position, std::span<const T> values);

}  // namespace suan::hdf5
