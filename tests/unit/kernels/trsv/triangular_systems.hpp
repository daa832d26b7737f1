// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Triangular systems, the schedules that solve them, and the bound on a solution's error.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "suan/matrix/triangular.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::test {

inline constexpr TrsvSchedule schedules[] = {TrsvSchedule::sequential,      TrsvSchedule::levels,
                                             TrsvSchedule::blocks,          TrsvSchedule::automatic,
                                             TrsvSchedule::self_scheduling, TrsvSchedule::cusparse};

inline bool supported(TrsvSchedule schedule) {
  if (SUAN_HAVE_CUDA != 0) return schedule != TrsvSchedule::blocks;
  return schedule != TrsvSchedule::self_scheduling && schedule != TrsvSchedule::cusparse;
}

/// Whether it gives the bits of a loop over the rows; the others sum in a different order.
inline bool in_order(TrsvSchedule schedule) {
  return SUAN_HAVE_CUDA == 0 || schedule == TrsvSchedule::sequential ||
         schedule == TrsvSchedule::levels;
}

/// Rows with strictly increasing columns.
template <class T>
struct Rows {
  std::vector<std::vector<std::pair<LocalIndex, T>>> rows;

  LocalIndex count() const { return static_cast<LocalIndex>(rows.size()); }
  Csr<T> csr() const {
    std::vector<Offset> offsets{0};
    std::vector<LocalIndex> indices;
    std::vector<T> values;
    for (const auto& row : rows) {
      for (const auto& [j, value] : row) {
        indices.push_back(j);
        values.push_back(value);
      }
      offsets.push_back(static_cast<Offset>(indices.size()));
    }
    return Csr<T>::from_host(count(), count(), offsets, indices, values);
  }
};

/// The lower triangle of a structure: row i has the columns that `structure` names, and a diagonal
/// of modulus about 2; or its mirror image, the upper one.
template <class T, class Structure>
Rows<T> make_triangle(LocalIndex n, Triangle triangle, Diagonal diagonal,
                      const Structure& structure) {
  const auto values = random_vector<T>(Layout::serial(1000), 3).to_host();
  Rows<T> a;
  a.rows.resize(static_cast<std::size_t>(n));
  std::size_t next = 0;
  for (LocalIndex i = 0; i < n; ++i) {
    auto columns = structure(i);
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    const auto turn = [&](LocalIndex j) { return triangle == Triangle::lower ? j : n - 1 - j; };
    auto& row = a.rows[static_cast<std::size_t>(turn(i))];
    const T scale = T(1) / T(static_cast<float>(columns.size() + 1));
    for (const LocalIndex j : columns) row.push_back({turn(j), scale * values[next++ % 1000]});
    if (diagonal == Diagonal::stored)
      row.push_back({turn(i), T(2) + T(0.5f) * values[next++ % 1000]});
    if (triangle == Triangle::upper) std::reverse(row.begin(), row.end());
  }
  return a;
}

/// The neighbours before point i on a grid with lines of `nx` points in planes of `ny` lines.
inline auto grid(LocalIndex nx, LocalIndex ny) {
  return [=](LocalIndex i) {
    std::vector<LocalIndex> columns;
    if (i % nx > 0) columns.push_back(i - 1);
    if (i / nx % ny > 0) columns.push_back(i - nx);
    if (i >= nx * ny) columns.push_back(i - nx * ny);
    return columns;
  };
}

/// Up to five columns anywhere before the row.
inline auto scattered() {
  return [](LocalIndex i) {
    std::vector<LocalIndex> columns;
    auto state = static_cast<std::uint32_t>(i);
    for (LocalIndex k = 0; i > 0 && k < i % 6; ++k) {
      state = state * 1664525u + 1013904223u;
      columns.push_back(static_cast<LocalIndex>((state >> 8) % static_cast<std::uint32_t>(i)));
    }
    return columns;
  };
}

inline auto dense_rows(LocalIndex every) {
  return [=](LocalIndex i) {
    std::vector<LocalIndex> columns;
    for (LocalIndex j = 0; i % every == every - 1 && j < i; ++j) columns.push_back(j);
    return columns;
  };
}

/// Substitution solves (A + E) x = b with |E| <= (n + 2) eps |A| in a row of n entries (Higham
/// 2002, section 8.1, and one rounding more of the inverted diagonal); the residual here is
/// computed with (n + 2) eps (|A||x| + |b|). Complex arithmetic costs a factor of 2 sqrt(2).
template <class T>
void expect_solves(const Rows<T>& a, Diagonal diagonal, const std::vector<T>& b,
                   const std::vector<T>& x) {
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    T sum = diagonal == Diagonal::unit ? x[i] : T(0);
    Real<T> size = std::sqrt(abs_squared(b[i])) + std::sqrt(abs_squared(sum));
    for (const auto& [j, value] : a.rows[i]) {
      const T product = value * x[static_cast<std::size_t>(j)];
      sum += product;
      size += std::sqrt(abs_squared(product));
    }
    const auto n = static_cast<Real<T>>(a.rows[i].size() + 1);
    ASSERT_LE(std::sqrt(abs_squared<T>(b[i] - sum)),
              6 * (n + 2) * std::numeric_limits<Real<T>>::epsilon() * size)
        << "row " << i;
  }
}

}  // namespace suan::test
