// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/chebyshev_iteration.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hermitian_systems.hpp"
#include "suan/core/detail/tridiagonal.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "support/scalars.hpp"

namespace {

using suan::ChebyshevIteration;
using suan::ChebyshevIterationOptions;
using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;
using suan::test::by_precision;
using suan::test::relative_residual;
using testing::HasSubstr;

template <class T>
class ChebyshevIterationTest : public testing::Test {
 protected:
  static constexpr double rtol = by_precision<T>(1e-4, 1e-10);

  static suan::SolveReport expect_solved(const suan::Operator<T>& a, const suan::Operator<T>& m,
                                         ChebyshevIterationOptions options = {}) {
    options.krylov.rtol = rtol;
    const auto b = suan::random_vector<T>(a.row_layout(), 3);
    Vector<T> x(a.row_layout());
    const auto report = ChebyshevIteration<T>(options).solve(a, m, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(relative_residual(a, b, x), 1.001 * rtol);
    return report;
  }
};
using ChebyshevIterationScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(ChebyshevIterationTest, ChebyshevIterationScalars);

TYPED_TEST(ChebyshevIterationTest, ByHand) {
  using T = TypeParam;
  // The interval [1, 3] and the eigenvalue 2 in its middle: the first step is exact. Of the
  // eigenvalue 3, the polynomials leave -1/2, then 1/7: the inverses of cosh(k acosh(2)).
  ChebyshevIterationOptions options{.smallest = 1, .largest = 3, .check_every = 1};
  options.krylov.rtol = 1e-5;
  const auto two = suan::test::diagonal<T>(5, [](GlobalIndex) { return T(2); });
  const auto b = suan::ones<T>(two.row_layout());
  Vector<T> x(two.row_layout());
  EXPECT_EQ(ChebyshevIteration<T>(options).solve(two, b, x).iterations, 1);
  const auto three = suan::test::diagonal<T>(5, [](GlobalIndex) { return T(3); });
  Vector<T> y(two.row_layout());
  const auto report = ChebyshevIteration<T>(options).solve(three, b, y);
  EXPECT_NEAR(report.history[1] / report.history[0], 1.0 / 2, 1e-6);
  EXPECT_NEAR(report.history[2] / report.history[0], 1.0 / 7, 1e-6);
  EXPECT_NEAR(report.history[3] / report.history[0], 1.0 / 26, 1e-6);
}

TYPED_TEST(ChebyshevIterationTest, EstimatesItsInterval) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(500);
  const auto plain = this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  const auto scaled = this->expect_solved(a, suan::Jacobi<T>(a));
  EXPECT_LT(scaled.iterations, plain.iterations);
  this->expect_solved(a, suan::GaussSeidel<T>(a));
  this->expect_solved(suan::test::laplacian<T>(20, 0),
                      suan::Identity<T>(suan::Layout::even(400, suan::Communicator::world())));
}

TEST(ChebyshevIteration, CorrectsAnEstimateThatIsTooLarge) {
  // Eigenvalues from 4e-3 to 8: a few steps of Lanczos do not see the least ones.
  const auto a = suan::poisson2d<double>(70, 70, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  const auto solve = [&](const ChebyshevIterationOptions& options) {
    Vector<double> x(a.row_layout());
    const auto report = ChebyshevIteration<double>(options).solve(a, b, x);
    EXPECT_TRUE(report.converged()) << report.detail;
    return report.iterations;
  };
  const double pi = 3.14159265358979;
  const double smallest = 8 * std::pow(std::sin(pi / 142), 2);
  const auto exact = solve({.smallest = smallest, .largest = 8 - smallest});
  EXPECT_LE(solve({}), 2 * exact);
  EXPECT_LE(solve({.bound_steps = 4}), 3 * exact);
}

TEST(ChebyshevIteration, LooksAtTheResidualNowAndThen) {
  const auto a = suan::test::hermitian<double>(200);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = ChebyshevIteration<double>({.check_every = 7}).solve(a, b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.iterations % 7, 0);
  ASSERT_GT(report.history.size(), 14U);
  for (std::size_t k = 0; k + 1 < report.history.size(); ++k) {
    const bool is_same = report.history[k + 1] == report.history[k];
    EXPECT_EQ(is_same, (k + 1) % 7 != 0) << k;
  }
}

TEST(ChebyshevIteration, BoundsAreOfTheUsersUnits) {
  for (const int exponent : {-900, -400, 0, 400, 900}) {
    const double factor = std::ldexp(1.0, exponent);
    const auto a = suan::test::diagonal<double>(
        50, [=](GlobalIndex i) { return factor * (1 + static_cast<double>(i) / 49); });
    Vector<double> x(a.row_layout());
    const auto report =
        ChebyshevIteration<double>({.smallest = factor, .largest = 2 * factor, .check_every = 1})
            .solve(a, suan::ones(a.row_layout()), x);
    EXPECT_EQ(report.reason, Reason::converged) << exponent << report.detail;
    EXPECT_EQ(report.iterations, 11) << exponent;
  }
}

TEST(ChebyshevIteration, BoundsThatAreTooSmallDiverge) {
  const auto a = suan::poisson2d<double>(20, 20, suan::Communicator::world());
  Vector<double> x(a.row_layout());
  const auto report = ChebyshevIteration<double>({.smallest = 0.1, .largest = 4})
                          .solve(a, suan::ones(a.row_layout()), x);
  EXPECT_EQ(report.reason, Reason::diverged);
  EXPECT_EQ(suan::norm_inf(x), 0);
  // So fast that it leaves the range before it is seen.
  const auto fast =
      ChebyshevIteration<double>({.smallest = 1e-6, .largest = 1e-5, .check_every = 1000})
          .solve(a, suan::ones(a.row_layout()), x);
  EXPECT_FALSE(fast.converged());
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

TEST(ChebyshevIteration, NamesWhatItIsNotFor) {
  EXPECT_THAT([] { ChebyshevIteration<double>({.smallest = 2, .largest = 1}); },
              testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("smallest")));
  const auto indefinite = suan::test::laplacian<double>(12, 1.3F);
  const auto b = suan::random_vector<double>(indefinite.row_layout(), 3);
  Vector<double> x(indefinite.row_layout());
  auto report = ChebyshevIteration<double>().solve(indefinite, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);
  const auto a = suan::poisson1d<double>(144, suan::Communicator::world());
  const auto flip =
      suan::test::diagonal<double>(144, [](GlobalIndex i) { return i % 2 == 0 ? -5.0 : 1.0; });
  report = ChebyshevIteration<double>().solve(a, flip, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
}

TEST(Tridiagonal, Eigenvalues) {
  const std::vector<double> alpha(20, 2);
  const std::vector<double> beta(19, 1);
  for (std::size_t k = 0; k < 20; ++k) {
    const double exact = 2 - 2 * std::cos(static_cast<double>(k + 1) * 3.14159265358979324 / 21);
    EXPECT_NEAR(suan::detail::eigenvalue(alpha, beta, k), exact, 1e-11);
  }
}

// A second round, which a residual that has drifted takes, may need other units than the first.
TEST(ChebyshevIteration, KeepsItsBoundsWhenUnitsChange) {
  const auto layout = suan::Layout::even(400, suan::Communicator::world());
  for (const float size : {1e-6F, 1e-7F, 1e-8F}) {
    const auto a = suan::test::hermitian<float>(400, size);
    const auto b = suan::random_vector<float>(layout, 3);
    Vector<float> x(layout);
    const auto report =
        ChebyshevIteration<float>({.krylov = {.rtol = 3e-7, .max_iterations = 3000}})
            .solve(a, b, x);
    EXPECT_NE(report.reason, Reason::diverged) << size << report;
    EXPECT_NE(report.reason, Reason::not_finite) << size << report;
    EXPECT_LE(relative_residual(a, b, x), 1e-6) << size;
  }
}

}  // namespace
