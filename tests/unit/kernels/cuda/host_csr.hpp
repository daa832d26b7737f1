// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices for tests of products on a device, and bounds on the difference of two correct results.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "device_arrays.hpp"
#include "suan/kernels/spmv_plan.hpp"

namespace suan::test {

template <Scalar T>
struct DeviceCase {
  LocalIndex rows = 0;
  LocalIndex columns = 0;
  std::vector<Offset> offsets;
  std::vector<LocalIndex> indices;
  std::vector<T> values;

  kernels::CsrView<T> on_device() const {
    return {rows, columns, to_device(offsets), to_device(indices), to_device(values)};
  }
  double length(std::size_t row) const {
    return static_cast<double>(offsets[row + 1] - offsets[row]);
  }
};

/// Row i has length(i) entries, in columns that need not be sorted or distinct.
template <Scalar T, class Length>
DeviceCase<T> with_lengths(LocalIndex rows, LocalIndex columns, const Length& length) {
  DeviceCase<T> a{rows, columns, {0}, {}, {}};
  for (LocalIndex i = 0; i < rows; ++i) {
    const Offset count = length(i);
    for (Offset k = 0; k < count; ++k) {
      a.indices.push_back(static_cast<LocalIndex>((Offset(i) * 13 + k * 7919) % columns));
      a.values.push_back(sample<T>(a.values.size()));
    }
    a.offsets.push_back(static_cast<Offset>(a.values.size()));
  }
  return a;
}

/// Rows of 0 to 40 entries, one as long as the matrix is wide, and empty first and last rows.
template <Scalar T>
DeviceCase<T> irregular(LocalIndex rows, LocalIndex columns) {
  return with_lengths<T>(rows, columns, [=](LocalIndex i) -> Offset {
    if (i == 0 || i == rows - 1) return 0;
    return i == rows / 2 ? columns : (i * 7) % 41;
  });
}

/// Named matrices on which a kernel may fail at the borders of warps, blocks and tiles (of `tile`
/// row ends and entries).
template <Scalar T>
std::vector<std::pair<std::string, DeviceCase<T>>> difficult_cases(Offset tile) {
  std::vector<std::pair<std::string, DeviceCase<T>>> cases;
  const auto add = [&](std::string name, LocalIndex rows, LocalIndex columns, auto length) {
    cases.emplace_back(std::move(name), with_lengths<T>(rows, columns, length));
  };
  add("no rows", 0, 3, [](LocalIndex) -> Offset { return 0; });
  add("no columns", 3, 0, [](LocalIndex) -> Offset { return 0; });
  add("no entries", 3000, 3000, [](LocalIndex) -> Offset { return 0; });
  for (const LocalIndex n : {1, 31, 32, 33, 127, 128, 129, 255, 256, 257, 895, 896, 897}) {
    add(std::to_string(n) + " short rows", n, n, [](LocalIndex i) -> Offset { return i % 5; });
  }
  add("one row", 1, 1000, [](LocalIndex) -> Offset { return 100000; });
  add("one column", 30001, 1, [](LocalIndex i) -> Offset { return i % 2; });
  add("one long row", 1000, 1000, [](LocalIndex i) -> Offset { return i == 333 ? 100000 : i % 4; });
  add("first long", 500, 500, [](LocalIndex i) -> Offset { return i == 0 ? 3000 : 0; });
  add("last long", 500, 500, [](LocalIndex i) -> Offset { return i == 499 ? 3000 : 0; });
  for (const Offset more : {-1, 0, 1}) {
    add("rows as long as a tile", 9, 9, [=](LocalIndex) { return tile - 1 + more; });
    add("tiles in empty rows", 2000, 2000,
        [=](LocalIndex i) { return i % 1000 == 500 ? tile + more : Offset(0); });
    add("rows of 32 tiles", 3, 3, [=](LocalIndex) { return 32 * tile - 1 + more; });
    add("rows of 33 tiles", 3, 3, [=](LocalIndex) { return 33 * tile - 1 + more; });
  }
  cases.emplace_back("irregular", irregular<T>(1000, 777));
  cases.emplace_back("square", irregular<T>(1777, 1777));
  return cases;
}

template <Scalar T>
double size_of(const T& value) {
  return std::sqrt(static_cast<double>(abs_squared(value)));
}

/// The error of a rounding: complex products have four.
template <Scalar T>
inline constexpr double rounding = (is_complex<T> ? 4.0 : 1.0) *
                                   static_cast<double>(std::numeric_limits<Real<T>>::epsilon());

/// For each row, |alpha| |A| |x| + |beta| |y|.
template <Scalar T>
std::vector<double> sizes(const DeviceCase<T>& a, T alpha, const std::vector<T>& x, T beta,
                          const std::vector<T>& y) {
  std::vector<double> result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows); ++i) {
    double sum = beta == T(0) ? 0 : size_of(beta) * size_of(y[i]);
    for (auto k = static_cast<std::size_t>(a.offsets[i]);
         k < static_cast<std::size_t>(a.offsets[i + 1]); ++k) {
      sum += size_of(alpha) * size_of(a.values[k]) *
             size_of(x[static_cast<std::size_t>(a.indices[k])]);
    }
    result.push_back(sum);
  }
  return result;
}

/// A bound on the difference of two results for each row that were rounded in different orders:
/// each sums length + 2 products with relative errors of at most one rounding.
template <Scalar T>
std::vector<double> bounds(const DeviceCase<T>& a, T alpha, const std::vector<T>& x, T beta,
                           const std::vector<T>& y) {
  auto result = sizes(a, alpha, x, beta, y);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] *= 2 * (a.length(i) + 2) * rounding<T>;
  }
  return result;
}

/// The same for x^H A x: two sums over n rows err by (n + 3) roundings of what they add each.
template <Scalar T>
double dot_bound(const DeviceCase<T>& a, const std::vector<T>& x) {
  const auto row_sizes = sizes(a, T(1), x, T(0), x);
  const auto row_bounds = bounds(a, T(1), x, T(0), x);
  double bound = 0;
  for (std::size_t i = 0; i < row_sizes.size(); ++i) {
    bound += size_of(x[i]) * (row_bounds[i] + 2 * (a.rows + 3) * rounding<T> * row_sizes[i]);
  }
  return bound;
}

/// The same for the square of the norm n of b - A x: (n + d)^2 - n^2 = 2 n d + d^2 for a change d.
template <Scalar T>
double residual_bound(const DeviceCase<T>& a, const std::vector<T>& x, const std::vector<T>& b,
                      double squared_norm) {
  double squares = 0;
  for (const double bound : bounds(a, T(-1), x, T(1), b)) squares += bound * bound;
  const double norm = std::sqrt(squared_norm);
  const double change = std::sqrt(squares) + 2 * (a.rows + 3) * rounding<T> * norm;
  return 2 * norm * change + change * change;
}

}  // namespace suan::test
