// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/cr.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hermitian_systems.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/minres.hpp"
#include "support/scalars.hpp"

namespace {

using suan::Cr;
using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;
using suan::test::by_precision;
using suan::test::relative_residual;
using testing::HasSubstr;

template <class T>
class CrTest : public suan::test::HermitianMethodTest<Cr, T> {};
using CrScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(CrTest, CrScalars);

TYPED_TEST(CrTest, ByHand) {
  using T = TypeParam;
  // diag(1, 2) and b = (1, 1): x = 3/5 b after one step, r = (2/5, -1/5).
  const auto a = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(2); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = Cr<T>({.rtol = this->rtol}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged);
  ASSERT_EQ(report.iterations, 2);
  EXPECT_NEAR(report.history[1], std::sqrt(0.2), 1e-6);
  suan::axpy(
      T(-1),
      suan::generate<T>(a.row_layout(), [](GlobalIndex i) { return i == 0 ? T(1) : T(0.5F); }), x);
  EXPECT_LE(suan::norm_inf(x), 1e-6);
}

TYPED_TEST(CrTest, DefiniteMatricesWithPreconditioners) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(500);
  const auto plain = this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  for (std::size_t k = 1; k < plain.history.size(); ++k) {
    EXPECT_LE(plain.history[k], plain.history[k - 1] * (1 + 1e-6));
  }
  // The iterates of minres.
  Vector<T> x(a.row_layout());
  const auto reference =
      suan::Minres<T>({.rtol = this->rtol}).solve(a, suan::random_vector<T>(a.row_layout(), 3), x);
  EXPECT_LE(std::abs(plain.iterations - reference.iterations), 1);
  for (std::size_t k = 1; k < 6; ++k) {
    EXPECT_NEAR(plain.history[k] / reference.history[k], 1, 1e-4);
  }
  const auto scaled = this->expect_solved(a, suan::Jacobi<T>(a));
  const auto swept = this->expect_solved(a, suan::GaussSeidel<T>(a));
  EXPECT_LT(scaled.iterations, plain.iterations);
  EXPECT_LT(swept.iterations, scaled.iterations);
}

TYPED_TEST(CrTest, ManyIndefiniteMatrices) {
  using T = TypeParam;
  this->expect_solved(suan::test::laplacian<T>(9, 1.3F),
                      suan::Identity<T>(suan::Layout::even(81, suan::Communicator::world())));
}

TYPED_TEST(CrTest, SingularMatrices) { this->expect_singular_ones_named(); }

TEST(Cr, BreaksDownWhereMinresDoesNot) {
  // A b is orthogonal to b.
  const auto a =
      suan::test::diagonal<double>(20, [](GlobalIndex i) { return i % 2 == 0 ? 1.0 : -1.0; });
  Vector<double> x(a.row_layout());
  const auto report = Cr<double>().solve(a, suan::ones(a.row_layout()), x);
  EXPECT_EQ(report.reason, Reason::breakdown);
  EXPECT_THAT(report.detail, HasSubstr("minres"));
}

TEST(Cr, NamesWhatItIsNotFor) {
  const auto a = suan::convection_diffusion2d<double>(12, 12, 10, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  auto report = Cr<double>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);
  EXPECT_THAT(report.detail, HasSubstr("not Hermitian"));

  const auto definite = suan::poisson1d<double>(144, suan::Communicator::world());
  const auto flip =
      suan::test::diagonal<double>(144, [](GlobalIndex i) { return i == 30 ? -5.0 : 1.0; });
  report = Cr<double>().solve(definite, flip, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
  EXPECT_EQ(suan::first_not_finite(x), -1);

  using suan::Complex;
  const auto skewed = suan::test::diagonal<Complex>(
      20, [](GlobalIndex i) { return Complex(1, i % 2 == 0 ? 0.5 : 0.2); });
  Vector<Complex> y(skewed.row_layout());
  const auto other = Cr<Complex>().solve(skewed, suan::ones<Complex>(skewed.row_layout()), y);
  EXPECT_EQ(other.reason, Reason::indefinite_matrix);
}

}  // namespace
