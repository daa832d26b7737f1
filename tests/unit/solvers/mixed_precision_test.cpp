// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Low precision inside solvers of high precision.
#include <gmock/gmock.h>

#include <cmath>

#include "suan/matrix/cast.hpp"
#include "suan/matrix/cast_operator.hpp"
#include "suan/matrix/low_precision_matrix.hpp"
#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/preconditioners/cast_preconditioner.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::cast;
using suan::in_precision;
using suan::Vector;

template <class T>
class MixedPrecisionTest : public testing::Test {};
using MixedPrecisionScalars = testing::Types<double, suan::Complex>;
TYPED_TEST_SUITE(MixedPrecisionTest, MixedPrecisionScalars);

template <class T>
using NarrowOf = std::conditional_t<suan::is_complex<T>, suan::ComplexFloat, float>;

suan::KrylovOptions tight() {
  suan::KrylovOptions options;
  options.rtol = 1e-12;
  return options;
}

// Far beyond the digits and the range of float.
TYPED_TEST(MixedPrecisionTest, APreconditionerInFloatCostsCgNothing) {
  using T = TypeParam;
  using Narrow = NarrowOf<T>;
  const auto a = suan::test::hermitian<T>(900);
  const auto narrow = cast<Narrow>(a);
  const auto m = in_precision<T>(suan::BlockJacobi<Narrow>(narrow));
  const suan::BlockJacobi<T> wide(a);
  suan::Cg<T> cg(tight());
  for (const double size : {1.0, 1e-60, 1e60}) {
    auto b = suan::random_vector<T>(a.row_layout(), 2);
    suan::scale(T(size), b);
    Vector<T> x(a.row_layout());
    Vector<T> y(a.row_layout());
    const auto report = cg.solve(a, m, b, x);
    const auto reference = cg.solve(a, wide, b, y);
    EXPECT_TRUE(report.converged()) << to_string(report.reason) << report.detail;
    EXPECT_NEAR(static_cast<double>(report.iterations), static_cast<double>(reference.iterations),
                2)
        << size;
    EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001e-12);
    EXPECT_THAT(report.preconditioner, testing::StartsWith("block_jacobi in "));
  }
}

TYPED_TEST(MixedPrecisionTest, SeveralRightHandSides) {
  using T = TypeParam;
  using Narrow = NarrowOf<T>;
  const auto a = suan::test::hermitian<T>(400);
  const auto m = in_precision<T>(suan::Jacobi<Narrow>(cast<Narrow>(a)));
  auto b = suan::test::random_vectors<T>(a.row_layout(), 4);
  auto large = b.column(1);
  suan::scale(T(1e90), large);
  b.set_column(1, large);
  suan::MultiVector<T> x(a.row_layout(), 4);
  for (const auto& each : suan::Cg<T>(tight()).solve(a, m, b, x)) {
    EXPECT_TRUE(each.converged()) << to_string(each.reason) << each.detail;
  }
}

TYPED_TEST(MixedPrecisionTest, ASolverInFloatInsideASolver) {
  using T = TypeParam;
  using Narrow = NarrowOf<T>;
  const auto a = suan::test::hermitian<T>(900);
  const auto narrow = std::make_shared<suan::DistributedMatrix<Narrow>>(cast<Narrow>(a));
  suan::KrylovOptions few;
  few.rtol = 1e-2;
  few.max_iterations = 30;
  const auto m = in_precision<T>(
      suan::SolverOperator<Narrow>(std::make_shared<suan::Cg<Narrow>>(few), narrow,
                                   std::make_shared<suan::Jacobi<Narrow>>(*narrow)));
  EXPECT_TRUE(m.varies());
  for (const double size : {1.0, 1e-60, 1e60}) {
    auto b = suan::random_vector<T>(a.row_layout(), 2);
    suan::scale(T(size), b);
    Vector<T> x(a.row_layout());
    const auto report = suan::Cg<T>(tight()).solve(a, m, b, x);
    EXPECT_TRUE(report.converged()) << to_string(report.reason) << report.detail;
    EXPECT_LE(report.iterations, 30);
    EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001e-12);
    suan::GmresOptions options;
    options.krylov = tight();
    suan::fill(x, T(0));
    const auto other = suan::Gmres<T>(options).solve(a, m, b, x);
    EXPECT_TRUE(other.converged()) << to_string(other.reason) << other.detail;
  }
}

TYPED_TEST(MixedPrecisionTest, AMatrixOfFloatInASolverOfDouble) {
  using T = TypeParam;
  using Narrow = NarrowOf<T>;
  const auto narrow = cast<Narrow>(suan::test::hermitian<T>(900));
  const auto a = in_precision<T>(narrow);
  const auto wide = cast<T>(narrow);
  const auto b = suan::random_vector<T>(a.row_layout(), 2);
  Vector<T> x(a.row_layout());
  const auto report =
      suan::Cg<T>(tight()).solve(a, in_precision<T>(suan::Jacobi<Narrow>(narrow)), b, x);
  EXPECT_TRUE(report.converged()) << to_string(report.reason) << report.detail;
  // It is the solution for exactly these values, to the digits of double.
  EXPECT_LE(suan::test::relative_residual<T>(wide, b, x), 1.1e-12);
}

TEST(MixedPrecision, UpdatesReachThePreconditionerInside) {
  const auto a = suan::test::hermitian<double>(144);
  auto m = in_precision<double>(suan::Jacobi<float>(cast<float>(a)));
  const auto twice = suan::test::diagonal<double>(144, [](suan::GlobalIndex) { return 8.0; });
  EXPECT_THAT(m.update(twice), testing::HasSubstr("anew"));
  const auto x = suan::ones<double>(a.row_layout());
  Vector<double> y(a.row_layout());
  m.apply(x, y);
  for (const double each : y.to_host()) EXPECT_EQ(each, 1.0 / 8);
  // Nothing changes where there are no entries, or some are beyond the range of float.
  const suan::FunctionOperator<double> function(
      a.row_layout(), a.row_layout(),
      [](const Vector<double>& from, Vector<double>& to) { suan::copy(from, to); });
  EXPECT_THROW(m.update(function), suan::NotSupported);
  const auto huge = suan::test::diagonal<double>(144, [](suan::GlobalIndex) { return 1e200; });
  EXPECT_THROW(m.update(huge), suan::InvalidArgument);
  m.apply(x, y);
  for (const double each : y.to_host()) EXPECT_EQ(each, 1.0 / 8);
}

}  // namespace
