// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solver.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Vector;

/// Records its events.
class Recorder : public suan::EventLogger {
 public:
  void setup_finished(const std::string& what, double) override { setup = what; }
  void solve_started(const std::string& solver, double, double) override { started = solver; }
  void iteration_finished(std::int64_t iteration, double norm) override {
    EXPECT_EQ(iteration, static_cast<std::int64_t>(norms.size()) + 1);
    norms.push_back(norm);
  }
  void solve_finished(const suan::SolveReport& report) override { iterations = report.iterations; }

  std::string setup;
  std::string started;
  std::vector<double> norms;
  std::int64_t iterations = -1;
};

TEST(EventLogger, IsToldOfEverything) {
  const auto a = suan::poisson2d<double>(10, 10, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto recorder = std::make_shared<Recorder>();
  const auto report = suan::solve(a, b, x, {}, recorder);
  EXPECT_EQ(recorder->setup, "none");
  EXPECT_EQ(recorder->started, "cg");
  EXPECT_EQ(recorder->iterations, report.iterations);
  ASSERT_EQ(recorder->norms.size(), static_cast<std::size_t>(report.iterations));
  EXPECT_EQ(recorder->norms.back(), report.residual_norm);
}

TEST(SolverOperator, PreconditionsAnotherSolver) {
  const auto a = std::make_shared<suan::DistributedMatrix<double>>(
      suan::poisson2d<double>(20, 20, suan::Communicator::world()));
  const auto b = suan::ones(a->row_layout());
  Vector<double> plain(a->row_layout());
  const auto alone = suan::Gmres<double>().solve(*a, b, plain);
  // A well-converged inner solve makes the outer one nearly exact.
  const auto inner = std::make_shared<suan::Cg<double>>(suan::CgOptions{.rtol = 1e-10});
  const suan::SolverOperator<double> m(inner, a, nullptr);
  Vector<double> x(a->row_layout());
  const auto nested = suan::Gmres<double>().solve(*a, m, b, x);
  EXPECT_TRUE(nested.converged());
  EXPECT_LE(nested.iterations, 2);
  EXPECT_GT(alone.iterations, 10);
  EXPECT_EQ(nested.preconditioner, "cg");
}

TEST(Solver, RecomputesTheResidual) {
  // A product that is right for the first 12 calls and then off by a constant factor: the
  // recurrence of CG shows convergence, the recomputed residual does not.
  const auto a = suan::poisson1d<double>(200, suan::Communicator::world());
  int calls = 0;
  const suan::FunctionOperator<double> drifting(a.row_layout(), a.row_layout(),
                                                [&](const Vector<double>& x, Vector<double>& y) {
                                                  a.apply(x, y);
                                                  if (++calls > 12) suan::scale(1.001, y);
                                                });
  Vector<double> x(a.row_layout());
  const auto report =
      suan::Cg<double>({.rtol = 1e-8}).solve(drifting, suan::ones(a.row_layout()), x);
  Vector<double> r(a.row_layout());
  drifting.apply(x, r);
  suan::axpby(1.0, suan::ones(a.row_layout()), -1.0, r);
  EXPECT_NEAR(report.true_residual_norm, suan::norm2(r), 1e-12);
  EXPECT_EQ(report.converged(), suan::norm2(r) <= 1e-8 * std::sqrt(200.0));
}

/// Products would read the copy, and the residual would be that of another matrix.
TEST(Solver, RefusesCopiesOfValuesThatHaveChanged) {
  const auto a = suan::poisson2d<double>(30, 30, suan::Communicator::world());
  const auto fast = suan::optimize(a, {.format = "sell", .measure = false});
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  ASSERT_TRUE(suan::Cg<double>().solve(fast, b, x).converged());
  const auto values = a.local().view().values;
  Kokkos::deep_copy(suan::DeviceView<double>(const_cast<double*>(values.data()), values.extent(0)),
                    3.0);
  EXPECT_THAT([&] { suan::Cg<double>().solve(fast, b, x); },
              testing::ThrowsMessage<suan::InvalidArgument>(
                  testing::HasSubstr("the values of the matrix have changed")));
  EXPECT_THROW(suan::solve(fast, b, x), suan::InvalidArgument);
}

}  // namespace
