// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Each way in which a solve can fail has its own reason, and x stays finite.
#include <gmock/gmock.h>

#include <limits>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/registry.hpp"
#include "suan/vector/blas1.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

suan::SolveReport run(const std::string& solver, const suan::Operator<double>& a,
                      const Vector<double>& b, Vector<double>& x, suan::SolveOptions options = {}) {
  return suan::make_solver<double>(solver, options)->solve(a, b, x);
}

class EachSolver : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Solvers, EachSolver, testing::ValuesIn(suan::solver_names()),
                         [](const auto& test) { return test.param; });

TEST_P(EachSolver, ZeroRightHandSideGivesZero) {
  const auto a = suan::poisson1d<double>(30, suan::Communicator::world());
  const Vector<double> b(a.row_layout());
  auto x = suan::ones(a.row_layout());
  const auto report = run(GetParam(), a, b, x);
  EXPECT_EQ(report.reason, Reason::zero_right_hand_side);
  EXPECT_EQ(report.iterations, 0);
  EXPECT_EQ(report.true_relative_residual(), 0);
  EXPECT_EQ(suan::norm_inf(x), 0);
}

TEST_P(EachSolver, ExactInitialGuessIsKept) {
  const auto a = suan::poisson1d<double>(30, suan::Communicator::world());
  auto x = suan::ones(a.row_layout());
  Vector<double> b(a.row_layout());
  a.apply(x, b);
  const auto report = run(GetParam(), a, b, x);
  EXPECT_EQ(report.reason, Reason::exact_initial_guess);
  EXPECT_EQ(report.iterations, 0);
  EXPECT_EQ(x.to_host(), suan::ones(a.row_layout()).to_host());
}

TEST_P(EachSolver, NanInTheRightHandSideNamesItsRow) {
  const auto a = suan::poisson1d<double>(30, suan::Communicator::world());
  for (const double bad : {nan, infinity, -infinity}) {
    for (const GlobalIndex where : {0, 17, 29}) {
      const auto b = suan::generate<double>(a.row_layout(),
                                            [&](GlobalIndex i) { return i == where ? bad : 1.0; });
      auto x = suan::ones(a.row_layout());
      const auto report = run(GetParam(), a, b, x);
      EXPECT_EQ(report.reason, Reason::not_finite);
      EXPECT_THAT(report.detail, HasSubstr("right-hand side"));
      EXPECT_THAT(report.detail, HasSubstr("row " + std::to_string(where)));
      EXPECT_EQ(suan::first_not_finite(x), -1);
    }
  }
}

TEST_P(EachSolver, NanInTheInitialGuessOrTheMatrixIsToldApart) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson1d<double>(30, world);
  const auto b = suan::ones(a.row_layout());
  auto x =
      suan::generate<double>(a.row_layout(), [](GlobalIndex i) { return i == 21 ? nan : 0.0; });
  auto report = run(GetParam(), a, b, x);
  EXPECT_EQ(report.reason, Reason::not_finite);
  EXPECT_THAT(report.detail, HasSubstr("initial guess is not finite at row 21"));

  const auto broken =
      suan::test::diagonal<double>(30, [](GlobalIndex i) { return i == 12 ? nan : 2.0; });
  Vector<double> y(a.row_layout());
  report = run(GetParam(), broken, b, y);
  EXPECT_EQ(report.reason, Reason::not_finite);
  EXPECT_THAT(report.detail, HasSubstr("matrix"));
  EXPECT_THAT(report.detail, HasSubstr("row 12"));
  EXPECT_EQ(suan::first_not_finite(y), -1);
}

