// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Smoothers by name, as preconditioners of CG, and a cycle of two of them.
#include <gmock/gmock.h>

#include "smoother_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/chebyshev.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/l1_jacobi.hpp"
#include "suan/preconditioners/spai0.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"

namespace {

using suan::Guess;
using suan::Vector;

TEST(Smoothers, PreconditionCgByName) {
  const auto a = suan::poisson2d<double>(40, 40, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 1);
  const auto iterations = [&](const std::string& name) {
    Vector<double> x(a.row_layout());
    suan::SolveOptions options;
    options.solver = "cg";
    options.preconditioner = name;
    const auto report = suan::solve(a, b, x, options);
    EXPECT_TRUE(report.converged()) << name << to_string(report.reason) << report.detail;
    EXPECT_EQ(report.preconditioner, name);
    EXPECT_GT(report.bytes_moved, 0) << name;
    return static_cast<double>(report.iterations);
  };
  const double bare = iterations("none");
  // Polynomials of degree 2, and a symmetric sweep, halve them; diagonals change nothing here.
  EXPECT_LE(iterations("gauss_seidel"), 0.6 * bare);
  EXPECT_LE(iterations("multicolor_gauss_seidel"), 0.6 * bare);
  EXPECT_LE(iterations("ilu0"), (a.comm().size() == 1 ? 0.5 : 0.8) * bare);
  EXPECT_LE(iterations("chebyshev"), 0.6 * bare);
  EXPECT_LE(iterations("l1_jacobi"), 1.3 * bare);
  EXPECT_LE(iterations("spai0"), 1.3 * bare);
}

TEST(Smoothers, UpdateInALinearSolver) {
  const auto a = std::make_shared<const suan::DistributedMatrix<double>>(
      suan::poisson2d<double>(12, 12, suan::Communicator::world()));
  suan::SolveOptions options;
  options.solver = "cg";
  for (const char* name :
       {"gauss_seidel", "multicolor_gauss_seidel", "ilu0", "chebyshev", "l1_jacobi", "spai0"}) {
    options.preconditioner = name;
    suan::LinearSolver<double> solver(a, options);
    solver.update(a);
    Vector<double> x(a->row_layout());
    EXPECT_TRUE(solver.solve(suan::ones(a->row_layout()), x).converged()) << name;
  }
}

// With fewer, the bound of the spectrum may be far too small.
TEST(Smoothers, TakeEightStepsOfLanczosAtLeast) {
  const auto a = suan::poisson2d<double>(6, 6, suan::Communicator::world());
  const auto refuses = testing::ThrowsMessage<suan::InvalidArgument>(
      testing::AllOf(testing::HasSubstr("lanczos_steps"), testing::HasSubstr("8")));
  EXPECT_THAT([&] { suan::Spai0<double>(a, {.bound = {.lanczos_steps = 7}}); }, refuses);
  EXPECT_THAT([&] { suan::Chebyshev<double>(a, {.bound = {.lanczos_steps = 7}}); }, refuses);
  EXPECT_THAT([&] { suan::L1Jacobi<double>(a, {.bound = {.lanczos_steps = 7}}); }, refuses);
}

TEST(Smoothers, RefuseOptionsThatRanksWereToldDifferently) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "needs several ranks";
  const auto a = suan::poisson2d<double>(6, 6, world);
  const bool last = world.rank() == world.size() - 1;
  const auto expect_refusal = [](const char* option, const std::function<void()>& make) {
    EXPECT_THAT(make, testing::ThrowsMessage<suan::InvalidArgument>(testing::HasSubstr(option)));
  };
  expect_refusal("block_rows", [&] { suan::GaussSeidel<double>(a, {.block_rows = last ? 5 : 4}); });
  expect_refusal("degree", [&] { suan::Chebyshev<double>(a, {.degree = last ? 3 : 2}); });
  expect_refusal("damping",
                 [&] { suan::L1Jacobi<double>(a, {.damping = last ? "spectrum" : "row_sums"}); });
  expect_refusal("lanczos_steps",
                 [&] { suan::Spai0<double>(a, {.bound = {.lanczos_steps = last ? 3 : 2}}); });
  const auto d = suan::ones(a.row_layout());
  expect_refusal("lanczos_steps", [&] { suan::spectral_bound<double>(a, d.view(), last ? 3 : 2); });
}

// smooth() before and smooth_adjoint() after a correction that is Hermitian: so is the cycle.
TEST(Smoothers, MakeHermitianCycles) {
  using suan::Complex;
  const auto layout = suan::test::smoother_layouts(50)[1];
  const auto a = suan::test::definite<Complex>(layout, 4);
  const suan::GaussSeidel<Complex> smoother(a, {.block_rows = 6});
  const auto cycle = [&](const Vector<Complex>& b) {
    Vector<Complex> x(layout);
    Vector<Complex> r(layout);
    smoother.smooth_and_residual(b, x, r, Guess::zero);
    suan::axpy(Complex(0.125), r, x);
    smoother.smooth_adjoint(b, x, Guess::given);
    return x;
  };
  const auto x = suan::random_vector<Complex>(layout, 1);
  const auto y = suan::random_vector<Complex>(layout, 2);
  const Complex left = suan::dot(y, cycle(x));
  const Complex right = suan::dot(cycle(y), x);
  EXPECT_LE(Kokkos::abs(left - right), 1e-12 * suan::norm2(y) * suan::norm2(cycle(x)));
}

}  // namespace
