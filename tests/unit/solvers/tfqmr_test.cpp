// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/tfqmr.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/solvers/cgs.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

template <class T>
class TfqmrTest : public testing::Test {};
TYPED_TEST_SUITE(TfqmrTest, suan::test::AllScalars);

// A = diag(1, 2), b = (1, 1), and so is the shadow. alpha = 2/3. First half: theta^2 = 1/9, eta =
// 3/5, x = (3, 3)/5. Second half: theta^2 = 10/81, eta = 54/91, d = (13, -7)/30, x = (6/7, 6/13),
// tau^2 = 2/91. The residual is (1/7, 1/13), its bound is sqrt(3) tau.
TYPED_TEST(TfqmrTest, FirstStepByHand) {
  using T = TypeParam;
  const auto a = suan::test::matrix_of<T>({{T(1), T(0)}, {T(0), T(2)}});
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Tfqmr<T>({{.max_iterations = 1}, "residual"}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  constexpr double eps = std::numeric_limits<suan::Real<T>>::epsilon();
  EXPECT_NEAR(report.residual_norm, std::sqrt(6.0 / 91), 10 * eps);
  EXPECT_NEAR(report.true_residual_norm, std::hypot(1.0 / 7, 1.0 / 13), 10 * eps);
  suan::axpy(T(-1), suan::test::vector_of<T>({T(6.0f) / T(7.0f), T(6.0f) / T(13.0f)}), x);
  EXPECT_LE(suan::norm_inf(x), 10 * eps);
}

TYPED_TEST(TfqmrTest, AMultipleOfTheIdentityTakesHalfAStep) {
  using T = TypeParam;
  const auto a = suan::test::diagonal<T>(9, [](GlobalIndex) { return T(-4); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Tfqmr<T>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_EQ(report.iterations, 1);
}

TEST(Tfqmr, NormsAreBoundsAndSmootherThanThoseOfCgs) {
  const auto a = suan::convection_diffusion2d<double>(20, 20, 30, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  for (const std::int64_t limit : {1, 4, 9, 16}) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Tfqmr<double>({.krylov = {.max_iterations = limit}}).solve(a, b, x);
    EXPECT_LE(report.true_residual_norm, report.residual_norm * (1 + 1e-8)) << limit;
  }
  const auto largest_rise = [](const std::vector<double>& history) {
    double most = 0;
    for (std::size_t k = 1; k < history.size(); ++k) {
      most = std::max(most, history[k] / history[k - 1]);
    }
    return most;
  };
  Vector<double> x(a.row_layout());
  const auto smooth = suan::Tfqmr<double>().solve(a, b, x);
  Vector<double> y(a.row_layout());
  const auto rough = suan::Cgs<double>().solve(a, b, y);
  EXPECT_TRUE(smooth.converged() && rough.converged());
  EXPECT_LT(largest_rise(smooth.history), largest_rise(rough.history));
}

}  // namespace
