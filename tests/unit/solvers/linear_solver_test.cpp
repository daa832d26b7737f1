// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/linear_solver.hpp"

#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::LinearSolver;
using suan::MultiVector;
using suan::Reason;
using suan::Vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class LinearSolverTest : public testing::Test {};
using LinearSolverScalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(LinearSolverTest, LinearSolverScalars);

TYPED_TEST(LinearSolverTest, SolvesAsTheOneLineForm) {
  using T = TypeParam;
  const auto a = std::make_shared<suan::DistributedMatrix<T>>(suan::test::hermitian<T>(300));
  LinearSolver<T> solver(a);
  EXPECT_EQ(solver.options().solver, "cg");
  EXPECT_EQ(solver.options().preconditioner, "jacobi");
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto b = suan::random_vector<T>(a->row_layout(), seed);
    Vector<T> x(a->row_layout());
    Vector<T> y(a->row_layout());
    const auto report = solver.solve(b, x);
    const auto once = suan::solve(*a, b, y);
    EXPECT_EQ(report.reason, once.reason);
    // A copy in another format may add in another order.
    EXPECT_LE(std::abs(report.iterations - once.iterations), 1);
    EXPECT_EQ(report.choice.substr(0, 20), once.choice.substr(0, 20));
    EXPECT_EQ(report.preconditioner, "jacobi");
    EXPECT_EQ(report.setup_seconds > 0, seed == 1);
  }
}

TYPED_TEST(LinearSolverTest, SeveralRightHandSides) {
  using T = TypeParam;
  const auto a = std::make_shared<suan::DistributedMatrix<T>>(suan::test::hermitian<T>(300));
  const auto b = suan::test::random_vectors<T>(a->row_layout(), 5);
  MultiVector<T> x(a->row_layout(), 5);
  for (const auto& report : LinearSolver<T>(a).solve(b, x)) EXPECT_TRUE(report.converged());
}

/// Counts the requests.
struct Count {
  int products = 0;
};

TEST(LinearSolver, LooksAtTheMatrixOnce) {
  const auto a = suan::poisson2d<double>(12, 12, suan::Communicator::world());
  const auto count = std::make_shared<Count>();
  const auto function = std::make_shared<suan::FunctionOperator<double>>(
      a.row_layout(), a.row_layout(), [&a, count](const Vector<double>& x, Vector<double>& y) {
        ++count->products;
        a.apply(x, y);
      });
  LinearSolver<double> solver(function);
  const int looks = count->products;
  EXPECT_EQ(looks, 2);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto first = solver.solve(b, x);
  // A product for each iteration and one for the verification; none for a guess of zero.
  EXPECT_EQ(count->products, looks + first.iterations + 1);
}

TEST(LinearSolver, TakesAPreconditionerAndSaysItsName) {
  const auto a =
      std::make_shared<suan::DistributedMatrix<double>>(suan::test::hermitian<double>(200));
  const auto jacobi = std::make_shared<suan::Jacobi<double>>(*a);
  const auto mine = std::make_shared<suan::FunctionOperator<double>>(
      a->row_layout(), a->row_layout(),
      [jacobi](const Vector<double>& x, Vector<double>& y) { jacobi->apply(x, y); }, "mine");
  LinearSolver<double> solver(a, {}, mine);
  const auto b = suan::ones(a->row_layout());
  Vector<double> x(a->row_layout());
  const auto report = solver.solve(b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.preconditioner, "mine");
  EXPECT_EQ(report.solver, "cg");
  suan::SolveOptions options;
  options.preconditioner = "jacobi";
  EXPECT_THAT([&] { LinearSolver<double>(a, options, mine); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("preconditioner was given")));
  const auto other = std::make_shared<suan::Identity<double>>(
      suan::Layout::even(201, suan::Communicator::world()));
  EXPECT_THROW(LinearSolver<double>(a, {}, other), suan::DimensionMismatch);
  EXPECT_THROW(LinearSolver<double>(nullptr), suan::InvalidArgument);
}

TEST(LinearSolver, UpdateTakesAnotherMatrix) {
  const auto world = suan::Communicator::world();
  const auto first =
      std::make_shared<suan::DistributedMatrix<double>>(suan::poisson2d<double>(9, 9, world));
  LinearSolver<double> solver(first);
  EXPECT_EQ(solver.options().solver, "cg");
  const auto second = std::make_shared<suan::DistributedMatrix<double>>(
      suan::convection_diffusion2d<double>(9, 9, 5, world));
  EXPECT_EQ(solver.update(second), "now gmres");
  EXPECT_EQ(solver.options().solver, "gmres");
  const auto b = suan::ones(second->row_layout());
  Vector<double> x(second->row_layout());
  EXPECT_TRUE(solver.solve(b, x).converged());
  EXPECT_LE(suan::test::relative_residual(*second, b, x), 1.001e-8);
  EXPECT_THROW(solver.update(nullptr), suan::InvalidArgument);
  EXPECT_TRUE(solver.solve(b, x).converged());
}

