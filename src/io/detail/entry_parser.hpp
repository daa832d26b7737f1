// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The entry lines of a Matrix Market file.
#pragma once

#include "io/detail/matrix_market_text.hpp"
#include "io/detail/number_parsing.hpp"
#include "io/detail/row_sink.hpp"

namespace suan::detail {

/// An error at a position in the text; the line number is determined when the message is made.
struct ParseFailure {
  const char* at;
  std::string what;
};

/// Parses whole lines of one piece of the text and passes the entries to a sink.
template <Scalar T, bool Wide>
class EntryParser {
 public:
  /// `first` is the number of entries before this piece (arrays need it; else 0).
  EntryParser(const MatrixMarketHeader& header, bool allow_nonfinite, RowSink<T, Wide>& sink,
              std::size_t thread, std::int64_t first)
      : header_(header),
        allow_nonfinite_(allow_nonfinite),
        sink_(sink, thread),
        count_limit_(header.stored_entries - first) {
    if (header_.format == Format::array) set_position(first);
  }

  /// Parses [begin, end), which ends in a line feed. @throws ParseFailure
  void parse(const char* begin, const char* end) {
    switch (header_.field) {
      case Field::pattern:
        return parse_lines<Field::pattern>(begin, end);
      case Field::integer:
        return parse_lines<Field::integer>(begin, end);
      case Field::real:
        return parse_lines<Field::real>(begin, end);
      case Field::complex:
        if constexpr (is_complex<T>) parse_lines<Field::complex>(begin, end);
    }
  }

  /// Entries so far; one more than allowed means that there were too many and the rest was skipped.
  std::int64_t count() const noexcept { return count_; }
  bool too_many() const noexcept { return count_ > count_limit_; }

 private:
  using Format = MatrixMarketHeader::Format;
  using Field = MatrixMarketHeader::Field;
  using Symmetry = MatrixMarketHeader::Symmetry;

  template <Field F>
  void parse_lines(const char* p, const char* end) {
    if (header_.format == Format::coordinate) {
      lines(p, end, [this](const char* at) { return coordinate_line<F>(at); });
    } else if constexpr (F != Field::pattern) {
      lines(p, end, [this](const char* at) { return array_line<F>(at); });
    }
  }

  /// Skips blank lines and comments, and calls line(first word), which returns the end of what it
  /// read, for the others.
  template <class Line>
  void lines(const char* p, const char* end, const Line& line) {
    while (p < end) {
      const char* const begin = p;
      p = skip_blanks(p);
      if (*p == '%') {
        p = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
      } else if (*p != '\n') {
        if (++count_ > count_limit_) [[unlikely]] {
          return;
        }
        p = skip_blanks(line(p));
        if (*p != '\n') [[unlikely]] {
          fail(p, message("unexpected ", word(p), " at the end of the line"));
        }
      }
      if (p - begin > static_cast<std::ptrdiff_t>(line_limit)) [[unlikely]] {
        fail(begin, message("the line is longer than ", line_limit, " bytes"));
      }
      ++p;
    }
  }

  template <Field F>
  const char* coordinate_line(const char* p) {
    const char* const line = p;
    const GlobalIndex row = index(p, "row", header_.rows);
    const GlobalIndex column = index(p, "column", header_.columns);
    const T value = number<F>(p);
    add(line, row, column, value);
    return p;
  }

  template <Field F>
  const char* array_line(const char* p) {
    const char* const line = p;
    const T value = number<F>(p);
    if (value != T(0)) add(line, row_, column_, value);
    if (++row_ == header_.rows) {
      ++column_;
      row_ = first_row(column_);
    }
    return p;
  }

  void add(const char* line, GlobalIndex row, GlobalIndex column, T value) {
    if (header_.symmetry != Symmetry::general) {
      if (row < column) [[unlikely]] {
        fail(line, message("row ", row + 1, ", column ", column + 1, " lies above the diagonal, ",
                           "but a file that says ", symmetry_word(), " holds the lower triangle ",
                           "only; swap the two numbers or declare the matrix general"));
      }
      if (row == column) {
        check_diagonal(line, row, value);
      } else {
        sink_.add(column, row, mirrored(value));
      }
    }
    sink_.add(row, column, value);
  }

  T mirrored(T value) const {
    if (header_.symmetry == Symmetry::skew_symmetric) return -value;
    return header_.symmetry == Symmetry::hermitian ? conjugate(value) : value;
  }

