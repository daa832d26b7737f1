// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From the text of a Matrix Market file to entries on the ranks that own their rows.
#pragma once

#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>

#include "io/detail/entry_parser.hpp"
#include "io/detail/memory_limit.hpp"
#include "io/detail/text_pieces.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan::detail {

/// Reads one file on all ranks of a layout of rows. A plain file is cut into a range of bytes for
/// each rank and within it for each thread. A gzip'd one can only be read from its beginning, so
/// each rank decompresses all of it and keeps its own rows.
template <Scalar T, bool Wide>
class MatrixMarketReader {
 public:
  /// Checks the memory first: for each row, besides the entries, `bytes_per_row`. Collective.
  MatrixMarketReader(const InputFile& file, const MatrixMarketText& text,
                     const MatrixMarketOptions& options, const Layout& rows,
                     std::size_t bytes_per_row)
      : file_(file), text_(text), options_(options), comm_(rows.comm()) {
    const int here = comm_.node().size();
    together(comm_, [&] {
      check_memory(bytes_per_row, here);
      const auto threads = static_cast<std::size_t>(HostExecutionSpace().concurrency());
      // A smaller range is not worth a thread.
      const auto useful = static_cast<std::size_t>((file.size() / comm_.size()) >> 14) + 1;
      pieces_ = file.gzip() ? 1 : std::min(threads * pieces_per_thread, useful);
      const auto entries = text.header.stored_entries * (text.mirrored() ? 2 : 1);
      sink_.emplace(rows, pieces_, entries / comm_.size(), file.gzip());
    });
  }

  /// Collective. @throws IoError on all ranks for the first error in the file.
  RowSink<T, Wide>& read() {
    std::int64_t count = 0;
    if (file_.gzip()) {
      together(comm_, [&] { count = parse_stream(); });
    } else {
      count = comm_.sum(parse_ranges());
    }
    together(comm_, [&] {
      if (comm_.is_root()) check_count(count);
    });
    sink_->exchange();
    return *sink_;
  }

  /// What to do with a duplicate entry.
  void duplicate(GlobalIndex row, GlobalIndex column) const {
    if (options_.duplicates != "error") return;
    throw_at_line(file_, line_of_second(row, column),
                  message("row ", row + 1, ", column ", column + 1,
                          " appears in the file for the second time; duplicates = sum adds such ",
                          "entries"));
  }

 private:
  using Format = MatrixMarketHeader::Format;
  using Parser = EntryParser<T, Wide>;

  /// More pieces than threads, because a core may be busy with something else.
  static constexpr std::size_t pieces_per_thread = 2;

  void check_memory(std::size_t bytes_per_row, int here) const {
    const auto& header = text_.header;
    const double entries =
        static_cast<double>(header.stored_entries) * (text_.mirrored() ? 2.0 : 1.0);
    const std::string what = message(file_.path(), ", line ", text_.size_line, ": reading ",
                                     header.stored_entries, " entries in ", header.rows, " rows");
    const double bytes = entries * sizeof(Entry<T, Wide>) +
                         static_cast<double>(header.rows) * static_cast<double>(bytes_per_row);
    // Text with numbers is seldom compressed more than ten to one.
    const double text_bytes = static_cast<double>(file_.size()) * (file_.gzip() ? 10 : 1);
    require_plausible(what, bytes, text_bytes, options_.memory_limit_gib);
    require_memory(what, bytes, options_.memory_limit_gib, comm_.size(), here);
  }

  bool array() const { return text_.header.format == Format::array; }
  ByteRange piece(std::size_t k) const {
    const ByteRange all{text_.data_begin, file_.size()};
    const auto mine = part_of(all, comm_.rank(), comm_.size());
    return part_of(mine, static_cast<std::int64_t>(k), static_cast<std::int64_t>(pieces_));
  }

  /// Runs body(k) for each piece of this rank, in parallel.
  template <class Body>
  void for_pieces(const Body& body) const {
    together(comm_, [&] { host_loop(pieces_, pieces_ > 1, body); });
  }

