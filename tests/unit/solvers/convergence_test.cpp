// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Every solver with every preconditioner reaches the tolerance, on any number of ranks.
#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/registry.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Operator;
using suan::Reason;
using suan::Vector;
using suan::test::relative_residual;

template <class T>
class ConvergenceTest : public testing::Test {
 public:
  static constexpr double rtol = suan::test::is_single<T> ? 1e-4 : 1e-10;

  static void expect_all_solve(const Operator<T>& a, const std::vector<std::string>& solvers) {
    const auto b = suan::random_vector<T>(a.row_layout(), 7);
    for (const auto& solver : solvers) {
      for (const auto& preconditioner : suan::preconditioner_names()) {
        if (preconditioner == "direct" && !suan::have_direct()) continue;
        if (preconditioner == "none" && suan::test::diverges_alone(solver)) continue;
        SCOPED_TRACE(solver + " with " + preconditioner);
        suan::SolveOptions options;
        options.krylov().rtol = rtol;
        const auto m = suan::make_preconditioner<T>(preconditioner, a, options);
        Vector<T> x(a.row_layout());
        const auto report = suan::make_solver<T>(solver, options)->solve(a, *m, b, x);
        // On a handful of rows gmres may end with a happy breakdown instead.
        EXPECT_TRUE(report.converged()) << to_string(report.reason) << " " << report.detail;
        EXPECT_LE(relative_residual(a, b, x), 1.001 * rtol);
        EXPECT_NEAR(report.true_relative_residual(), relative_residual(a, b, x), 1e-2 * rtol);
        EXPECT_EQ(report.history.size(), static_cast<std::size_t>(report.iterations) + 1);
        EXPECT_GT(report.bytes_moved, 0);
        EXPECT_EQ(report.preconditioner, preconditioner);
      }
    }
  }
};
using ConvergenceScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(ConvergenceTest, ConvergenceScalars);

TYPED_TEST(ConvergenceTest, HermitianPositiveDefinite) {
  TestFixture::expect_all_solve(suan::test::hermitian<TypeParam>(701), suan::solver_names());
  TestFixture::expect_all_solve(suan::poisson3d<TypeParam>(9, 8, 7, suan::Communicator::world()),
                                suan::solver_names());
}

TYPED_TEST(ConvergenceTest, Nonsymmetric) {
  TestFixture::expect_all_solve(
      suan::convection_diffusion2d<TypeParam>(23, 31, 10, suan::Communicator::world()),
      {"gmres", "bicgstab", "bicgstab_l", "idr", "tfqmr", "cgs"});
}

TYPED_TEST(ConvergenceTest, FewerRowsThanRanks) {
  auto solvers = suan::solver_names();
  std::erase_if(solvers, suan::test::diverges_alone);
  TestFixture::expect_all_solve(suan::poisson1d<TypeParam>(2, suan::Communicator::world()),
                                solvers);
}

// In exact arithmetic CG ends after as many steps as there are distinct eigenvalues.
TEST(Cg, AsManyStepsAsDistinctEigenvalues) {
  const auto a = suan::test::diagonal<double>(
      300, [](GlobalIndex i) { return static_cast<double>(1 + i % 4); });
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = suan::Cg<double>().solve(a, b, x);
  EXPECT_EQ(report.iterations, 4);
  EXPECT_TRUE(report.converged());
}

TEST(Cg, DiagonalAndGeneralPreconditionersTakeTheSameSteps) {
  const auto a = suan::test::hermitian<double>(500);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  const suan::Jacobi<double> jacobi(a);
  const suan::FunctionOperator<double> hidden(
      a.row_layout(), a.row_layout(),
      [&](const Vector<double>& x, Vector<double>& y) { jacobi.apply(x, y); });
  Vector<double> x(a.row_layout());
  Vector<double> y(a.row_layout());
  suan::Cg<double> cg({.rtol = 1e-9});
  const auto fused = cg.solve(a, jacobi, b, x);
  const auto general = cg.solve(a, hidden, b, y);
  ASSERT_EQ(fused.iterations, general.iterations);
  for (std::size_t k = 0; k < fused.history.size(); ++k) {
    EXPECT_NEAR(fused.history[k] / general.history[k], 1.0, 1e-6);
  }
}

// The residual of GMRES without restart cannot grow, and the last step is exact.
TEST(Gmres, ResidualNeverGrowsAndEndsWithTheDimension) {
  const auto a = suan::convection_diffusion2d<double>(5, 4, 3, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> x(a.row_layout());
  const auto report =
      suan::Gmres<double>({.krylov = {.rtol = 1e-13}, .restart = 40}).solve(a, b, x);
  EXPECT_TRUE(report.converged()) << report.detail;
  EXPECT_LE(report.iterations, 20);
  for (std::size_t k = 1; k < report.history.size(); ++k) {
    EXPECT_LE(report.history[k], report.history[k - 1] * (1 + 1e-12));
  }
}

TEST(Gmres, SolvesSmallAndLargeRestartsAlike) {
  const auto a = suan::convection_diffusion2d<double>(20, 20, 2, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  for (const std::int64_t restart : {5, 30, 400}) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Gmres<double>({.restart = restart}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << restart;
    EXPECT_LE(relative_residual(a, b, x), 1e-8 * 1.001);
  }
}

TEST(Solvers, SameBitsEachTime) {
  const auto a = suan::test::hermitian<double>(2000);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  for (const auto& name : suan::solver_names()) {
    std::vector<double> first;
    for (int k = 0; k < 5; ++k) {
      Vector<double> x(a.row_layout());
      suan::make_solver<double>(name, {})->solve(a, b, x);
      if (k == 0) first = x.to_host();
      EXPECT_EQ(x.to_host(), first) << name;
    }
  }
}

}  // namespace