TYPED_TEST(LinearSolverTest, UpdateKeepsWhatOtherValuesLeave) {
  using T = TypeParam;
  const auto a = std::make_shared<suan::DistributedMatrix<T>>(suan::test::hermitian<T>(900));
  const auto twice = std::make_shared<suan::DistributedMatrix<T>>(suan::test::hermitian<T>(900, 2));
  const auto b = suan::random_vector<T>(a->row_layout(), 4);
  for (const char* format : {"auto", "sell", "csr"}) {
    suan::SolveOptions options;
    options.format = format;
    LinearSolver<T> solver(a, options);
    Vector<T> x(a->row_layout());
    for (int k = 0; k < 4; ++k) solver.solve(b, x);  // enough products for a copy
    const std::string done = solver.update(twice);
    EXPECT_THAT(done, HasSubstr("the choice of cg stays"));
    EXPECT_THAT(done, HasSubstr("jacobi: the diagonal was inverted anew"));
    EXPECT_EQ(done.find("sell stays") != std::string::npos, std::string(format) == "sell") << done;
    suan::fill(x, T(0));
    const auto report = solver.solve(b, x);
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_LE(suan::test::relative_residual(*twice, b, x),
              1.001 * suan::relative_tolerance<T>(options.krylov()));
    EXPECT_GT(report.setup_seconds, 0);
  }
}

/// Solves another system with the solver that it listens to, once.
struct SolvesInside : suan::EventLogger {
  LinearSolver<double>* solver = nullptr;
  const suan::Layout* layout = nullptr;
  int heard = 0;
  int inside = 0;
  void iteration_finished(std::int64_t, double) override {
    ++heard;
    if (heard != 2) return;
    Vector<double> x(*layout);
    auto silent = std::make_shared<suan::EventLogger>();
    EXPECT_TRUE(solver->solve(suan::ones(*layout), x, silent).converged());
    ++inside;
  }
};

TEST(LinearSolver, ALoggerMaySolveWithItsOwnSolver) {
  const auto a =
      std::make_shared<suan::DistributedMatrix<double>>(suan::test::hermitian<double>(200));
  LinearSolver<double> solver(a);
  const auto logger = std::make_shared<SolvesInside>();
  logger->solver = &solver;
  logger->layout = &a->row_layout();
  const auto b = suan::random_vector<double>(a->row_layout(), 4);
  Vector<double> x(a->row_layout());
  const auto report = solver.solve(b, x, logger);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(logger->heard, report.iterations);
  EXPECT_EQ(logger->inside, 1);
}

TEST(LinearSolver, CopiesAMatrixOnlyWhenTheSolveIsLong) {
  const auto world = suan::Communicator::world();
  const auto a =
      std::make_shared<suan::DistributedMatrix<double>>(suan::poisson2d<double>(60, 60, world));
  LinearSolver<double> solver(a);
  const auto b = suan::ones(a->row_layout());
  suan::SolveOptions few;
  few.krylov().max_iterations = 10;
  Vector<double> x(a->row_layout());
  const auto brief = LinearSolver<double>(a, few).solve(b, x);
  EXPECT_EQ(brief.format, "csr");
  Vector<double> y(a->row_layout());
  const auto report = solver.solve(b, y);
  EXPECT_GT(report.iterations, 40);
  if (SUAN_HAVE_CUDA == 0) {
    EXPECT_EQ(report.format, "sell");
    EXPECT_THAT(report.choice, HasSubstr("sell"));
    EXPECT_THAT(solver.choice(), HasSubstr("sell"));
    // The copy outlives a change of values.
    EXPECT_THAT(solver.update(a), HasSubstr("the format sell stays"));
    suan::fill(x, 0.0);
    EXPECT_EQ(solver.solve(b, x).format, "sell");
  }
}

TEST(LinearSolver, OneDeadlineForAllItsParts) {
  // CG ends at once, because the matrix is indefinite; GMRES has no time of its own.
  const auto layout = suan::Layout::even(60, suan::Communicator::world());
  const auto a = std::make_shared<suan::DistributedMatrix<double>>(
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        const GlobalIndex begin = i - i % 2;
        row.add(begin, i == begin ? 1 : 2);
        row.add(begin + 1, i == begin ? 2 : 1);
      }));
  suan::SolveOptions options;
  options.krylov().time_limit = 1e-9;  // over before the set-up is
  const auto b = suan::random_vector<double>(layout, 4);
  Vector<double> x(layout);
  const auto report = LinearSolver<double>(a, options).solve(b, x);
  EXPECT_EQ(report.reason, Reason::time_limit);
  EXPECT_EQ(report.iterations, 0);
}

}  // namespace
