// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/utf8.hpp"

#include <cstdint>

namespace suan::detail {

namespace {

unsigned char byte_at(std::string_view text, std::size_t k) {
  return static_cast<unsigned char>(text[k]);
}

/// The number of bytes of the first character; 0 if it is invalid (RFC 3629: overlong, a surrogate,
/// or beyond U+10FFFF).
std::size_t character_length(std::string_view text) {
  const unsigned char first = byte_at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0xffU >> (length + 1));
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte_at(text, k) & 0xc0U) != 0x80) return 0;
    code = code << 6U | (byte_at(text, k) & 0x3fU);
  }
  if (length == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) return 0;
  if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return 0;
  return length;
}

std::string escaped(std::string_view text, bool control) {
  constexpr const char* digits = "0123456789abcdef";
  std::string result;
  while (!text.empty()) {
    std::size_t length = character_length(text);
    const unsigned char first = byte_at(text, 0);
    if (length == 0 || (control && (first < 0x20 || first == 0x7f))) {
      result += {'\\', 'x', digits[first >> 4U], digits[first & 0xfU]};
      length = 1;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result;
}

}  // namespace

std::string valid_utf8(std::string_view text) { return escaped(text, false); }

std::string one_line(std::string_view text) { return escaped(text, true); }

}  // namespace suan::detail
