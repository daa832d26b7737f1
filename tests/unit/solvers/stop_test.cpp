// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Loggers that ask to stop.
#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::MultiVector;
using suan::Reason;
using suan::Vector;

/// Asks to stop after some iterations, on one rank alone.
class Stopper final : public suan::EventLogger {
 public:
  Stopper(std::int64_t after, bool here) : after_(after), here_(here) {}
  bool may_stop() const override { return true; }
  bool stop_requested() override { return here_ && seen_ >= after_; }
  void iteration_finished(std::int64_t, double) override { ++seen_; }

 private:
  std::int64_t after_;
  bool here_;
  std::int64_t seen_ = 0;
};

/// Says that it never asks; what it would say then is not asked.
class Silent final : public suan::EventLogger {
 public:
  bool stop_requested() override { return true; }
};

TEST(Stop, EndsTheSolveOnAllRanksWithTheLastIterate) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson2d<double>(30, 30, world);
  const auto b = suan::ones(a.row_layout());
  for (const auto& solver : suan::solver_names()) {
    if (suan::test::diverges_alone(solver)) continue;
    suan::SolveOptions options;
    options.solver = solver;
    Vector<double> x(a.row_layout());
    const auto logger = std::make_shared<Stopper>(7, world.rank() == world.size() - 1);
    const auto report = suan::solve(a, b, x, options, logger);
    EXPECT_EQ(report.reason, Reason::interrupted) << solver;
    EXPECT_EQ(report.iterations, 7);
    EXPECT_FALSE(report.converged());
    EXPECT_NEAR(report.true_relative_residual(), suan::test::relative_residual(a, b, x), 1e-12);
    // A residual that has grown until then is no improvement.
    const bool is_guess = solver != "cg" && solver != "gmres" &&
                          report.detail.find("initial guess") != std::string::npos;
    EXPECT_EQ(suan::norm_inf(x) > 0, !is_guess) << solver;
    EXPECT_EQ(to_string(report.reason), "interrupted");
    // From there another solve continues.
    EXPECT_TRUE(suan::solve(a, b, x, options).converged());
  }
}

TEST(Stop, EndsSeveralRightHandSidesTogether) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson2d<double>(30, 30, world);
  const auto b = suan::test::random_vectors<double>(a.row_layout(), 4);
  MultiVector<double> x(a.row_layout(), 4);
  const auto reports = suan::solve(a, b, x, {}, std::make_shared<Stopper>(5, world.is_root()));
  for (const auto& report : reports) {
    EXPECT_EQ(report.reason, Reason::interrupted);
    EXPECT_EQ(report.iterations, 5);
  }
}

TEST(Stop, LoggersThatMayNotStopAreNotAsked) {
  const auto a = suan::poisson2d<double>(10, 10, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  EXPECT_TRUE(suan::solve(a, b, x, {}, std::make_shared<Silent>()).converged());
}

}  // namespace