  void check_diagonal(const char* line, GlobalIndex row, T value) const {
    if (header_.symmetry == Symmetry::skew_symmetric) [[unlikely]] {
      fail(line, message("row ", row + 1, " has an entry on the diagonal, which is zero in a ",
                         "skew-symmetric matrix and must not be in the file"));
    }
    if constexpr (is_complex<T>) {
      if (header_.symmetry == Symmetry::hermitian && value.imag() != 0) [[unlikely]] {
        fail(line, message("row ", row + 1, " has the imaginary part ", value.imag(),
                           " on the diagonal, which is real in a Hermitian matrix"));
      }
    }
  }

  /// Reads a row or column number and returns it counted from 0.
  GlobalIndex index(const char*& p, const char* what, GlobalIndex size) const {
    p = skip_blanks(p);
    if (!is_digit(*p)) [[unlikely]] {
      fail_word(p, message("a ", what, " number"));
    }
    const char* const begin = p;
    std::uint64_t value;
    p = parse_unsigned(p, value);
    if (value - 1 >= static_cast<std::uint64_t>(size)) [[unlikely]] {
      fail(begin, message(what, " ", word(begin), " is outside 1..", size,
                          value == 0 ? "; Matrix Market counts from 1" : ""));
    }
    if (!is_blank(*p) && *p != '\n') [[unlikely]] {
      fail_word(begin, message("a ", what, " number"));
    }
    return static_cast<GlobalIndex>(value - 1);
  }

  template <Field F>
  T number(const char*& p) const {
    if constexpr (F == Field::pattern) {
      return T(1);
    } else if constexpr (F == Field::complex) {
      const Real<T> re = part<F>(p, "the real part of the value");
      return T(re, part<F>(p, "the imaginary part of the value"));
    } else {
      return T(part<F>(p, F == Field::integer ? "an integer value" : "a value"));
    }
  }

  template <Field F>
  Real<T> part(const char*& p, const char* what) const {
    p = skip_blanks(p);
    const char* const begin = p;
    Real<T> value;
    const auto status = parse_number(p, value);
    const auto expected = F == Field::integer ? NumberStatus::integer : NumberStatus::real;
    if (status > expected || (!is_blank(*p) && *p != '\n')) [[unlikely]] {
      check_number(begin, p, status, what);
    }
    return value;
  }

  /// Throws unless the unusual number in [begin, end) is allowed.
  [[gnu::cold]] void check_number(const char* begin, const char* end, NumberStatus status,
                                  const char* what) const {
    const bool complete = is_blank(*end) || *end == '\n';
    if (status == NumberStatus::malformed || !complete || status == NumberStatus::real) {
      fail_word(begin, what);
    }
    if (allow_nonfinite_) return;
    fail(
        begin,
        status == NumberStatus::overflow
            ? message("the value ", word(begin), " is too large for ", scalar_name<Real<T>>())
            : message("the value ", word(begin), " is not finite; allow_nonfinite accepts ", "it"));
  }

  [[noreturn, gnu::cold]] static void fail_word(const char* p, const std::string& expected) {
    fail(p, *p == '\n' ? message("the line ends where ", expected, " should stand")
                       : message("expected ", expected, ", not ", word(p)));
  }
  [[noreturn, gnu::cold]] static void fail(const char* at, const std::string& what) {
    throw ParseFailure{at, what};
  }
  static std::string word(const char* p) {
    return in_quotes({p, static_cast<std::size_t>(skip_word(p) - p)});
  }
  const char* symmetry_word() const {
    if (header_.symmetry == Symmetry::skew_symmetric) return "skew-symmetric";
    return header_.symmetry == Symmetry::hermitian ? "hermitian" : "symmetric";
  }

  /// The first row that the file stores of an array's column.
  GlobalIndex first_row(GlobalIndex column) const {
    if (header_.symmetry == Symmetry::general) return 0;
    return header_.symmetry == Symmetry::skew_symmetric ? column + 1 : column;
  }
  /// The number of stored array elements before column `column`.
  GlobalIndex elements_before(GlobalIndex column) const {
    const GlobalIndex n = header_.rows;
    if (header_.symmetry == Symmetry::general) return n * column;
    const GlobalIndex longest = n - first_row(0);
    return longest * column - column * (column - 1) / 2;
  }
  void set_position(std::int64_t first) {
    GlobalIndex low = 0;
    GlobalIndex high = header_.columns;
    while (low < high) {
      const GlobalIndex middle = low + (high - low) / 2;
      if (elements_before(middle + 1) <= first) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    column_ = low;
    row_ = first_row(low) + first - elements_before(low);
  }

  MatrixMarketHeader header_;
  bool allow_nonfinite_;
  typename RowSink<T, Wide>::Writer sink_;
  std::int64_t count_limit_;
  std::int64_t count_ = 0;
  GlobalIndex row_ = 0;
  GlobalIndex column_ = 0;
};

}  // namespace suan::detail
