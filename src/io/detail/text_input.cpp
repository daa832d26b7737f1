// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/text_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "io/output_file.hpp"

namespace suan::detail {

InputFile::InputFile(const std::string& path) : path_(path) {
  require_path(path);
  // Without O_NONBLOCK, opening a pipe would block until someone writes.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) throw IoError(system_error_text(path, "cannot open it for reading", errno));
  struct stat status {};
  const bool known = ::fstat(file_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(file_);
    if (known && S_ISDIR(status.st_mode)) {
      throw IoError(system_error_text(path, "name a file in it", EISDIR));
    }
    throw IoError(message(path, ": not an ordinary file (a pipe or a device cannot be ",
                          "read in parallel); copy it to a file first"));
  }
  size_ = status.st_size;
  try {
    char magic[2];
    gzip_ = read(0, magic, 2) == 2 && magic[0] == '\x1f' && magic[1] == '\x8b';
  } catch (...) {
    ::close(file_);
    throw;
  }
}

InputFile::~InputFile() { ::close(file_); }

std::size_t InputFile::read(std::int64_t offset, char* to, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const auto got = ::pread(file_, to + done, bytes - done,
                             static_cast<off_t>(offset + static_cast<std::int64_t>(done)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(system_error_text(path_, "cannot read it", errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

struct TextStream::Inflater {
  z_stream stream{};
  std::vector<char> input = std::vector<char>(256 * 1024);
  bool member_open = true;

  explicit Inflater(const InputFile& file) {
    constexpr int gzip_format = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzip_format) != Z_OK) {
      throw OutOfMemory(message(file.path(), ": no memory to decompress it"));
    }
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// False at the end of the file.
  bool refill(const InputFile& file, std::int64_t& position) {
    const auto got = file.read(position, input.data(), input.size());
    position += static_cast<std::int64_t>(got);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(got);
    return got > 0;
  }

  /// Between two members: whether another one starts. Zeros, which pad the blocks of a tape, are
  /// skipped, as in gzip.
  bool next_member(const InputFile& file, std::int64_t& position) {
    for (;;) {
      while (stream.avail_in > 0 && *stream.next_in == 0) {
        ++stream.next_in;
        --stream.avail_in;
      }
      if (stream.avail_in > 0) break;
      if (!refill(file, position)) return false;
    }
    inflateReset(&stream);
    member_open = true;
    return true;
  }
};

TextStream::TextStream(const InputFile& file) : file_(file) {
  if (file.gzip()) inflater_ = std::make_unique<Inflater>(file);
}
TextStream::~TextStream() = default;

std::size_t TextStream::read(char* to, std::size_t bytes) {
  if (!inflater_) {
    const auto got = file_.read(position_, to, bytes);
    position_ += static_cast<std::int64_t>(got);
    return got;
  }
  Inflater& in = *inflater_;
  std::size_t done = 0;
  while (done < bytes) {
    if (!in.member_open && !in.next_member(file_, position_)) break;
    if (in.stream.avail_in == 0 && !in.refill(file_, position_)) {
      throw IoError(message(file_.path(), ": the gzip data ends too early; the file is truncated"));
    }
    const auto room = std::min<std::size_t>(bytes - done, std::size_t(1) << 30);
    in.stream.next_out = reinterpret_cast<Bytef*>(to + done);
    in.stream.avail_out = static_cast<uInt>(room);
    const int code = inflate(&in.stream, Z_NO_FLUSH);
    done += room - in.stream.avail_out;
    if (code == Z_STREAM_END) {
      in.member_open = false;
    } else if (code == Z_MEM_ERROR) {
      throw OutOfMemory(message(file_.path(), ": no memory to decompress it"));
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw IoError(message(file_.path(), ": the gzip data is damaged (",
                            in.stream.msg != nullptr ? in.stream.msg : "unknown reason", ")"));
    }
  }
  return done;
}

LineReader::LineReader(const InputFile& file)
    : file_(file), stream_(file), buffer_(line_limit + 1) {}

bool LineReader::next() {
  const void* feed = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
  if (feed == nullptr) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    end_ += stream_.read(buffer_.data() + end_, buffer_.size() - end_);
    feed = std::memchr(buffer_.data(), '\n', end_);
  }
  if (feed == nullptr && end_ > line_limit) {
    throw_at_line(file_, number_ + 1, message("the line is longer than ", line_limit, " bytes"));
  }
  if (begin_ == end_) return false;
  const auto length =
      feed == nullptr
          ? end_ - begin_
          : static_cast<std::size_t>(static_cast<const char*>(feed) - (buffer_.data() + begin_));
  line_ = {buffer_.data() + begin_, length};
  const auto step = length + (feed == nullptr ? 0 : 1);
  begin_ += step;
  next_offset_ += static_cast<std::int64_t>(step);
  ++number_;
  return true;
}

std::int64_t line_number(const InputFile& file, std::int64_t offset) {
  TextStream stream(file);
  std::vector<char> buffer(256 * 1024);
  std::int64_t line = 1;
  while (offset > 0) {
    const auto wanted = std::min<std::int64_t>(offset, static_cast<std::int64_t>(buffer.size()));
    const auto got = stream.read(buffer.data(), static_cast<std::size_t>(wanted));
    if (got == 0) break;
    line += std::count(buffer.data(), buffer.data() + got, '\n');
    offset -= static_cast<std::int64_t>(got);
  }
  return line;
}

void throw_at_line(const InputFile& file, std::int64_t line, const std::string& what) {
  throw IoError(message(file.path(), ", line ", line, ": ", what));
}

}  // namespace suan::detail
