// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/text_output.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "io/file_name.hpp"
#include "io/output_file.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan::detail {
namespace {

/// `text` as one gzip member; a file of several is a legal gzip file.
std::string compressed(const std::string& text) {
  z_stream stream{};
  constexpr int gzip_format = 16 + MAX_WBITS;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_format, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw OutOfMemory("no memory to compress a file");
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib only reads through this pointer, but not every version declares it const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int code = deflate(&stream, Z_FINISH);
  packed.resize(static_cast<std::size_t>(stream.total_out));
  deflateEnd(&stream);
  if (code != Z_STREAM_END) throw InternalError("compressing a block of text failed");
  return packed;
}

/// A rank's part of the file; without a file it only counts bytes.
class RankPart {
 public:
  RankPart(const std::string& path, std::int64_t offset) : path_(path), offset_(offset) {
    if (path_.empty()) return;
    file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) throw IoError(system_error_text(path_, "cannot open it for writing", errno));
  }
  ~RankPart() {
    if (file_ >= 0) ::close(file_);
  }
  RankPart(const RankPart&) = delete;
  RankPart& operator=(const RankPart&) = delete;

  void write(const std::string& bytes) {
    for (std::size_t done = 0; file_ >= 0 && done < bytes.size();) {
      const auto put = ::pwrite(file_, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset_ + static_cast<std::int64_t>(done)));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw IoError(system_error_text(path_, "cannot write to it", errno));
      done += static_cast<std::size_t>(put);
    }
    offset_ += static_cast<std::int64_t>(bytes.size());
  }
  void flush() {
    if (file_ >= 0 && ::fsync(file_) != 0) {
      throw IoError(system_error_text(path_, "cannot flush it to the disk", errno));
    }
  }
  std::int64_t offset() const noexcept { return offset_; }

 private:
  std::string path_;
  int file_ = -1;
  std::int64_t offset_;
};

/// Formats the text of this rank, block by block in parallel, and writes it in order.
void make_text(RankPart& part, bool compress, const std::string& header, std::int64_t count,
               std::int64_t block, const ItemText& item) {
  if (!header.empty()) part.write(compress ? compressed(header) : header);
  const auto threads = static_cast<std::int64_t>(HostExecutionSpace().concurrency());
  std::vector<std::string> texts(static_cast<std::size_t>(threads));
  for (std::int64_t first = 0; first < count; first += threads * block) {
    const auto blocks = std::min(threads, (count - first + block - 1) / block);
    host_loop(static_cast<std::size_t>(blocks), blocks > 1, [&](std::size_t b) {
      const auto begin = first + static_cast<std::int64_t>(b) * block;
      const auto end = std::min(begin + block, count);
      texts[b].clear();
      TextBuilder out(texts[b]);
      for (std::int64_t i = begin; i < end; ++i) item(out, i);
      if (compress && !texts[b].empty()) texts[b] = compressed(texts[b]);
    });
    for (std::int64_t b = 0; b < blocks; ++b) part.write(texts[static_cast<std::size_t>(b)]);
  }
}

}  // namespace

void write_text_file(const std::string& path, const Communicator& comm, const std::string& header,
                     std::int64_t count, std::int64_t block, const ItemText& item) {
  OutputFile output(path, comm);
  const bool compress = has_ending(path, ".gz");
  const std::string& own_header = comm.is_root() ? header : std::string();
  std::int64_t bytes = 0;
  if (comm.size() > 1) {
    together(comm, [&] {
      RankPart measure({}, 0);
      make_text(measure, compress, own_header, count, block, item);
      bytes = measure.offset();
    });
  }
  const std::int64_t offset = comm.exclusive_sum(bytes);
  together(comm, [&] {
    RankPart part(output.part_path(), offset);
    make_text(part, compress, own_header, count, block, item);
    part.flush();
  });
  output.commit();
}

}  // namespace suan::detail