TEST_P(EachSolver, NanInTheMiddleOfTheIterationEndsIt) {
  const auto layout = suan::Layout::even(50, suan::Communicator::world());
  int products = 0;
  const auto a = suan::poisson1d<double>(50, suan::Communicator::world());
  const suan::FunctionOperator<double> broken(layout, layout,
                                              [&](const Vector<double>& x, Vector<double>& y) {
                                                a.apply(x, y);
                                                if (++products == 6) suan::fill(y, nan);
                                              });
  Vector<double> x(layout);
  const auto report = run(GetParam(), broken, suan::ones(layout), x);
  EXPECT_EQ(report.reason, Reason::not_finite);
  EXPECT_LE(report.iterations, 6);
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

TEST_P(EachSolver, LimitOnIterations) {
  if (suan::test::diverges_alone(GetParam())) GTEST_SKIP() << "has no preconditioner here";
  const auto a = suan::poisson2d<double>(30, 30, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  for (const std::int64_t limit : {0, 1, 7}) {
    Vector<double> x(a.row_layout());
    suan::SolveOptions options;
    options.krylov().max_iterations = limit;
    const auto report = run(GetParam(), a, b, x, options);
    EXPECT_EQ(report.reason, Reason::max_iterations);
    EXPECT_EQ(report.iterations, limit);
    EXPECT_LE(report.true_residual_norm, report.initial_residual_norm * 10);
  }
}

TEST_P(EachSolver, LimitOnTime) {
  const auto layout = suan::Layout::even(50, suan::Communicator::world());
  const auto a = suan::poisson1d<double>(50, suan::Communicator::world());
  suan::SolveOptions options;
  options.krylov().time_limit = 1e-9;
  Vector<double> x(layout);
  EXPECT_EQ(run(GetParam(), a, suan::ones(layout), x, options).reason, Reason::time_limit);
}

TEST_P(EachSolver, ToleranceOutOfReachIsNotCalledSolved) {
  if (suan::test::diverges_alone(GetParam())) GTEST_SKIP() << "has no preconditioner here";
  const auto a = suan::poisson2d<double>(40, 40, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 2);
  suan::SolveOptions options;
  options.krylov().rtol = 1e-20;
  options.krylov().max_iterations = 5000;
  Vector<double> x(a.row_layout());
  const auto report = run(GetParam(), a, b, x, options);
  EXPECT_FALSE(report.converged());
  EXPECT_LE(report.true_relative_residual(), 1e-10);
}

TEST(Cg, IndefiniteMatrix) {
  const auto a = suan::test::diagonal<double>(
      40, [](GlobalIndex i) { return i < 20 ? 1.0 : -1.0 - static_cast<double>(i); });
  Vector<double> x(a.row_layout());
  const auto report = run("cg", a, suan::ones(a.row_layout()), x);
  EXPECT_EQ(report.reason, Reason::indefinite_matrix);
  EXPECT_THAT(report.detail, HasSubstr("p^H A p"));
  EXPECT_LE(report.iterations, 40);
}

TEST(Cg, NegativeDefiniteMatrix) {
  const auto a = suan::test::diagonal<double>(40, [](GlobalIndex) { return -2.0; });
  Vector<double> x(a.row_layout());
  EXPECT_EQ(run("cg", a, suan::ones(a.row_layout()), x).reason, Reason::indefinite_matrix);
}

TEST(Cg, IndefinitePreconditioner) {
  const auto a = suan::poisson1d<double>(40, suan::Communicator::world());
  const auto flip =
      suan::test::diagonal<double>(40, [](GlobalIndex i) { return i == 30 ? -5.0 : 1.0; });
  const auto b =
      suan::generate<double>(a.row_layout(), [](GlobalIndex i) { return i == 30 ? 1.0 : 1e-3; });
  // As an operator with a diagonal (fused) and as one without.
  const suan::Jacobi<double> diagonal(flip);
  for (const suan::Operator<double>* m :
       std::initializer_list<const suan::Operator<double>*>{&diagonal, &flip}) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Cg<double>().solve(a, *m, b, x);
    EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
    EXPECT_THAT(report.detail, HasSubstr("r^H M r"));
  }
}

TEST_P(EachSolver, SolutionsBeyondTheRangeAreSaidToBeSo) {
  if (suan::test::diverges_alone(GetParam())) GTEST_SKIP() << "has no preconditioner here";
  // The solution is 1e310: no double, though every number that a method needs is one.
  const auto a = suan::test::diagonal<double>(4, [](GlobalIndex) { return 1e-310; });
  Vector<double> x(a.row_layout());
  const auto report = run(GetParam(), a, suan::ones(a.row_layout()), x);
  EXPECT_EQ(report.reason, Reason::not_finite);
  EXPECT_THAT(report.detail, HasSubstr("beyond the range of float64"));
  EXPECT_EQ(suan::norm_inf(x), 0);
}

TEST(Gmres, HappyBreakdown) {
  // Every vector is an eigenvector of the identity: the space is invariant after one step.
  const auto one = suan::test::diagonal<double>(100, [](GlobalIndex) { return 1.0; });
  Vector<double> x(one.row_layout());
  const auto report = run("gmres", one, suan::ones(one.row_layout()), x);
  EXPECT_EQ(report.reason, Reason::happy_breakdown);
  EXPECT_EQ(report.iterations, 1);
  EXPECT_LE(report.true_relative_residual(), 1e-14);

  // b is a sum of two eigenvectors: two steps.
  const auto two =
      suan::test::diagonal<double>(100, [](GlobalIndex i) { return i % 2 == 0 ? 1.0 : 4.0; });
  Vector<double> y(two.row_layout());
  const auto second = run("gmres", two, suan::ones(two.row_layout()), y);
  EXPECT_TRUE(second.converged());
  EXPECT_EQ(second.iterations, 2);
}

TEST(Gmres, BreakdownOnASingularMatrix) {
  // A maps e_i to e_(i+1) and the last to zero; b = e_(last) lies outside its range.
  const auto layout = suan::Layout::even(6, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, 1.0);
      });
  const auto b = suan::generate<double>(layout, [](GlobalIndex i) { return i == 0 ? 1.0 : 0.0; });
  Vector<double> x(layout);
  const auto report = run("gmres", a, b, x);
  EXPECT_EQ(report.reason, Reason::breakdown);
  EXPECT_THAT(report.detail, HasSubstr("singular"));
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

