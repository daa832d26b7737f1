// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/cgs.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

template <class T>
class CgsTest : public testing::Test {};
TYPED_TEST_SUITE(CgsTest, suan::test::AllScalars);

// A = diag(1, 2), b = (1, 1), and so is the shadow. alpha = 2/3, u + q = (4, 2)/3: x = (8, 4)/9, r
// = (1, 1)/9, which is the square of the polynomial 1 - 2 lambda / 3 of A, times b.
TYPED_TEST(CgsTest, FirstStepByHand) {
  using T = TypeParam;
  const auto a = suan::test::matrix_of<T>({{T(1), T(0)}, {T(0), T(2)}});
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Cgs<T>({{.max_iterations = 1}, "residual"}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  constexpr double eps = std::numeric_limits<suan::Real<T>>::epsilon();
  EXPECT_NEAR(report.residual_norm, std::sqrt(2.0) / 9, 10 * eps);
  suan::axpy(T(-1), suan::test::vector_of<T>({T(8.0f) / T(9.0f), T(4.0f) / T(9.0f)}), x);
  EXPECT_LE(suan::norm_inf(x), 10 * eps);
}

TEST(Cgs, AsManyStepsAsDistinctEigenvalues) {
  const auto a = suan::test::diagonal<double>(
      300, [](GlobalIndex i) { return static_cast<double>(1 + i % 4); });
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  const auto report = suan::Cgs<double>({.krylov = {.rtol = 1e-10}}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_LE(report.iterations, 4);
}

// Residuals that grow beyond dtol end the solve, and x is the guess again.
TEST(Cgs, PeaksBeyondTheLimitAreDivergence) {
  const auto a = suan::convection_diffusion2d<double>(20, 20, 30, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  const auto free = suan::Cgs<double>().solve(a, b, x);
  ASSERT_TRUE(free.converged());
  ASSERT_GT(*std::max_element(free.history.begin(), free.history.end()), 2 * free.history[0]);
  suan::fill(x, 0.0);
  const auto report = suan::Cgs<double>({.krylov = {.dtol = 2}}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::diverged);
  EXPECT_EQ(suan::norm_inf(x), 0);
}

}  // namespace
