// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices for the tests of the direct solver, the same on any number of ranks.
#pragma once

#include <limits>
#include <vector>

#include "smoother_cases.hpp"
#include "suan/preconditioners/direct.hpp"
#include "support/scalars.hpp"

#define SUAN_NEEDS_MUMPS() \
  if (!suan::have_direct()) GTEST_SKIP() << "this build has no MUMPS"

namespace suan::test {

inline Layout even(GlobalIndex size) { return Layout::even(size, Communicator::world()); }

template <class T>
DistributedMatrix<T> dense(const Layout& layout, const std::vector<std::vector<T>>& rows) {
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const auto& values = rows[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (values[j] != T(0)) row.add(static_cast<GlobalIndex>(j), values[j]);
    }
  });
}

/// Random entries, and a diagonal that is zero in every third row.
template <class T>
DistributedMatrix<T> unsymmetric(const Layout& layout, int salt = 1, double factor = 1) {
  const GlobalIndex n = layout.global_size();
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex j = 0; j < n; ++j) {
      const bool is_next = j == (i + 1) % n || (i == j && i % 3 != 0);
      if (!is_next && hashed(i, j, 7) < 0.9) continue;
      const double size = is_next ? 3 : 1;
      row.add(j, number<T>(factor * (size + hashed(i, j, salt)), hashed(i, j, salt + 1)));
    }
  });
}

/// [ K B; B^T 0 ] with K = diag(2, 3, 4, ...), B of `constraints` columns: as many negative
/// eigenvalues, and as many positive ones as K has rows. Complex numbers are symmetric, too.
template <class T>
DistributedMatrix<T> saddle_point(const Layout& layout, GlobalIndex constraints) {
  const GlobalIndex n = layout.global_size();
  const GlobalIndex free = n - constraints;
  const auto b = [=](GlobalIndex i, GlobalIndex c) {
    return i % constraints == c ? number<T>(1 + hashed(i, c, 3) / 2, hashed(i, c, 4) / 4) : T(0);
  };
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i < free) {
      row.add(i, number<T>(2.0 + static_cast<double>(i % 9), 0));
      row.add(free + i % constraints, b(i, i % constraints));
    } else {
      for (GlobalIndex k = i - free; k < free; k += constraints) row.add(k, b(k, i - free));
    }
  });
}

/// |b - A x| / |b|, in Euclidean norms.
template <class T>
double error_of(const Operator<T>& a, const Vector<T>& b, const Vector<T>& x) {
  Vector<T> r(a.row_layout());
  return static_cast<double>(a.residual(b, x, r)) / static_cast<double>(norm2(b));
}

template <class T>
constexpr double eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());

/// A solve leaves a residual of so many roundings.
template <class T>
void expect_solves(const Operator<T>& a, const Direct<T>& m, double roundings = 1e4) {
  const auto b = random_vector<T>(a.row_layout(), 5);
  auto x = random_vector<T>(a.row_layout(), 6);
  fill(x, T(std::numeric_limits<Real<T>>::quiet_NaN()));  // not read
  m.apply(b, x);
  EXPECT_LE(error_of(a, b, x), roundings * eps<T>);
}

}  // namespace suan::test
