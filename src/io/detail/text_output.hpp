// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Text formatted by all threads of all ranks, in one file.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// Appends numbers with the fewest digits that restore the same bits.
class TextBuilder {
 public:
  explicit TextBuilder(std::string& text) : text_(text) {}
  TextBuilder& operator<<(char c) {
    text_ += c;
    return *this;
  }
  template <class Number>
  TextBuilder& operator<<(Number value) {
    char digits[32];  // the longest double takes 24
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, end);
    return *this;
  }

 private:
  std::string& text_;
};

/// Appends the text of item `i` of this rank.
using ItemText = std::function<void(TextBuilder& out, std::int64_t i)>;

/// Writes `header` and then the text of each rank's `count` items, in the order of ranks, to
/// `path`; compressed if it ends in .gz. A thread formats `block` items at a time. Written to a
/// temporary file that is renamed. On several ranks the text is formatted twice, first to find its
/// length and so where each rank writes. Collective.
/// @throws IoError on all ranks; the old file is then unchanged.
void write_text_file(const std::string& path, const Communicator& comm, const std::string& header,
                     std::int64_t count, std::int64_t block, const ItemText& item);

}  // namespace suan::detail
