// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the peers' programs share: the matrices, the clock, and one line of JSON per measurement.
// It uses nothing of Suan, so that a peer can be measured without it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace peers {

/// Rows [first, last) of a matrix, with 32-bit offsets, as all peers but Suan take them.
struct Csr {
  int rows = 0;
  int columns = 0;
  std::vector<int> offsets;
  std::vector<int> indices;
  std::vector<double> values;
  int entries() const { return static_cast<int>(values.size()); }
};

/// Finite-difference Laplacian on size^3 points with Dirichlet boundaries, x fastest: 7 points
/// (6, -1) or 27 points (26, -1). The same matrices as suan::poisson3d and poisson3d_27pt.
/// `general` values: row i times 1 + 0.001 (i mod 977), so that no format can keep them in fewer
/// bits.
inline Csr poisson3d(int points, int size, bool general, int first = 0, int last = -1) {
  const int n = size * size * size;
  if (last < 0) last = n;
  Csr a;
  a.rows = last - first;
  a.columns = n;
  a.offsets.reserve(static_cast<std::size_t>(a.rows) + 1);
  const auto expected = static_cast<std::size_t>(a.rows) * static_cast<std::size_t>(points);
  a.indices.reserve(expected);
  a.values.reserve(expected);
  a.offsets.push_back(0);
  const double diagonal = points - 1;
  for (int row = first; row < last; ++row) {
    const double factor = general ? 1 + 0.001 * (row % 977) : 1;
    const int x = row % size;
    const int y = row / size % size;
    const int z = row / (size * size);
    for (int dz = -1; dz <= 1; ++dz) {
      if (z + dz < 0 || z + dz >= size) continue;
      for (int dy = -1; dy <= 1; ++dy) {
        if (y + dy < 0 || y + dy >= size) continue;
        for (int dx = -1; dx <= 1; ++dx) {
          if (x + dx < 0 || x + dx >= size) continue;
          if (points == 7 && std::abs(dx) + std::abs(dy) + std::abs(dz) > 1) continue;
          a.indices.push_back(row + dx + size * (dy + size * dz));
          a.values.push_back(factor * (dx == 0 && dy == 0 && dz == 0 ? diagonal : -1.0));
        }
      }
    }
    a.offsets.push_back(static_cast<int>(a.values.size()));
  }
  return a;
}

/// Element i of the vector that every SpMV is measured with.
inline double element(int i) { return 1.0 + (i % 17) / 16.0; }

inline std::vector<double> test_vector(int n) {
  std::vector<double> x(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = element(i);
  return x;
}

/// Bytes of one product by the formula of docs/benchmarks.md, in double with 32-bit columns.
inline double spmv_bytes(double entries, double rows, double offset_bytes) {
  return entries * (8 + 4) + rows * offset_bytes + rows * 16;
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

/// The line of a product. `checksum` is the sum of the result's elements, so that a different
/// matrix or vector cannot pass as the same.
inline Line spmv_line(const std::string& contestant, const std::vector<double>& seconds,
                      double bytes, double checksum) {
  return Line()
      .text("contestant", contestant)
      .text("operation", "spmv")
      .number("seconds_min", minimum(seconds))
      .number("seconds_median", median(seconds))
      .number("repetitions", static_cast<double>(seconds.size()))
      .number("bytes", bytes)
      .number("checksum", checksum);
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
  /// The matrix that --points, --size and --values (constant or general) name.
  Csr matrix(int first = 0, int last = -1) const {
    return poisson3d(integer("--points", 7), integer("--size", 128),
                     text("--values", "constant") == "general", first, last);
  }

 private:
  int argc_;
  char** argv_;
};

}  // namespace peers
