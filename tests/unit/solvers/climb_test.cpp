// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What solve() does when the preconditioner that it chose proves to be slow.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "unit/multigrid/elasticity_case.hpp"

namespace {

using suan::Communicator;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::LinearSolver;
using suan::MultiVector;
using suan::Real;
using suan::Reason;
using suan::Vector;
using testing::HasSubstr;
using testing::Not;

// A chain: CG needs as many iterations as it has rows.
constexpr GlobalIndex long_chain = 4000;

template <class T>
class ClimbTest : public testing::Test {};
using ClimbScalars = testing::Types<float, double, suan::Complex, suan::ComplexFloat>;
TYPED_TEST_SUITE(ClimbTest, ClimbScalars);

TYPED_TEST(ClimbTest, MultigridSolvesWhatIsSlow) {
  using T = TypeParam;
  const auto a = std::make_shared<DistributedMatrix<T>>(suan::poisson1d<T>(long_chain));
  LinearSolver<T> solver(a);
  const auto b = suan::random_vector<T>(a->row_layout(), 1);
  Vector<T> x(a->row_layout());
  const auto first = solver.solve(b, x);
  EXPECT_TRUE(first.converged()) << first;
  EXPECT_THAT(first.choice, HasSubstr("is slow after 50 iterations: amg"));
  EXPECT_EQ(first.preconditioner, "amg");
  EXPECT_GT(first.iterations, 50);
  EXPECT_EQ(first.history.size(), static_cast<std::size_t>(first.iterations) + 1);
  // From now on at once.
  Vector<T> y(a->row_layout());
  const auto second = solver.solve(b, y);
  EXPECT_TRUE(second.converged()) << second;
  EXPECT_LT(second.iterations, 50);
  EXPECT_EQ(second.setup_seconds, 0);
  EXPECT_THAT(second.choice, HasSubstr("was slow: amg"));
  // Also for other values.
  EXPECT_THAT(solver.update(std::make_shared<DistributedMatrix<T>>(suan::poisson1d<T>(long_chain))),
              HasSubstr("amg: the aggregates were kept"));
  fill(y, T(0));
  EXPECT_LT(solver.solve(b, y).iterations, 50);
}

TYPED_TEST(ClimbTest, SeveralRightHandSides) {
  using T = TypeParam;
  const auto a = std::make_shared<DistributedMatrix<T>>(suan::poisson1d<T>(long_chain));
  LinearSolver<T> solver(a);
  auto b = suan::test::random_vectors<T>(a->row_layout(), 4);
  b.set_column(1, Vector<T>(a->row_layout()));  // solved by zero
  MultiVector<T> x(a->row_layout(), 4);
  const auto reports = solver.solve(b, x);
  for (const suan::LocalIndex j : {0, 1, 2, 3}) {
    const auto& report = reports[static_cast<std::size_t>(j)];
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_EQ(report.iterations == 0, j == 1);
    EXPECT_EQ(report.choice.find(": amg") == std::string::npos, j == 1) << report;
    const auto right = b.column(j);
    Vector<T> r(a->row_layout());
    EXPECT_LE(a->residual(right, x.column(j), r),
              1.01 * suan::relative_tolerance<T>({}) * norm2(right) +
                  (sizeof(Real<T>) == sizeof(float) ? 1e-2 : 0) * norm2(right));
  }
}

TEST(Climb, NothingThatWasNamedIsReplaced) {
  const auto a = suan::poisson1d<double>(long_chain);
  const auto b = suan::random_vector(a.row_layout(), 1);
  for (const char* name : {"none", "jacobi"}) {
    Vector<double> x(a.row_layout());
    suan::SolveOptions options;
    options.preconditioner = name;
    const auto report = suan::solve(a, b, x, options);
    EXPECT_EQ(report.reason, Reason::max_iterations);
    EXPECT_EQ(report.iterations, 1000);
  }
  // Limits of the user's hold for all methods together.
  suan::SolveOptions options;
  options.krylov().max_iterations = 52;
  Vector<double> x(a.row_layout());
  const auto report = suan::solve(a, b, x, options);
  EXPECT_EQ(report.reason, Reason::max_iterations);
  EXPECT_EQ(report.iterations, 52);
}

// Tenth differences: constants say little of what is smooth for them, so multigrid is as slow as
// CG.
TEST(Climb, WhatDoesNotHelpIsGivenUpWithinTheLimit) {
  const auto layout = suan::Layout::even(long_chain, Communicator::world());
  const auto a = std::make_shared<DistributedMatrix<double>>(
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        constexpr std::array<double, 11> stencil = {-1,   10,  -45, 120, -210, 252,
                                                    -210, 120, -45, 10,  -1};
        for (GlobalIndex j = std::max<GlobalIndex>(0, i - 5); j <= std::min(long_chain - 1, i + 5);
             ++j) {
          row.add(j, stencil[static_cast<std::size_t>(j - i + 5)]);
        }
      }));
  const auto b = suan::random_vector(layout, 1);
  for (const std::int64_t limit : {100, 120, 300}) {
    suan::SolveOptions options;
    options.krylov().max_iterations = limit;
    LinearSolver<double> solver(a, options);
    Vector<double> x(layout);
    const auto report = solver.solve(b, x);
    EXPECT_EQ(report.reason, Reason::max_iterations) << report;
    EXPECT_EQ(report.iterations, limit);
    EXPECT_EQ(report.history.size(), static_cast<std::size_t>(limit) + 1);
    EXPECT_THAT(report.choice, HasSubstr("is slow after 50 iterations: amg"));
    if (limit == 100) continue;
    EXPECT_THAT(
        report.choice,
        HasSubstr(suan::have_direct() ? "cg with amg is slow after 95 iterations: direct"
                                      : "cg with amg is slow after 95 iterations: none again"));
    EXPECT_THAT(solver.choice(), HasSubstr("amg was no better"));
    EXPECT_THAT(solver.update(a), Not(HasSubstr("amg")));
    suan::fill(x, 0.0);
    EXPECT_THAT(solver.solve(b, x).choice, Not(HasSubstr("is slow")));
  }
}