  /// Entries of this rank's range.
  std::int64_t parse_ranges() {
    std::vector<std::int64_t> first(pieces_ + 1, 0);
    if (array()) {
      // The place of a value follows from the number of values before it.
      for_pieces([&](std::size_t k) { first[k + 1] = count_values(piece(k)); });
      first[0] = comm_.exclusive_sum(std::accumulate(first.begin(), first.end(), std::int64_t(0)));
      std::partial_sum(first.begin(), first.end(), first.begin());
    }
    std::vector<std::int64_t> counts(pieces_, 0);
    for_pieces([&](std::size_t k) {
      Parser parser(text_.header, options_.allow_nonfinite, *sink_, k, array() ? first[k] : 0);
      for_lines_of(file_, text_.data_begin, piece(k), parse_with(parser));
      counts[k] = parser.count();
    });
    return std::accumulate(counts.begin(), counts.end(), std::int64_t(0));
  }

  std::int64_t parse_stream() {
    TextStream stream(file_);
    std::vector<char> skipped(line_limit);
    for (std::int64_t at = 0; at < text_.data_begin;) {
      const auto step = std::min(text_.data_begin - at, static_cast<std::int64_t>(skipped.size()));
      const auto got = stream.read(skipped.data(), static_cast<std::size_t>(step));
      if (got == 0) throw IoError(message(file_.path(), ": the file shrank while it was read"));
      at += static_cast<std::int64_t>(got);
    }
    Parser parser(text_.header, options_.allow_nonfinite, *sink_, 0, 0);
    const auto parse = parse_with(parser);
    // A small file can decompress to endless blank lines, so the text is limited by what the
    // announced entries may need.
    const std::int64_t longest =
        text_.data_begin + (std::int64_t(1) << 20) + 256 * text_.header.stored_entries;
    for_lines(
        file_, text_.data_begin, std::numeric_limits<std::int64_t>::max(),
        [&](char* to, std::size_t bytes) { return stream.read(to, bytes); },
        [&](const char* begin, const char* end, std::int64_t offset) {
          if (offset + (end - begin) > longest) {
            throw_at_line(file_, line_number(file_, offset),
                          message("the decompressed text continues beyond ", longest,
                                  " bytes, more than the announced ", text_.header.stored_entries,
                                  " entries can need"));
          }
          return parse(begin, end, offset);
        });
    return parser.count();
  }

  auto parse_with(Parser& parser) const {
    return [this, &parser](const char* begin, const char* end, std::int64_t offset) {
      try {
        parser.parse(begin, end);
      } catch (const ParseFailure& failure) {
        throw_at_line(file_, line_number(file_, offset + (failure.at - begin)), failure.what);
      }
      return !parser.too_many();
    };
  }

  std::int64_t count_values(const ByteRange& range) const {
    std::int64_t count = 0;
    for_lines_of(file_, text_.data_begin, range, [&](const char* p, const char* end, std::int64_t) {
      while (p < end) {
        p = skip_blanks(p);
        if (*p != '\n' && *p != '%') ++count;
        p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p))) + 1;
      }
      return true;
    });
    return count;
  }

  /// Calls visit(line) for the lines with numbers until it returns false; returns the number of
  /// the last line visited.
  template <class Visit>
  std::int64_t visit_lines(const Visit& visit) const {
    LineReader reader(file_);
    while (reader.next()) {
      if (reader.number() <= text_.size_line) continue;
      const auto line = reader.line();
      const auto first = line.find_first_not_of(" \t\r");
      if (first == std::string_view::npos || line[first] == '%') continue;
      if (!visit(line.substr(first))) break;
    }
    return reader.number();
  }

  void check_count(std::int64_t count) const {
    const auto expected = text_.header.stored_entries;
    if (count == expected) return;
    std::int64_t seen = 0;
    const auto line = visit_lines([&](std::string_view) { return ++seen <= expected; });
    throw_at_line(file_, line,
                  count > expected ? message("there are more entries than the ", expected,
                                             " that line ", text_.size_line, " announces")
                                   : message("the file ends after ", count, " of the ", expected,
                                             " entries that line ", text_.size_line, " announces"));
  }

  std::int64_t line_of_second(GlobalIndex row, GlobalIndex column) const {
    int times = 0;
    return visit_lines([&](std::string_view line) {
      const std::string text(line);
      char* end = nullptr;
      const std::int64_t i = std::strtoll(text.c_str(), &end, 10) - 1;
      const std::int64_t j = std::strtoll(end, nullptr, 10) - 1;
      const bool same = (i == row && j == column) || (text_.mirrored() && i == column && j == row);
      return !(same && ++times == 2);
    });
  }

  const InputFile& file_;
  const MatrixMarketText& text_;
  const MatrixMarketOptions& options_;
  Communicator comm_;
  std::size_t pieces_ = 1;
  std::optional<RowSink<T, Wide>> sink_;
};

}  // namespace suan::detail
