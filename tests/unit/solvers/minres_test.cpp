// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/minres.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hermitian_systems.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/registry.hpp"
#include "support/scalars.hpp"

namespace {

using suan::GlobalIndex;
using suan::Minres;
using suan::Reason;
using suan::Vector;
using suan::test::by_precision;
using suan::test::relative_residual;
using testing::HasSubstr;

template <class T>
class MinresTest : public suan::test::HermitianMethodTest<Minres, T> {
 protected:
  using Base = suan::test::HermitianMethodTest<Minres, T>;
  using Base::solve;
  static suan::SolveReport solve(const suan::Operator<T>& a, const Vector<T>& b, Vector<T>& x) {
    return Minres<T>({.rtol = Base::rtol}).solve(a, b, x);
  }
};
using MinresScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(MinresTest, MinresScalars);

TYPED_TEST(MinresTest, ByHand) {
  using T = TypeParam;
  // diag(1, -1) and b = (1, 1): A b is orthogonal to b, so the first step cannot move; the second
  // one is exact.
  const auto a = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(-1); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = this->solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  ASSERT_EQ(report.iterations, 2);
  EXPECT_NEAR(report.history[1], std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(report.history[2], 0, 1e-6);
  suan::axpy(T(-1),
             suan::generate<T>(a.row_layout(), [](GlobalIndex i) { return i == 0 ? T(1) : T(-1); }),
             x);
  EXPECT_LE(suan::norm_inf(x), 1e-6);

  // diag(1, 2) and b = (1, 1): x = 3/5 b after one step, r = (2/5, -1/5).
  const auto c = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(2); });
  Vector<T> y(a.row_layout());
  EXPECT_NEAR(this->solve(c, b, y).history[1], std::sqrt(0.2), 1e-6);
}

TYPED_TEST(MinresTest, IndefiniteMatrices) {
  using T = TypeParam;
  for (const auto& a : {suan::test::laplacian<T>(17, 1.3F), suan::test::saddle_point<T>(120)}) {
    const suan::Identity<T> none(a.row_layout());
    const auto report = this->expect_solved(a, none);
    for (std::size_t k = 1; k < report.history.size(); ++k) {
      EXPECT_LE(report.history[k], report.history[k - 1] * (1 + 1e-12));
    }
  }
}

TYPED_TEST(MinresTest, PositiveDefiniteMatricesWithPreconditioners) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(500);
  const auto plain = this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  const auto scaled = this->expect_solved(a, suan::Jacobi<T>(a));
  const auto swept = this->expect_solved(a, suan::GaussSeidel<T>(a));
  EXPECT_LT(scaled.iterations, plain.iterations);
  EXPECT_LT(swept.iterations, scaled.iterations);
}

// An indefinite matrix with the diagonal of a definite one.
TYPED_TEST(MinresTest, IndefiniteMatricesWithPreconditioners) {
  using T = TypeParam;
  const auto a = suan::test::laplacian<T>(17, 1.3F);
  const auto b = suan::test::hermitian<T>(17 * 17);
  this->expect_solved(a, suan::Jacobi<T>(b));
  this->expect_solved(a, suan::GaussSeidel<T>(suan::test::laplacian<T>(17, 0)));
}

TYPED_TEST(MinresTest, SingularMatrices) { this->expect_singular_ones_named(); }

TYPED_TEST(MinresTest, RestartsFromAGuess) {
  using T = TypeParam;
  const auto a = suan::test::laplacian<T>(11, 1.3F);
  const auto b = suan::random_vector<T>(a.row_layout(), 3);
  auto x = suan::random_vector<T>(a.row_layout(), 5);
  EXPECT_TRUE(this->solve(a, b, x).converged());
  EXPECT_LE(relative_residual(a, b, x), 1.001 * this->rtol);
}

TEST(Minres, TakesTheStepsOfGmres) {
  // Both have the least residual of the same spaces.
  const auto a = suan::test::saddle_point<double>(40);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  Vector<double> y(a.row_layout());
  const auto report = Minres<double>().solve(a, b, x);
  suan::SolveOptions options;
  options.solver = suan::OptionNode("gmres").set("restart", std::int64_t{60});
  const auto reference = suan::make_solver<double>("gmres", options)->solve(a, b, y);
  ASSERT_EQ(report.iterations, reference.iterations);
  for (std::size_t k = 0; k < report.history.size(); ++k) {
    EXPECT_NEAR(report.history[k] / reference.history[k], 1, 1e-5) << k;
  }
}

TEST(Minres, EndsInTheDimension) {
  const auto a = suan::test::diagonal<double>(
      300, [](GlobalIndex i) { return static_cast<double>(1 + i % 2) * (i % 4 < 2 ? 1 : -1); });
  Vector<double> x(a.row_layout());
  const auto report = Minres<double>().solve(a, suan::ones(a.row_layout()), x);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.iterations, 4);
}

TEST(Minres, NamesAMatrixThatIsNotHermitian) {
  const auto a = suan::convection_diffusion2d<double>(12, 12, 10, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  auto report = Minres<double>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);
  EXPECT_THAT(report.detail, HasSubstr("not Hermitian"));
  report = Minres<double>().solve(a, suan::Jacobi<double>(a), b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);

  using suan::Complex;
  const auto skewed = suan::test::diagonal<Complex>(
      20, [](GlobalIndex i) { return Complex(1, i % 2 == 0 ? 0.5 : 0.2); });
  Vector<Complex> y(skewed.row_layout());
  const auto other = Minres<Complex>().solve(skewed, suan::ones<Complex>(skewed.row_layout()), y);
  EXPECT_EQ(other.reason, Reason::indefinite_matrix);
  EXPECT_THAT(other.detail, HasSubstr("not Hermitian"));
}

TEST(Minres, NamesAPreconditionerThatIsNotPositiveDefinite) {
  const auto a = suan::poisson1d<double>(40, suan::Communicator::world());
  const auto flip =
      suan::test::diagonal<double>(40, [](GlobalIndex i) { return i == 30 ? -5.0 : 1.0; });
  const auto first =
      suan::generate<double>(a.row_layout(), [](GlobalIndex i) { return i == 30 ? 1.0 : 1e-3; });
  // Found in the first step, and in a later one.
  for (const auto& b : {first, suan::ones(a.row_layout())}) {
    Vector<double> x(a.row_layout());
    const auto report = Minres<double>().solve(a, flip, b, x);
    EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
    EXPECT_THAT(report.detail, HasSubstr("^H M "));
    EXPECT_EQ(suan::first_not_finite(x), -1);
  }
}

// The slope of the residual is e there, and the matrix is regular all the same.
TEST(Minres, SolvesForTwoEigenvaluesFarApart) {
  const auto solves = []<class T>(T e) {
    const auto a = suan::test::diagonal<T>(2, [e](GlobalIndex i) { return i == 0 ? T(1) : e; });
    const auto b = suan::ones<T>(a.row_layout());
    Vector<T> x(a.row_layout());
    const auto report = Minres<T>().solve(a, b, x);
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_LE(report.iterations, 10);
  };
  solves(1e-4F);
  solves(1e-10);
}

}  // namespace
