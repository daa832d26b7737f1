// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers in text, without locale. Digits are read eight at a time: see D. Lemire, "Number parsing
// at a gigabyte per second" (2021), and W. D. Clinger, "How to read floating point numbers
// accurately" (1990), for the case in which one multiplication rounds correctly.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace suan::detail {

/// The functions below may read this many bytes behind the text, which must end in a line feed.
inline constexpr std::size_t text_padding = 32;

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
inline const char* skip_blanks(const char* p) {
  while (is_blank(*p)) ++p;
  return p;
}
/// The end of the word at `p`.
inline const char* skip_word(const char* p) {
  while (!is_blank(*p) && *p != '\n') ++p;
  return p;
}

/// Eight characters, the first one in the lowest byte, each less by '0' if it is a digit.
inline std::uint64_t load_eight(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  if constexpr (std::endian::native == std::endian::big) {
    std::uint64_t swapped = 0;
    for (int i = 0; i < 8; ++i) swapped |= ((word >> (8 * i)) & 0xFF) << (8 * (7 - i));
    word = swapped;
  }
  return word ^ 0x3030303030303030U;
}
/// The number of leading digits among them. A byte above 9 can only carry into later bytes.
inline unsigned leading_digits(std::uint64_t eight) {
  const std::uint64_t others = ((eight + 0x7676767676767676U) | eight) & 0x8080808080808080U;
  return static_cast<unsigned>(std::countr_zero(others)) / 8;
}
/// The number formed by the first `count` of them, 1 <= count <= 8.
inline std::uint64_t digits_value(std::uint64_t eight, unsigned count) {
  eight <<= 64 - 8 * count;
  eight = eight * 10 + (eight >> 8);
  return ((eight & 0x000000FF000000FFU) * 0x000F424000000064U +
          ((eight >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U) >>
         32;
}

inline constexpr std::array<std::uint64_t, 9> integer_powers = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/// Appends the digits at `p` to `value` (modulo 2^64) and returns their end.
inline const char* append_digits(const char* p, std::uint64_t& value) {
  for (;;) {
    const std::uint64_t eight = load_eight(p);
    const unsigned count = leading_digits(eight);
    if (count == 0) return p;
    value = value * integer_powers[count] + digits_value(eight, count);
    p += count;
    if (count < 8) return p;
  }
}

/// Reads the digits at `p`, at least one, and returns their end. Any number of more than 18 digits
/// becomes the largest value.
inline const char* parse_unsigned(const char* p, std::uint64_t& value) {
  const std::uint64_t eight = load_eight(p);
  const unsigned count = leading_digits(eight);
  value = digits_value(eight, count);
  if (count < 8) [[likely]] {
    return p + count;
  }
  const char* end = append_digits(p + 8, value);
  if (end - p > 18) value = std::numeric_limits<std::uint64_t>::max();
  return end;
}

enum class NumberStatus {
  integer,     ///< digits with or without a sign
  real,        ///< with a point or an exponent
  not_finite,  ///< nan, inf or infinity
  overflow,    ///< too large for the type; the value is infinite
  malformed
};

/// The result of std::from_chars for well-formed digits; numbers too small for the type become
/// zero.
template <class R>
NumberStatus convert_slowly(const char* first, const char* last, NumberStatus status, R& value) {
  const auto result = std::from_chars(first, last, value);
  if (result.ec != std::errc::result_out_of_range) {
    return result.ec == std::errc() && result.ptr == last ? status : NumberStatus::malformed;
  }
  // Too large or too small? The position of the first nonzero digit and the exponent decide.
  std::int64_t point = 0;
  bool fraction = false;
  bool significant = false;
  std::int64_t exponent = 0;
  for (const char* p = first; p != last; ++p) {
    if (*p == '.') {
      fraction = true;
    } else if (*p == 'e' || *p == 'E') {
      const bool negative = p[1] == '-';
      std::uint64_t size = 0;
      for (p += p[1] == '-' || p[1] == '+' ? 2 : 1; p != last; ++p) {
        if (size < 1000000000) size = size * 10 + static_cast<std::uint64_t>(*p - '0');
      }
      exponent = negative ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
      break;
    } else {
      significant = significant || *p != '0';
      if (significant && !fraction) ++point;
      if (!significant && fraction) --point;
    }
  }
  const bool large = point + exponent > 0;
  value = large ? std::numeric_limits<R>::infinity() : R(0);
  return large ? NumberStatus::overflow : status;
}

/// nan, inf and infinity, in any case.
template <class R>
NumberStatus parse_not_finite(const char*& p, R& value) {
  for (const std::string_view word : {"infinity", "inf", "nan"}) {
    std::size_t same = 0;
    while (same < word.size() && (p[same] | 0x20) == word[same]) ++same;
    if (same == word.size()) {
      p += same;
      value =
          word == "nan" ? std::numeric_limits<R>::quiet_NaN() : std::numeric_limits<R>::infinity();
      return NumberStatus::not_finite;
    }
  }
  return NumberStatus::malformed;
}

/// Reads a decimal number at `p` and moves `p` past it. The value is that of std::from_chars and
/// strtod: the nearest one in R.
template <class R>
inline NumberStatus parse_number(const char*& p, R& value) {
  static constexpr std::array<R, 23> powers = [] {
    std::array<R, 23> p10{};
    R power = 1;
    for (R& entry : p10) {
      entry = power;
      power *= 10;
    }
    return p10;
  }();
  // All integers up to this one, and these powers of ten, are exact in R.
  constexpr std::uint64_t exact = std::uint64_t(1) << std::numeric_limits<R>::digits;
  constexpr std::int64_t exact_power = std::numeric_limits<R>::digits == 53 ? 22 : 10;

  const bool negative = *p == '-';
  if (negative || *p == '+') ++p;
  const char* const first = p;
  std::uint64_t mantissa = 0;
  p = append_digits(p, mantissa);
  auto digits = p - first;
  auto status = NumberStatus::integer;
  std::int64_t exponent = 0;
  if (*p == '.') {
    status = NumberStatus::real;
    const char* const fraction = ++p;
    p = append_digits(p, mantissa);
    exponent = fraction - p;
    digits += p - fraction;
  }
  if (digits == 0) [[unlikely]] {
    if (status == NumberStatus::real) return NumberStatus::malformed;
    status = parse_not_finite(p, value);
    if (negative) value = -value;
    return status;
  }
  if (*p == 'e' || *p == 'E') {
    status = NumberStatus::real;
    ++p;
    const bool down = *p == '-';
    if (down || *p == '+') ++p;
    const char* const power = p;
    std::uint64_t size = 0;
    p = append_digits(p, size);
    if (p == power) return NumberStatus::malformed;
    // Large enough to leave the fast path; only that matters.
    const auto shift = p - power > 8 ? std::int64_t(1) << 32 : static_cast<std::int64_t>(size);
    exponent += down ? -shift : shift;
  }
  if (digits <= 19 && mantissa <= exact && exponent >= -exact_power && exponent <= exact_power) {
    const R whole = static_cast<R>(mantissa);
    value = exponent < 0 ? whole / powers[static_cast<std::size_t>(-exponent)]
                         : whole * powers[static_cast<std::size_t>(exponent)];
  } else {
    status = convert_slowly(first, p, status, value);
  }
  if (negative) value = -value;
  return status;
}

}  // namespace suan::detail
