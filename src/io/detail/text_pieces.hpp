// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A text in pieces of whole lines that fit in a buffer.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "io/detail/number_parsing.hpp"
#include "io/detail/text_input.hpp"

namespace suan::detail {

/// A range of bytes. A line belongs to the range in which it begins.
struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Part `k` of `parts` nearly equal ones.
inline ByteRange part_of(const ByteRange& range, std::int64_t k, std::int64_t parts) {
  const std::int64_t length = range.end - range.begin;
  const auto at = [&](std::int64_t i) {
    return range.begin + length / parts * i + std::min(i, length % parts);
  };
  return {at(k), at(k + 1)};
}

/// Reads text with `read(to, bytes)` (fewer bytes only at the end), whose first byte is at offset
/// `offset`, and calls use(begin, end, offset of begin) with whole lines, adding a final line feed
/// if necessary, until all lines that start before `stop` have been passed or use() returns false.
/// text_padding bytes after `end` may be read. @throws IoError for lines that are too long.
template <class Read, class Use>
void for_lines(const InputFile& file, std::int64_t offset, std::int64_t stop, const Read& read,
               const Use& use) {
  // Small enough to stay in the second-level cache between the kernel's copy and the parser.
  constexpr std::size_t block = 256 * 1024;
  constexpr std::size_t capacity = block + line_limit + 1;
  const auto buffer = std::make_unique<char[]>(capacity + 1 + text_padding);
  char* const text = buffer.get();
  std::size_t have = 0;
  bool more = true;
  while (more && offset < stop) {
    const std::size_t got = read(text + have, block);
    have += got;
    more = got == block;
    if (!more && have > 0 && text[have - 1] != '\n') text[have++] = '\n';
    const auto until = static_cast<std::size_t>(
        std::min<std::int64_t>(stop - offset, static_cast<std::int64_t>(have) + 1));
    const void* feed = nullptr;
    if (until <= have) {
      feed = std::memchr(text + until - 1, '\n', have - until + 1);
      more = more && feed == nullptr;
    }
    if (feed == nullptr) feed = ::memrchr(text, '\n', have);
    const char* const end = feed == nullptr ? text : static_cast<const char*>(feed) + 1;
    if (end > text && !use(static_cast<const char*>(text), end, offset)) return;
    const auto done = static_cast<std::size_t>(end - text);
    have -= done;
    offset += static_cast<std::int64_t>(done);
    if (have > line_limit && offset < stop) {
      throw_at_line(file, line_number(file, offset),
                    message("the line is longer than ", line_limit, " bytes"));
    }
    std::memmove(text, end, have);
  }
}

/// As above, for the lines of a plain file that start in `range`; a line certainly starts at
/// `data_begin`.
template <class Use>
void for_lines_of(const InputFile& file, std::int64_t data_begin, const ByteRange& range,
                  const Use& use) {
  if (range.begin == range.end) return;
  std::int64_t position = range.begin;
  if (position > data_begin) {
    // The line that contains the byte before the range belongs to the previous range.
    char text[4096];
    for (bool found = false; !found;) {
      const auto got = file.read(position - 1, text, sizeof text);
      if (got == 0) return;
      const void* feed = std::memchr(text, '\n', got);
      found = feed != nullptr;
      position += found ? static_cast<const char*>(feed) - text : static_cast<std::ptrdiff_t>(got);
      if (position >= range.end) return;
    }
  }
  for_lines(
      file, position, range.end,
      [&](char* to, std::size_t bytes) {
        const auto got = file.read(position, to, bytes);
        position += static_cast<std::int64_t>(got);
        return got;
      },
      use);
}

}  // namespace suan::detail
