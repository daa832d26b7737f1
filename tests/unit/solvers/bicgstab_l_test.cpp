// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/bicgstab_l.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/solvers/bicgstab.hpp"
#include "suan/solvers/detail/residual_polynomial.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

template <class T>
class BicgstabLTest : public testing::Test {};
TYPED_TEST_SUITE(BicgstabLTest, suan::test::AllScalars);

// With polynomials of degree 1 it is bicgstab, step by step, where the cosine of s and t is at
// least 0.7; here it is 3 / sqrt(10).
TYPED_TEST(BicgstabLTest, DegreeOneByHand) {
  using T = TypeParam;
  const auto a = suan::test::matrix_of<T>({{T(1), T(0)}, {T(0), T(2)}});
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report =
      suan::BicgstabL<T>({.krylov = {.max_iterations = 1}, .ell = 1, .shadow = "residual"})
          .solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  constexpr double eps = std::numeric_limits<suan::Real<T>>::epsilon();
  EXPECT_NEAR(report.residual_norm, std::sqrt(5.0) / 15, 10 * eps);
  suan::axpy(T(-1), suan::test::vector_of<T>({T(13.0f) / T(15.0f), T(7.0f) / T(15.0f)}), x);
  EXPECT_LE(suan::norm_inf(x), 10 * eps);
}

// Four eigenvalues: two cycles of two steps. A cycle is an iteration.
TYPED_TEST(BicgstabLTest, ACycleTakesSeveralSteps) {
  using T = TypeParam;
  const auto a = suan::test::diagonal<T>(
      200, [](GlobalIndex i) { return T(static_cast<suan::Real<T>>(1 + i % 4)); });
  const auto b = suan::random_vector<T>(a.row_layout(), 3);
  for (const std::int64_t ell : {1, 2, 4}) {
    Vector<T> x(a.row_layout());
    const auto report = suan::BicgstabL<T>({.krylov = {.rtol = 1e-4}, .ell = ell}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(report.iterations, 4 / ell);
  }
}

TEST(BicgstabL, StrongConvectionTakesFewerProductsThanBicgstab) {
  // Central differences without diffusion to speak of: eigenvalues close to the imaginary axis.
  const auto layout = suan::Layout::even(64, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1.0);
        row.add(i, 0.02);
        if (i < 63) row.add(i + 1, 1.0);
      });
  const auto b = suan::random_vector<double>(layout, 3);
  Vector<double> x(layout);
  const auto one = suan::Bicgstab<double>().solve(a, b, x);
  Vector<double> y(layout);
  const auto two = suan::BicgstabL<double>().solve(a, b, y);
  EXPECT_EQ(two.reason, Reason::converged) << two.detail;
  EXPECT_LE(suan::test::relative_residual(a, b, y), 1.001e-8);
  EXPECT_TRUE(!one.converged() || 2 * two.iterations < one.iterations) << one.iterations;
}

// r = (1, 0), r_1 = (1, 1), r_2 = (0, 1): r - r_1 + r_2 = 0.
TEST(ResidualPolynomial, ByHand) {
  suan::detail::ResidualPolynomial<double> polynomial(2);
  const double gram[3][3] = {{1, 1, 0}, {0, 2, 1}, {0, 0, 1}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) polynomial.gram(i, j) = gram[i][j];
  }
  const auto c = polynomial.solve();
  EXPECT_NEAR(c[0], 1, 1e-14);
  EXPECT_NEAR(c[1], -1, 1e-14);
}

TEST(ResidualPolynomial, DependentVectorsAreLeftOut) {
  // r_2 = r_1: the last coefficient is zero, and nothing is divided by zero.
  suan::detail::ResidualPolynomial<double> polynomial(2);
  const double gram[3][3] = {{2, 1, 1}, {0, 1, 1}, {0, 0, 1}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) polynomial.gram(i, j) = gram[i][j];
  }
  const auto c = polynomial.solve();
  EXPECT_EQ(c[1], 0);
  EXPECT_NEAR(c[0], 1, 1e-14);
}

TEST(SafeOmega, NeverVanishes) {
  using suan::detail::safe_omega;
  EXPECT_DOUBLE_EQ(safe_omega<double>(-3, 2, 1.6), -0.75);  // the minimum
  EXPECT_DOUBLE_EQ(safe_omega<double>(-0.1, 2, 1), -0.35);  // -0.7 ||r|| / ||t||
  EXPECT_DOUBLE_EQ(safe_omega<double>(0, 2, 1), 0.35);
}

TEST(BicgstabL, OptionsAreChecked) {
  EXPECT_THROW(suan::BicgstabL<double>({.ell = 0}), suan::InvalidArgument);
  EXPECT_THROW(suan::BicgstabL<double>({.ell = 1000}), suan::InvalidArgument);
}

}  // namespace
