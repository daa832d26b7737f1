// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>

#include "io/detail/matrix_market_text.hpp"

namespace suan {
namespace detail {
namespace {

using Format = MatrixMarketHeader::Format;
using Field = MatrixMarketHeader::Field;
using Symmetry = MatrixMarketHeader::Symmetry;

constexpr std::size_t header_line_limit = 1024;
constexpr std::int64_t size_limit = std::int64_t(1) << 53;
constexpr std::int64_t entries_limit = std::int64_t(1) << 40;
/// A DEFLATE stream expands to at most this many times its size.
constexpr std::int64_t gzip_expansion = 1032;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
    const auto end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string lower(std::string word) {
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

template <class Value>
struct Word {
  const char* text;
  Value value;
};
constexpr Word<Format> formats[] = {{"coordinate", Format::coordinate}, {"array", Format::array}};
constexpr Word<Field> fields[] = {{"real", Field::real},       {"double", Field::real},
                                  {"integer", Field::integer}, {"unsigned-integer", Field::integer},
                                  {"pattern", Field::pattern}, {"complex", Field::complex}};
constexpr Word<Symmetry> symmetries[] = {{"general", Symmetry::general},
                                         {"symmetric", Symmetry::symmetric},
                                         {"skew-symmetric", Symmetry::skew_symmetric},
                                         {"hermitian", Symmetry::hermitian}};

template <class Value, std::size_t N>
const Word<Value>* find(const Word<Value> (&list)[N], const std::string& word) {
  const auto* end = list + N;
  const auto* found = std::find_if(list, end, [&](const auto& w) { return w.text == word; });
  return found == end ? nullptr : found;
}

void parse_banner(const InputFile& file, std::string_view line, MatrixMarketHeader& header) {
  const auto refuse = [&](const auto&... parts) { throw_at_line(file, 1, message(parts...)); };
  auto words = words_of(line);
  if (words.empty() || words[0] != "%%MatrixMarket") {
    refuse("this is not a Matrix Market file: it begins with ",
           in_quotes(line.substr(0, std::min<std::size_t>(line.size(), 24))),
           " instead of %%MatrixMarket");
  }
  for (std::string& word : words) word = lower(word);
  if (words.size() < 2 || words[1] != "matrix") {
    refuse("the banner must go on with the word matrix, not ",
           words.size() < 2 ? "end here" : in_quotes(words[1]),
           ", as in %%MatrixMarket matrix coordinate real general");
  }
  const auto* format = words.size() > 2 ? find(formats, words[2]) : nullptr;
  if (format == nullptr) {
    refuse("the banner must say coordinate or array after matrix, not ",
           words.size() > 2 ? in_quotes(words[2]) : "end here");
  }
  const auto* field = words.size() > 3 ? find(fields, words[3]) : nullptr;
  if (field == nullptr && words.size() > 3 && find(symmetries, words[3]) != nullptr) {
    refuse("the banner lacks the field word (real, integer, pattern or complex) before ",
           in_quotes(words[3]), "; write %%MatrixMarket matrix ", words[2], " real ", words[3],
           " if the values are real");
  }
  if (field == nullptr) {
    refuse("the banner must say real, integer, pattern or complex after ", words[2], ", not ",
           words.size() > 3 ? in_quotes(words[3]) : "end here");
  }
  const auto* symmetry = words.size() > 4 ? find(symmetries, words[4]) : nullptr;
  if (symmetry == nullptr) {
    refuse("the banner must say general, symmetric, skew-symmetric or hermitian after ", words[3],
           ", not ", words.size() > 4 ? in_quotes(words[4]) : "end here");
  }
  if (words.size() > 5) refuse("unexpected ", in_quotes(words[5]), " at the end of the banner");
  header.format = format->value;
  header.field = field->value;
  header.symmetry = symmetry->value;
  if (header.format == Format::array && header.field == Field::pattern) {
    refuse("an array cannot be of field pattern, which has no values");
  }
  if (header.symmetry == Symmetry::hermitian && header.field != Field::complex) {
    refuse("hermitian needs the field complex; a ", words[3], " matrix is symmetric");
  }
  if (header.symmetry == Symmetry::skew_symmetric && header.field == Field::pattern) {
    refuse("a pattern has no signs, so it cannot be skew-symmetric");
  }
}

std::int64_t parse_size(const InputFile& file, std::int64_t line, const char* what,
                        const std::string& word, std::int64_t limit) {
  std::int64_t value = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  if (result.ec == std::errc::result_out_of_range || (result.ec == std::errc() && value > limit)) {
    throw_at_line(file, line,
                  message("the number of ", what, ", ", in_quotes(word),
                          ", is larger than the limit ", limit));
  }
  if (result.ec != std::errc() || result.ptr != word.data() + word.size() || value < 0) {
    throw_at_line(file, line,
                  message("the number of ", what, " must be a non-negative whole number, not ",
                          in_quotes(word)));
  }
  return value;
}

/// rows * columns may need 106 bits.
__extension__ using WideProduct = unsigned __int128;

void parse_sizes(const InputFile& file, std::string_view line, MatrixMarketText& text) {
  auto& header = text.header;
  const auto refuse = [&](const auto&... parts) {
    throw_at_line(file, text.size_line, message(parts...));
  };
  const bool coordinate = header.format == Format::coordinate;
  const auto words = words_of(line);
  if (words.size() != (coordinate ? 3U : 2U)) {
    refuse("the size line of ", coordinate ? "a coordinate" : "an array", " file holds ",
           coordinate ? "rows, columns and entries" : "rows and columns", ": ", coordinate ? 3 : 2,
           " numbers, not ", words.size());
  }
  header.rows = parse_size(file, text.size_line, "rows", words[0], size_limit);
  header.columns = parse_size(file, text.size_line, "columns", words[1], size_limit);
  if (text.mirrored() && header.rows != header.columns) {
    refuse("only a square matrix can be symmetric, skew-symmetric or Hermitian; this one is ",
           header.rows, " x ", header.columns);
  }
  const auto product =
      static_cast<WideProduct>(header.rows) * static_cast<WideProduct>(header.columns);
  const std::int64_t elements = product > static_cast<WideProduct>(entries_limit)
                                    ? entries_limit + 1
                                    : static_cast<std::int64_t>(product);
  if (coordinate) {
    header.stored_entries = parse_size(file, text.size_line, "entries", words[2], entries_limit);
    if (header.stored_entries > elements) {
      refuse(header.stored_entries, " entries are more than a matrix of ", header.rows, " x ",
             header.columns, " has elements");
    }
  } else {
    if (elements > entries_limit) {
      refuse("an array of ", header.rows, " x ", header.columns, " has more elements than the ",
             "limit ", entries_limit);
    }
    const auto n = header.rows;
    switch (header.symmetry) {
      case Symmetry::general:
        header.stored_entries = elements;
        break;
      case Symmetry::skew_symmetric:
        header.stored_entries = (elements - n) / 2;
        break;
      default:
        header.stored_entries = (elements + n) / 2;
    }
  }
  const std::int64_t shortest = coordinate ? 4 : 2;
  const std::int64_t remaining =
      file.gzip() ? file.size() * gzip_expansion : file.size() - text.data_begin;
  if (header.stored_entries > (remaining + 1) / shortest) {
    refuse(header.stored_entries, " entries are announced, but the file ends after ", remaining,
           file.gzip() ? " more bytes at most" : " more bytes",
           ", which cannot hold them; it is truncated or its size line is wrong");
  }
}

}  // namespace

std::string in_quotes(std::string_view word) {
  constexpr std::size_t limit = 40;
  std::string text = "\"";
  for (const char c : word.substr(0, limit)) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(c) & 0xFFU);
      text += code;
    } else {
      text += c;
    }
  }
  return text + (word.size() > limit ? "...\"" : "\"");
}

MatrixMarketText read_header(const InputFile& file) {
  MatrixMarketText text;
  LineReader reader(file);
  if (!reader.next()) throw IoError(message(file.path(), ": the file is empty"));
  const auto check_length = [&] {
    if (reader.line().size() > header_line_limit) {
      throw_at_line(file, reader.number(),
                    message("the line is longer than ", header_line_limit, " bytes, the limit in ",
                            "the header"));
    }
  };
  check_length();
  parse_banner(file, reader.line(), text.header);
  while (reader.next()) {
    const auto line = reader.line();
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '%') continue;
    check_length();
    text.size_line = reader.number();
    text.data_begin = reader.next_offset();
    parse_sizes(file, line, text);
    return text;
  }
  throw_at_line(file, reader.number(), "the file ends before the line with the sizes");
}

}  // namespace detail

MatrixMarketHeader read_matrix_market_header(const std::string& path) {
  return detail::read_header(detail::InputFile(path)).header;
}

}  // namespace suan