TEST(Gmres, StagnatesOnAShiftWithSmallRestart) {
  // The cyclic shift: no progress before the last of n steps.
  const auto layout = suan::Layout::even(30, suan::Communicator::world());
  const auto a = suan::generate_rows<double>(
      layout, layout,
      [](GlobalIndex i, suan::RowWriter<double>& row) { row.add((i + 29) % 30, 1.0); });
  const auto b = suan::generate<double>(layout, [](GlobalIndex i) { return i == 0 ? 1.0 : 0.0; });
  Vector<double> x(layout);
  suan::SolveOptions options;
  options.solver = {"gmres", suan::GmresOptions{.restart = 10}};
  const auto report = run("gmres", a, b, x, options);
  EXPECT_EQ(report.reason, Reason::stagnated);
  EXPECT_THAT(report.detail, HasSubstr("restart"));
  options.solver = {"gmres", suan::GmresOptions{.restart = 30}};
  Vector<double> y(layout);
  EXPECT_TRUE(run("gmres", a, b, y, options).converged());
}

TEST(Solvers, DivergenceIsNoticed) {
  // A product that returns more each time: no method can reduce the residual.
  const auto layout = suan::Layout::even(20, suan::Communicator::world());
  double factor = 1;
  const suan::FunctionOperator<double> growing(
      layout, layout, [&](const Vector<double>& x, Vector<double>& y) {
        factor *= -40;
        suan::axpby(factor * factor, x, 0.0, y);
        auto rest =
            suan::random_vector<double>(layout, static_cast<std::uint64_t>(factor * factor));
        suan::axpy(factor * factor, rest, y);
      });
  Vector<double> x(layout);
  const auto report = run("cg", growing, suan::ones(layout), x);
  EXPECT_FALSE(report.converged());
  EXPECT_EQ(suan::first_not_finite(x), -1);
}

}  // namespace
