// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hermitian systems that are not positive definite, for tests of solvers.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/solver.hpp"
#include "systems.hpp"

namespace suan::test {

/// The 5-point Laplacian on n * n points, minus `shift`; the couplings of complex numbers have
/// phases. With `neumann` its rows add up to -shift.
template <Scalar T>
DistributedMatrix<T> laplacian(GlobalIndex n, float shift, bool neumann = false) {
  const auto layout = Layout::even(n * n, Communicator::world());
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const std::array<bool, 4> exist = {i >= n, i % n > 0, i % n + 1 < n, i + n < n * n};
    const auto neighbours = static_cast<float>(std::count(exist.begin(), exist.end(), true));
    const auto couple = [&row, neumann](bool exists, GlobalIndex j, float sign) {
      if (!exists) return;
      if constexpr (is_complex<T>) {
        row.add(j, neumann ? T(-1, 0) : T(-0.6F, 0.8F * sign));
      } else {
        row.add(j, T(-1));
      }
    };
    couple(exist[0], i - n, -1);
    couple(exist[1], i - 1, -1);
    row.add(i, T((neumann ? neighbours : 4) - shift));
    couple(exist[2], i + 1, 1);
    couple(exist[3], i + n, 1);
  });
}

/// (D B^H; B 0) with a tridiagonal, positive definite D of n rows and a bidiagonal B of n / 2 rows:
/// n positive eigenvalues and n / 2 negative ones.
template <Scalar T>
DistributedMatrix<T> saddle_point(GlobalIndex n) {
  const GlobalIndex half = n / 2;
  const auto layout = Layout::even(n + half, Communicator::world());
  const auto phase = [](float sign) {
    if constexpr (is_complex<T>) {
      return T(0.8F, 0.6F * sign);
    } else {
      return T(1);
    }
  };
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i < n) {
      if (i > 0) row.add(i - 1, T(-1));
      row.add(i, T(3));
      if (i + 1 < n) row.add(i + 1, T(-1));
      // B has rows (.. phase at 2 k, 0.5 at 2 k + 1 ..).
      const GlobalIndex k = i / 2;
      if (k < half) row.add(n + k, i % 2 == 0 ? phase(-1) : T(0.5F));
    } else {
      const GlobalIndex k = i - n;
      row.add(2 * k, phase(1));
      row.add(2 * k + 1, T(0.5F));
    }
  });
}

/// A number for each precision.
template <Scalar T>
constexpr double by_precision(double in_float, double in_double) {
  return std::is_same_v<Real<T>, float> ? in_float : in_double;
}

/// b minus its mean: what the singular Laplacian maps to.
template <Scalar T>
Vector<T> without_mean(Vector<T> b) {
  const auto one = ones<T>(b.layout());
  const T mean = dot(one, b) / T(static_cast<Real<T>>(b.global_size()));
  axpy(-mean, one, b);
  return b;
}

/// What tests of a method for Hermitian matrices share.
template <template <Scalar> class Method, Scalar T>
class HermitianMethodTest : public testing::Test {
 protected:
  static constexpr double rtol = by_precision<T>(1e-4, 1e-10);

  static SolveReport solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                           Vector<T>& x) {
    return Method<T>(KrylovOptions{.rtol = rtol}).solve(a, m, b, x);
  }

  static SolveReport expect_solved(const Operator<T>& a, const Operator<T>& m) {
    const auto b = random_vector<T>(a.row_layout(), 3);
    Vector<T> x(a.row_layout());
    const auto report = solve(a, m, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(relative_residual(a, b, x), 1.001 * rtol);
    // What the method says is the Euclidean norm, with any preconditioner.
    EXPECT_NEAR(report.residual_norm / report.true_residual_norm, 1, 0.05);
    return report;
  }

  /// The singular Laplacian, with right-hand sides in its range and elsewhere, without and with a
  /// preconditioner.
  static void expect_singular_ones_named() {
    const auto a = laplacian<T>(14, 0, true);
    const auto any = random_vector<T>(a.row_layout(), 3);
    const auto b = without_mean(any);
    const Jacobi<T> jacobi(hermitian<T>(14 * 14));
    const Identity<T> none(a.row_layout());
    for (const Operator<T>* m :
         {static_cast<const Operator<T>*>(&none), static_cast<const Operator<T>*>(&jacobi)}) {
      Vector<T> x(a.row_layout());
      const auto report = solve(a, *m, b, x);
      EXPECT_EQ(report.reason, Reason::converged) << report.detail;
      EXPECT_LE(relative_residual(a, b, x), 1.001 * rtol);

      // The mean of b is out of reach, and all that is left.
      fill(x, T(0));
      const auto failed = solve(a, *m, any, x);
      EXPECT_EQ(failed.reason, Reason::stagnated) << failed.iterations << failed.detail;
      EXPECT_THAT(failed.detail, testing::HasSubstr("A is singular"));
      EXPECT_EQ(first_not_finite(x), -1);
      if (m == &none) {
        auto mean = any;
        axpy(T(-1), b, mean);
        EXPECT_NEAR(failed.true_residual_norm / norm2(mean), 1, 1e-3);
      }
      // A right-hand side that A maps to zero: no x is better than zero.
      fill(x, T(0));
      const auto nothing = solve(a, *m, ones<T>(a.row_layout()), x);
      EXPECT_EQ(nothing.reason, Reason::stagnated) << nothing.detail;
      EXPECT_THAT(nothing.detail, testing::HasSubstr("A is singular"));
      EXPECT_THAT(nothing.detail, testing::Not(testing::HasSubstr("nan")));
    }
  }
};

}  // namespace suan::test