/// Finite volumes on n^2 cells whose coefficients vary by more than ten orders of magnitude from
/// cell to cell.
DistributedMatrix<double> rough_grid(GlobalIndex n) {
  const auto layout = suan::Layout::even(n * n, Communicator::world());
  const auto uniform = [](GlobalIndex k) {
    auto z = static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return static_cast<double>((z ^ (z >> 27)) >> 11) * 0x1p-53;
  };
  const auto coefficient = [=](GlobalIndex cell) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform(2 * cell)));
    return std::exp(5 * radius * std::cos(2 * M_PI * uniform(2 * cell + 1)));
  };
  return suan::generate_rows<double>(layout, layout,
                                     [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                       std::map<GlobalIndex, double> entries;
                                       double diagonal = 0;
                                       const auto couple = [&](GlobalIndex j, bool is_inside) {
                                         const double own = coefficient(i);
                                         const double other = is_inside ? coefficient(j) : own;
                                         const double value = 2 * own * other / (own + other);
                                         diagonal += value;
                                         if (is_inside) entries[j] = -value;
                                       };
                                       couple(i - n, i >= n);
                                       couple(i - 1, i % n > 0);
                                       couple(i + 1, i % n + 1 < n);
                                       couple(i + n, i + n < n * n);
                                       entries[i] = diagonal;
                                       for (const auto& [j, value] : entries) row.add(j, value);
                                     });
}

