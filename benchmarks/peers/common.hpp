// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by the peers' programs: the matrix, which benchmark_matrix has written to a file, the
// clock, and one line of JSON per measurement. Uses nothing from Suan's library.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "../support/csr_file.hpp"
#include "../support/memory.hpp"

namespace peers {

/// Rows of a matrix with 32-bit offsets, which all peers but Suan use.
struct Csr {
  int rows = 0;
  int columns = 0;
  std::vector<int> offsets;
  std::vector<int> indices;
  std::vector<double> values;
  int entries() const { return static_cast<int>(values.size()); }
};

/// Rows [first, last) of a file of benchmark_matrix; last = -1: up to its last row.
inline Csr read_csr(const std::string& path, std::int64_t first = 0, std::int64_t last = -1) {
  auto file = suan::bench::read_csr_file(path, first, last);
  if (file.entries() > std::numeric_limits<int>::max()) {
    throw std::runtime_error("the peers' offsets of 32 bits cannot count the entries of " + path);
  }
  return {static_cast<int>(file.rows), static_cast<int>(file.columns),
          std::vector<int>(file.offsets.begin(), file.offsets.end()), std::move(file.indices),
          std::move(file.values)};
}

/// Element i of the vector used for every SpMV.
inline double element(int i) { return 1.0 + (i % 17) / 16.0; }

inline std::vector<double> test_vector(int n) {
  std::vector<double> x(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = element(i);
  return x;
}

/// Bytes of one product with `vectors` vectors by the formula of docs/benchmarks.md, in double,
/// with 32-bit columns and offsets.
inline double spmv_bytes(double entries, double rows, double columns, double vectors = 1) {
  return entries * (8 + 4) + rows * 4 + (rows + columns) * 8 * vectors;
}

/// Bytes of the arrays of a matrix with 32-bit columns and offsets.
inline double csr_bytes(double entries, double rows) { return entries * (8 + 4) + (rows + 1) * 4; }

/// Sum of (1 + (k mod 17) / 16) a_k over the entries in order; it depends on their positions.
inline double ordered_sum(const double* values, std::int64_t entries) {
  double sum = 0;
  for (std::int64_t k = 0; k < entries; ++k) sum += element(static_cast<int>(k % 17)) * values[k];
  return sum;
}

inline double now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// Seconds of each of `repetitions` calls, after `warm_up` calls that do not count.
template <class Body>
std::vector<double> measure(int warm_up, int repetitions, Body&& body) {
  for (int i = 0; i < warm_up; ++i) body();
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const double start = now();
    body();
    seconds.push_back(now() - start);
  }
  return seconds;
}

inline double minimum(const std::vector<double>& v) {
  return *std::min_element(v.begin(), v.end());
}

inline double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  const std::size_t half = v.size() / 2;
  return v.size() % 2 == 1 ? v[half] : 0.5 * (v[half - 1] + v[half]);
}

/// One JSON object on one line of standard output.
class Line {
 public:
  Line& text(std::string_view key, std::string_view value) {
    return raw(key, '"' + std::string(value) + '"');
  }
  Line& number(std::string_view key, double value) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", value);
    return raw(key, digits);
  }
  void print() const {
    std::printf("{%s}\n", fields_.c_str());
    std::fflush(stdout);
  }

 private:
  Line& raw(std::string_view key, const std::string& value) {
    if (!fields_.empty()) fields_ += ", ";
    fields_ += '"' + std::string(key) + "\": " + value;
    return *this;
  }
  std::string fields_;
};

/// The start of the line for everything that is measured more than once.
inline Line timed(const std::string& contestant, const std::string& operation,
                  const std::vector<double>& seconds) {
  return Line()
      .text("contestant", contestant)
      .text("operation", operation)
      .number("seconds_min", minimum(seconds))
      .number("seconds_median", median(seconds))
      .number("repetitions", static_cast<double>(seconds.size()));
}

/// The line of a product with vectors or of a triangular solve. `checksum` is the sum of the
/// result's elements, so that a different matrix or vector is noticed.
inline Line vector_line(const std::string& contestant, const std::string& operation,
                        const std::vector<double>& seconds, double bytes, double checksum) {
  return timed(contestant, operation, seconds).number("bytes", bytes).number("checksum", checksum);
}

/// The result and the cost of a product of matrices.
struct Product {
  double entries = 0;
  double rows = 0;
  double checksum = 0;  ///< sum of all entries
  double peak_bytes = 0;
};

inline Line product_line(const std::string& contestant, const std::string& operation,
                         const std::vector<double>& seconds, const Product& c) {
  return timed(contestant, operation, seconds)
      .number("entries_of_c", c.entries)
      .number("peak_bytes", c.peak_bytes)
      .number("output_bytes", csr_bytes(c.entries, c.rows))
      .number("checksum", c.checksum);
}

/// The first line of each program.
inline void print_version(const char* contestant, const std::string& version) {
  Line()
      .text("contestant", contestant)
      .text("operation", "version")
      .text("version", version)
      .print();
}

/// The line of a solve.
inline Line solve_line(const std::string& contestant, double setup, double seconds, int iterations,
                       double relative_residual) {
  return Line()
      .text("contestant", contestant)
      .text("operation", "solve")
      .number("setup_seconds", setup)
      .number("seconds", seconds)
      .number("iterations", iterations)
      .number("relative_residual", relative_residual);
}

/// --name value pairs of the command line.
class Arguments {
 public:
  Arguments(int argc, char** argv) : argc_(argc), argv_(argv) {}
  std::string text(const char* name, const char* fallback) const {
    for (int i = 1; i + 1 < argc_; ++i) {
      if (std::strcmp(argv_[i], name) == 0) return argv_[i + 1];
    }
    return fallback;
  }
  int integer(const char* name, int fallback) const {
    const std::string value = text(name, "");
    return value.empty() ? fallback : std::atoi(value.c_str());
  }
  std::string operation() const { return text("--operation", "spmv"); }
  int repetitions() const { return integer("--repetitions", 20); }
  int vectors() const { return integer("--vectors", 8); }
  std::string file() const { return text("--file", ""); }
  Csr matrix() const { return read_csr(file()); }
  Csr prolongator() const { return read_csr(text("--prolongator", "")); }

 private:
  int argc_;
  char** argv_;
};

}  // namespace peers
