// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What solve() does where iterations lead nowhere.
#include <gmock/gmock.h>

#include <cmath>

#include "suan/core/detail/splitmix.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LinearSolver;
using suan::MultiVector;
using suan::Real;
using suan::RowWriter;
using suan::Vector;
using testing::HasSubstr;
using testing::Not;

/// A wave in the plane: the 5-point Laplacian less a multiple of the identity, which makes it
/// indefinite.
template <class T>
std::shared_ptr<DistributedMatrix<T>> wave(GlobalIndex n, float shift) {
  const auto layout = Layout::even(n * n, suan::Communicator::world());
  return std::make_shared<DistributedMatrix<T>>(
      suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
        if (i >= n) row.add(i - n, T(-1));
        if (i % n > 0) row.add(i - 1, T(-1));
        row.add(i, T(4 - shift));
        if (i % n + 1 < n) row.add(i + 1, T(-1));
        if (i + n < n * n) row.add(i + n, T(-1));
      }));
}

/// Each row looks at the next one: GMRES gets nowhere before it has been around.
template <class T>
DistributedMatrix<T> ring(GlobalIndex n, float diagonal) {
  const auto layout = Layout::even(n, suan::Communicator::world());
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i + 1 == n) row.add(0, T(1));
    row.add(i, T(diagonal * static_cast<float>(1 + i % 3)));
    if (i + 1 < n) row.add(i + 1, T(1));
  });
}

template <class T>
class DirectClimbTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!suan::have_direct()) GTEST_SKIP() << "this build has no direct solver";
  }
  static constexpr double rtol = std::is_same_v<Real<T>, float> ? 1e-4 : 1e-8;
};
using DirectClimbScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(DirectClimbTest, DirectClimbScalars);

TYPED_TEST(DirectClimbTest, FactorsFollowWhereCgFindsAnIndefiniteMatrix) {
  using T = TypeParam;
  const auto a = wave<T>(40, 1.3F);
  LinearSolver<T> solver(a, {.stop = {.rtol = TestFixture::rtol}});
  const auto b = suan::random_vector<T>(a->row_layout(), 1);
  Vector<T> x(a->row_layout());
  const auto first = solver.solve(b, x);
  EXPECT_TRUE(first.converged()) << first;
  EXPECT_EQ(first.preconditioner, "direct");
  EXPECT_THAT(first.choice, HasSubstr("cg found A indefinite"));
  EXPECT_THAT(first.choice, HasSubstr(": direct"));
  EXPECT_LE(suan::test::relative_residual(*a, b, x), 1.001 * TestFixture::rtol);
  // From now on at once, and with the same analysis for other values.
  fill(x, T(0));
  const auto second = solver.solve(b, x);
  EXPECT_TRUE(second.converged()) << second;
  EXPECT_LE(second.iterations, 3);
  EXPECT_EQ(second.setup_seconds, 0);
  const auto other = wave<T>(40, 1.7F);
  EXPECT_THAT(solver.update(other), HasSubstr("direct: "));
  fill(x, T(0));
  const auto third = solver.solve(b, x);
  EXPECT_TRUE(third.converged()) << third;
  EXPECT_LE(third.iterations, 3);
  EXPECT_LE(suan::test::relative_residual(*other, b, x), 1.001 * TestFixture::rtol);
}

TYPED_TEST(DirectClimbTest, FactorsFollowWhereGmresIsSlow) {
  using T = TypeParam;
  const auto a = ring<T>(2000, 0.01F);
  const auto b = suan::random_vector<T>(a.row_layout(), 1);
  Vector<T> x(a.row_layout());
  const auto report = suan::solve(a, b, x, {.stop = {.rtol = TestFixture::rtol}});
  EXPECT_TRUE(report.converged()) << report;
  EXPECT_LT(report.iterations, 100);
  EXPECT_EQ(report.preconditioner, "direct");
  EXPECT_LE(suan::test::relative_residual(a, b, x), 1.001 * TestFixture::rtol);
}

TYPED_TEST(DirectClimbTest, SeveralRightHandSides) {
  using T = TypeParam;
  const auto a = ring<T>(2000, 0.01F);
  const auto b = suan::test::random_vectors<T>(a.row_layout(), 3);
  MultiVector<T> x(a.row_layout(), 3);
  const auto reports = suan::solve(a, b, x, {.stop = {.rtol = TestFixture::rtol}});
  for (const suan::LocalIndex j : {0, 1, 2}) {
    const auto& report = reports[static_cast<std::size_t>(j)];
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_LE(suan::test::relative_residual(a, b.column(j), x.column(j)),
              1.001 * TestFixture::rtol);
  }
}

