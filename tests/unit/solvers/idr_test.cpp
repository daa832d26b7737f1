// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/idr.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

template <class T>
class IdrTest : public testing::Test {};
TYPED_TEST_SUITE(IdrTest, suan::test::AllScalars);

// With as many shadow vectors as rows, the residual that is orthogonal to all is zero. More than
// there are rows are not taken.
TYPED_TEST(IdrTest, SmallSystemsTakeOneCycle) {
  using T = TypeParam;
  const auto a =
      suan::test::matrix_of<T>({{T(1), T(2), T(0)}, {T(0), T(3), T(-1)}, {T(1), T(0), T(2)}});
  const auto b = suan::test::vector_of<T>({T(3), T(2), T(3)});  // A (1, 1, 1)
  for (const std::int64_t s : {3, 4, 8}) {
    Vector<T> x(a.row_layout());
    const auto report = suan::Idr<T>({.krylov = {.rtol = 1e-4}, .s = s}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_EQ(report.iterations, 1);
    suan::axpy(T(-1), suan::ones<T>(a.row_layout()), x);
    EXPECT_LE(suan::norm_inf(x), 1e-3);
  }
}

// x = b / 4 after the first product, and nothing is divided by the zero that is left.
TYPED_TEST(IdrTest, AMultipleOfTheIdentityTakesOneProduct) {
  using T = TypeParam;
  const auto a = suan::test::diagonal<T>(9, [](GlobalIndex) { return T(-4); });
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  const auto report = suan::Idr<T>().solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged) << report.detail;
  EXPECT_EQ(report.iterations, 1);
}

// With m eigenvalues, IDR(s) takes at most m + m / s products.
TEST(Idr, AsManyProductsAsTheTheorySays) {
  const auto a = suan::test::diagonal<double>(
      300, [](GlobalIndex i) { return static_cast<double>(1 + i % 8); });
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  for (const std::int64_t s : {1, 2, 4}) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Idr<double>({.krylov = {.rtol = 1e-7}, .s = s}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(report.iterations * (s + 1), 8 + 8 / s) << s;
  }
}

TEST(Idr, MoreShadowVectorsTakeFewerProducts) {
  const auto a = suan::convection_diffusion2d<double>(30, 30, 2, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  const auto products = [&](std::int64_t s) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Idr<double>({.s = s}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(suan::test::relative_residual(a, b, x), 1.001e-8);
    return report.iterations * (s + 1);
  };
  Vector<double> x(a.row_layout());
  const auto least =
      suan::Gmres<double>({.restart = 900}).solve(a, b, x).iterations;  // of all methods
  const auto eight = products(8);
  EXPECT_LE(eight, products(1));
  EXPECT_LE(static_cast<double>(eight), 1.5 * static_cast<double>(least));
}

TEST(Idr, OptionsAreChecked) {
  EXPECT_THROW(suan::Idr<double>({.s = 0}), suan::InvalidArgument);
  EXPECT_THROW(suan::Idr<double>({.s = 1000}), suan::InvalidArgument);
}

}  // namespace
