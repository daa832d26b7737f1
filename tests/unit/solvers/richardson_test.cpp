// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/richardson.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

template <class T>
class RichardsonTest : public testing::Test {};
TYPED_TEST_SUITE(RichardsonTest, suan::test::AllScalars);

// A = diag(1, 2), b = (1, 1), damping 1/2: r = (1/2, 0), then (1/4, 0).
TYPED_TEST(RichardsonTest, StepsByHand) {
  using T = TypeParam;
  const auto a = suan::test::matrix_of<T>({{T(1), T(0)}, {T(0), T(2)}});
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  suan::Richardson<T> solver({.krylov = {.max_iterations = 2}, .damping = 0.5});
  const auto report = solver.solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  ASSERT_EQ(report.history.size(), 3u);
  EXPECT_EQ(report.history[1], 0.5);
  EXPECT_EQ(report.history[2], 0.25);
  suan::axpy(T(-1), suan::test::vector_of<T>({T(0.75f), T(0.5f)}), x);
  EXPECT_EQ(suan::norm_inf(x), 0);
}

TYPED_TEST(RichardsonTest, ConvergesAsFastAsItsPreconditioner) {
  using T = TypeParam;
  const auto a = suan::convection_diffusion2d<T>(9, 11, 10, suan::Communicator::world());
  const auto b = suan::random_vector<T>(a.row_layout(), 7);
  const double rtol = suan::test::is_single<T> ? 1e-4 : 1e-10;
  for (const char* preconditioner : {"jacobi", "gauss_seidel", "ilu0"}) {
    const auto m = suan::make_preconditioner<T>(preconditioner, a, {});
    Vector<T> x(a.row_layout());
    const auto report = suan::Richardson<T>({.krylov = {.rtol = rtol}}).solve(a, *m, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << preconditioner << report.detail;
    EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001 * rtol);
  }
}

TEST(Richardson, DivergenceIsToldAndTheGuessKept) {
  const auto a = suan::poisson1d<double>(30, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 7);
  auto x = suan::ones(a.row_layout());
  auto report = suan::Richardson<double>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::diverged);
  EXPECT_EQ(x.to_host(), suan::ones(a.row_layout()).to_host());
  // Eigenvalues are between 0 and 4.
  report =
      suan::Richardson<double>({.krylov = {.max_iterations = 10}, .damping = 0.45}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  EXPECT_LT(report.true_residual_norm, report.initial_residual_norm);
}

// Its iteration is that of the given M, so the units of M must not change.
TEST(Richardson, UnitsChangeNothing) {
  const auto solved = [](double a_factor, double b_factor) {
    const auto a = suan::test::diagonal<double>(
        20, [=](GlobalIndex i) { return a_factor * static_cast<double>(2 + i % 3); });
    const suan::Jacobi<double> m(
        suan::test::diagonal<double>(20, [=](GlobalIndex) { return 4 * a_factor; }));
    const auto b = suan::generate<double>(a.row_layout(), [=](GlobalIndex) { return b_factor; });
    Vector<double> x(a.row_layout());
    return suan::Richardson<double>().solve(a, m, b, x);
  };
  const auto plain = solved(1, 1);
  EXPECT_TRUE(plain.converged());
  for (const double a_factor : {1.0, std::ldexp(1.0, 900), std::ldexp(1.0, -900)}) {
    for (const double b_factor : {1.0, std::ldexp(1.0, 900), std::ldexp(1.0, -900)}) {
      if (a_factor != 1 && b_factor != 1 && a_factor != b_factor) continue;  // x is no number
      const auto report = solved(a_factor, b_factor);
      EXPECT_EQ(report.iterations, plain.iterations) << a_factor << " " << b_factor;
      EXPECT_DOUBLE_EQ(report.history[3] / b_factor, plain.history[3]);
    }
  }
}

}  // namespace
