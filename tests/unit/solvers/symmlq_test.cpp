// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/symmlq.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hermitian_systems.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "support/scalars.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Symmlq;
using suan::Vector;
using suan::test::by_precision;
using suan::test::relative_residual;
using testing::HasSubstr;

template <class T>
class SymmlqTest : public suan::test::HermitianMethodTest<Symmlq, T> {};
using SymmlqScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(SymmlqTest, SymmlqScalars);

TYPED_TEST(SymmlqTest, ByHand) {
  using T = TypeParam;
  // diag(1, 2) and b = (1, 1): the first point of conjugate gradients is 2/3 b, with the residual
  // (1/3, -1/3), and the second one is exact.
  const auto a = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(2); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = Symmlq<T>({.rtol = this->rtol}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  ASSERT_EQ(report.iterations, 2);
  EXPECT_NEAR(report.history[1], std::sqrt(2.0) / 3, 1e-6);
  suan::axpy(
      T(-1),
      suan::generate<T>(a.row_layout(), [](GlobalIndex i) { return i == 0 ? T(1) : T(0.5F); }), x);
  EXPECT_LE(suan::norm_inf(x), 1e-6);

  // diag(1, -1): there is no such point after one step.
  const auto c = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(-1); });
  Vector<T> y(a.row_layout());
  const auto other = Symmlq<T>({.rtol = this->rtol}).solve(c, b, y);
  EXPECT_TRUE(other.converged()) << other.detail;
  EXPECT_EQ(other.iterations, 2);
}

TYPED_TEST(SymmlqTest, IndefiniteMatrices) {
  using T = TypeParam;
  for (const auto& a : {suan::test::laplacian<T>(17, 1.3F), suan::test::saddle_point<T>(120)}) {
    this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  }
}

TYPED_TEST(SymmlqTest, WithPreconditioners) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(500);
  const auto plain = this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  const auto scaled = this->expect_solved(a, suan::Jacobi<T>(a));
  const auto swept = this->expect_solved(a, suan::GaussSeidel<T>(a));
  EXPECT_LT(scaled.iterations, plain.iterations);
  EXPECT_LT(swept.iterations, scaled.iterations);
  const auto indefinite = suan::test::laplacian<T>(17, 1.3F);
  this->expect_solved(indefinite, suan::GaussSeidel<T>(suan::test::laplacian<T>(17, 0)));
}

TYPED_TEST(SymmlqTest, EveryIterateIsWhatItsResidualSays) {
  using T = TypeParam;
  const auto a = suan::test::laplacian<T>(9, 1.3F);
  const auto b = suan::random_vector<T>(a.row_layout(), 3);
  const suan::Jacobi<T> m(suan::test::hermitian<T>(81));
  for (const std::int64_t limit : {1, 2, 3, 6, 11, 20}) {
    Vector<T> x(a.row_layout());
    const auto report = Symmlq<T>({.rtol = this->rtol, .max_iterations = limit}).solve(a, m, b, x);
    EXPECT_EQ(report.reason, Reason::max_iterations);
    // Larger residuals than that of zero are not kept.
    if (report.residual_norm > report.initial_residual_norm) continue;
    EXPECT_NEAR(report.residual_norm / report.true_residual_norm, 1, 1e-3) << limit;
  }
}

// In exact arithmetic its better points are those of conjugate gradients, where these exist.
TEST(Symmlq, ReachesTheToleranceWithConjugateGradients) {
  const auto a = suan::test::hermitian<double>(500);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  Vector<double> y(a.row_layout());
  const auto report = Symmlq<double>().solve(a, b, x);
  const auto reference = suan::Cg<double>().solve(a, b, y);
  EXPECT_EQ(report.iterations, reference.iterations);
  EXPECT_NEAR(report.history.back() / reference.history.back(), 1, 1e-4);
}

TEST(Symmlq, NamesWhatItIsNotFor) {
  const auto a = suan::convection_diffusion2d<double>(12, 12, 10, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  auto report = Symmlq<double>().solve(a, suan::Jacobi<double>(a), b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);
  EXPECT_THAT(report.detail, HasSubstr("not Hermitian"));

  const auto definite = suan::poisson1d<double>(144, suan::Communicator::world());
  const auto flip =
      suan::test::diagonal<double>(144, [](GlobalIndex i) { return i == 30 ? -5.0 : 1.0; });
  report = Symmlq<double>().solve(definite, flip, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

TEST(Symmlq, SingularMatricesLeaveXFinite) {
  const auto a = suan::test::laplacian<double>(12, 0, true);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  EXPECT_FALSE(Symmlq<double>().solve(a, b, x).converged());
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

// A maps the right-hand side to zero.
TEST(Symmlq, NamesASingularMatrix) {
  const auto a = suan::test::laplacian<double>(12, 0, true);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = Symmlq<double>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::stagnated) << report;
  EXPECT_LE(report.residual_norm, 12.001);
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

}  // namespace
