// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/bicgstab.hpp"

#include <gmock/gmock.h>

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
class BicgstabTest : public testing::Test {};
TYPED_TEST_SUITE(BicgstabTest, suan::test::AllScalars);

// A = diag(1, 2), b = (1, 1), and so is the shadow. alpha = 2/3, s = (1, -1)/3, t = (1, -2)/3,
// omega = 3/5: x = (13, 7)/15, r = (2, 1)/15.
TYPED_TEST(BicgstabTest, FirstStepByHand) {
  using T = TypeParam;
  const auto a = suan::test::matrix_of<T>({{T(1), T(0)}, {T(0), T(2)}});
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Bicgstab<T>({{.max_iterations = 1}, "residual"}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  constexpr double eps = std::numeric_limits<suan::Real<T>>::epsilon();
  EXPECT_NEAR(report.residual_norm, std::sqrt(5.0) / 15, 10 * eps);
  suan::axpy(T(-1), suan::test::vector_of<T>({T(13.0f) / T(15.0f), T(7.0f) / T(15.0f)}), x);
  EXPECT_LE(suan::norm_inf(x), 10 * eps);
}

TYPED_TEST(BicgstabTest, AMultipleOfTheIdentityTakesOneStep) {
  using T = TypeParam;
  const auto a = suan::test::diagonal<T>(9, [](GlobalIndex) { return T(-4); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Bicgstab<T>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_EQ(report.iterations, 1);
}

// In exact arithmetic as many steps as there are distinct eigenvalues.
TEST(Bicgstab, AsManyStepsAsDistinctEigenvalues) {
  const auto a = suan::test::diagonal<double>(
      300, [](GlobalIndex i) { return static_cast<double>(1 + i % 4); });
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  const auto report = suan::Bicgstab<double>({.krylov = {.rtol = 1e-10}}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_LE(report.iterations, 4);
}

TEST(Bicgstab, LimitsAndZeroSteps) {
  const auto a = suan::convection_diffusion2d<double>(9, 9, 3, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  for (const std::int64_t limit : {0, 1, 5}) {
    Vector<double> x(a.row_layout());
    const auto report =
        suan::Bicgstab<double>({.krylov = {.max_iterations = limit}}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::max_iterations);
    EXPECT_EQ(report.iterations, limit);
  }
}

}  // namespace
