// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Text files, plain or gzip'd.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "suan/core/error.hpp"

namespace suan::detail {

/// An ordinary file, open for reading. It is not mapped, because mapped pages count as memory of
/// the process. read() may be called from several threads.
class InputFile {
 public:
  /// @throws IoError when it cannot be opened or is a folder, a pipe or a device.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::int64_t size() const noexcept { return size_; }
  /// Whether it starts like a gzip file, whatever its name.
  bool gzip() const noexcept { return gzip_; }
  /// Reads `bytes` bytes from `offset`; fewer only at the end of the file.
  std::size_t read(std::int64_t offset, char* to, std::size_t bytes) const;

 private:
  std::string path_;
  int file_ = -1;
  std::int64_t size_ = 0;
  bool gzip_ = false;
};

/// The text of a file from the start, decompressed if necessary.
class TextStream {
 public:
  explicit TextStream(const InputFile& file);
  ~TextStream();
  TextStream(const TextStream&) = delete;
  TextStream& operator=(const TextStream&) = delete;

  /// Reads `bytes` bytes; fewer only at the end. @throws IoError for damaged gzip data.
  std::size_t read(char* to, std::size_t bytes);

 private:
  struct Inflater;
  const InputFile& file_;
  std::int64_t position_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

/// The longest line that a file may have.
inline constexpr std::size_t line_limit = 65536;

/// The lines of a text in sequence.
class LineReader {
 public:
  explicit LineReader(const InputFile& file);
  /// Moves to the next line; false at the end of the text. @throws IoError for a line that is
  /// longer than line_limit.
  bool next();
  /// Without its line feed; valid until the next call of next().
  std::string_view line() const noexcept { return line_; }
  /// Counted from 1.
  std::int64_t number() const noexcept { return number_; }
  /// Where the next line begins in the (decompressed) text.
  std::int64_t next_offset() const noexcept { return next_offset_; }

 private:
  const InputFile& file_;
  TextStream stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string_view line_;
  std::int64_t number_ = 0;
  std::int64_t next_offset_ = 0;
};

/// The number of the line that contains the byte at `offset` of the (decompressed) text.
std::int64_t line_number(const InputFile& file, std::int64_t offset);

/// "path, line 7: what"
[[noreturn]] void throw_at_line(const InputFile& file, std::int64_t line, const std::string& what);

}  // namespace suan::detail