// Aggregation is slow there, and classical multigrid is not.
TEST(Climb, ClimbsWhileMultigridIsSlow) {
  const auto a = std::make_shared<DistributedMatrix<double>>(rough_grid(100));
  suan::SolveOptions options;
  options.krylov().rtol = 1e-6;  // rounding errors leave more than 1e-8
  LinearSolver<double> solver(a, options);
  const auto b = suan::random_vector(a->row_layout(), 1);
  Vector<double> x(a->row_layout());
  const auto first = solver.solve(b, x);
  EXPECT_TRUE(first.converged()) << first;
  EXPECT_THAT(first.choice, HasSubstr("is slow after 50 iterations: amg; "));
  EXPECT_THAT(first.choice,
              HasSubstr("cg with amg is slow after 65 iterations: amg with classical"));
  EXPECT_LT(first.iterations, 110);
  fill(x, 0.0);
  const auto second = solver.solve(b, x);
  EXPECT_TRUE(second.converged()) << second;
  EXPECT_LT(second.iterations, 40);
  EXPECT_THAT(second.choice, HasSubstr("was slow: amg with classical coarsening"));
  EXPECT_THAT(solver.update(a), HasSubstr("amg: the coarse points were kept"));
}

TEST(Climb, NodesOfSeveralUnknownsAreFound) {
  const suan::test::Cantilever beam{.x = 60, .y = 3, .z = 3};
  const auto a = std::make_shared<DistributedMatrix<double>>(beam.matrix());
  LinearSolver<double> solver(a);
  const auto b = suan::ones(a->row_layout());
  Vector<double> x(a->row_layout());
  const auto report = solver.solve(b, x);
  EXPECT_TRUE(report.converged()) << report;
  EXPECT_THAT(report.choice, HasSubstr("after 50 iterations: amg with nodes of 3 rows"));
}

/// Solves another system with the same solver in the middle of multigrid's iterations.
class SolvesMeanwhile : public suan::EventLogger {
 public:
  SolvesMeanwhile(LinearSolver<double>& solver, const Vector<double>& b)
      : solver_(solver), b_(b), x_(b.layout()) {}
  void iteration_finished(std::int64_t, double) override {
    if (++iterations_ != 60) return;
    inside = solver_.solve(b_, x_);
  }
  suan::SolveReport inside;

 private:
  LinearSolver<double>& solver_;
  const Vector<double>& b_;
  Vector<double> x_;
  int iterations_ = 0;
};

TEST(Climb, ALoggerMaySolveWithTheSolverMeanwhile) {
  const auto a = std::make_shared<DistributedMatrix<double>>(suan::poisson1d<double>(long_chain));
  LinearSolver<double> solver(a);
  const auto b = suan::random_vector(a->row_layout(), 1);
  const auto other = suan::random_vector(a->row_layout(), 2);
  Vector<double> x(a->row_layout());
  const auto logger = std::make_shared<SolvesMeanwhile>(solver, other);
  EXPECT_TRUE(solver.solve(b, x, logger).converged());
  EXPECT_TRUE(logger->inside.converged());
}

// A chain of springs on a soft ground that pushes instead of pulling: some eigenvalues are
// negative, which shows late. No method has to solve it; none may claim what is not so.
TEST(Climb, IndefiniteMatricesEndTruthfully) {
  for (const double shift : {1e-6, 1e-3, 0.1}) {
    const auto layout = suan::Layout::even(long_chain, Communicator::world());
    const auto a = suan::generate_rows<double>(layout, layout,
                                               [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                                 if (i > 0) row.add(i - 1, -1);
                                                 row.add(i, 2 - shift);
                                                 if (i + 1 < long_chain) row.add(i + 1, -1);
                                               });
    const auto b = suan::random_vector(layout, 1);
    auto x = suan::random_vector(layout, 2);
    const auto report = suan::solve(a, b, x);
    if (report.reason != Reason::max_iterations) {
      EXPECT_LE(report.true_residual_norm, report.initial_residual_norm) << report;
    }
    Vector<double> r(layout);
    const double norm = a.residual(b, x, r);
    EXPECT_NEAR(report.true_residual_norm, norm, 1e-10 * norm + 1e-300) << report;
    EXPECT_EQ(report.converged(), norm <= 1e-8 * suan::norm2(b)) << report;
    EXPECT_LE(report.iterations, 1000);
  }
}

}  // namespace