TYPED_TEST(DirectClimbTest, WhatWasNamedStays) {
  using T = TypeParam;
  const auto a = ring<T>(500, 0.01F);
  const auto b = suan::random_vector<T>(a.row_layout(), 1);
  for (const char* named : {"solver", "preconditioner"}) {
    Vector<T> x(a.row_layout());
    suan::SolveOptions options;
    options.krylov().max_iterations = 100;
    suan::SolveOptions::table().parse(options, named,
                                      named == std::string("solver") ? "gmres" : "jacobi");
    const auto report = suan::solve(a, b, x, options);
    EXPECT_FALSE(report.converged()) << named;
    EXPECT_NE(report.preconditioner, "direct") << named;
  }
}

// No solution: rows that add up to zero, and a right-hand side that does not.
TYPED_TEST(DirectClimbTest, NoSolutionIsNoSuccess) {
  using T = TypeParam;
  const GlobalIndex n = 600;
  const auto layout = Layout::even(n, suan::Communicator::world());
  const auto a = suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i + 1 == n) row.add(0, T(-1));
    row.add(i, T(1));
    if (i + 1 < n) row.add(i + 1, T(-1));
  });
  const auto b = suan::ones<T>(layout);
  Vector<T> x(layout);
  const auto report = suan::solve(a, b, x, {.stop = {.max_iterations = 200}});
  EXPECT_FALSE(report.converged()) << report;
  EXPECT_TRUE(std::isfinite(static_cast<double>(suan::norm_inf(x))));
}

/// Easy rows, and a ring of others that the residual does not show before the easy ones are solved.
DistributedMatrix<double> easy_at_first(GlobalIndex n, double diagonal) {
  const auto layout = Layout::even(2 * n, suan::Communicator::world());
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    if (i < n) {
      if (i > 0) row.add(i - 1, -1.5);
      row.add(i, 4);
      if (i + 1 < n) row.add(i + 1, -0.5);
    } else {
      if (i + 1 == 2 * n) row.add(n, 1);
      row.add(i, diagonal);
      if (i + 1 < 2 * n) row.add(i + 1, 1);
    }
  });
}

Vector<double> mostly_easy(const Layout& layout) {
  return suan::generate<double>(layout, [&](GlobalIndex i) {
    const double size = 2 * i < layout.global_size() ? 1 : 1e-5;
    return size * suan::detail::unit(suan::detail::mixed(static_cast<std::uint64_t>(i)));
  });
}

// What looked well on trial, and goes on slowly or not at all.
TEST(DirectClimb, FactorsFollowWhereGmresGetsSlowLater) {
  if (!suan::have_direct()) GTEST_SKIP() << "this build has no direct solver";
  for (const double diagonal : {1.01, 0.01}) {
    const auto a = easy_at_first(1000, diagonal);
    const auto b = mostly_easy(a.row_layout());
    Vector<double> x(a.row_layout());
    const auto report = suan::solve(a, b, x);
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_EQ(report.preconditioner, "direct");
    EXPECT_GT(report.iterations, 50);
    EXPECT_LE(report.iterations, 405);
    const char* const why = diagonal > 1 ? "gmres had not finished after 400 iterations: direct"
                                         : "gmres with jacobi is slow after";
    EXPECT_THAT(report.choice, HasSubstr(why));
    EXPECT_LE(suan::test::relative_residual(a, b, x), 1.001e-8);
  }
  // It has all iterations if it was named.
  const auto a = easy_at_first(1000, 1.01);
  const auto b = mostly_easy(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::SolveOptions named;
  named.solver = "gmres";
  const auto report = suan::solve(a, b, x, named);
  EXPECT_GT(report.iterations, 400);
  EXPECT_EQ(report.preconditioner, "jacobi");
}

// Each of several right-hand sides ends in its own way: by zero, on trial, and by factors.
TEST(DirectClimb, RightHandSidesEndInTheirOwnWays) {
  if (!suan::have_direct()) GTEST_SKIP() << "this build has no direct solver";
  const auto a = easy_at_first(1000, 1.01);
  const auto& layout = a.row_layout();
  MultiVector<double> b(layout, 3);
  MultiVector<double> x(layout, 3);
  b.set_column(1,
               suan::generate<double>(layout, [](GlobalIndex i) { return i < 1000 ? 1.0 : 0.0; }));
  b.set_column(2, mostly_easy(layout));
  const auto reports = suan::solve(a, b, x);
  EXPECT_EQ(reports[0].reason, suan::Reason::zero_right_hand_side);
  EXPECT_LT(reports[1].iterations, 50);
  EXPECT_EQ(reports[1].preconditioner, "jacobi");
  EXPECT_EQ(reports[2].preconditioner, "direct");
  for (const suan::LocalIndex j : {1, 2}) {
    EXPECT_TRUE(reports[static_cast<std::size_t>(j)].converged());
    EXPECT_LE(suan::test::relative_residual(a, b.column(j), x.column(j)), 1.001e-8);
  }
}

}  // namespace
