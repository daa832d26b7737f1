// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Preconditioners that vary from product to product, those that CG is not for, and solvers inside
// of solvers.
#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/cast_operator.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::MultiVector;
using suan::Reason;
using suan::Vector;
using testing::HasSubstr;

/// A few steps of an inner solver: never the same linear map.
template <class T, class Inner>
std::shared_ptr<suan::SolverOperator<T>> inner(const suan::DistributedMatrix<T>& a, double rtol) {
  suan::GmresOptions options;
  options.krylov.rtol = rtol;
  options.krylov.max_iterations = 8;
  std::shared_ptr<suan::Solver<T>> solver;
  if constexpr (std::is_same_v<Inner, suan::Gmres<T>>) {
    solver = std::make_shared<Inner>(options);
  } else {
    solver = std::make_shared<Inner>(options.krylov);
  }
  return std::make_shared<suan::SolverOperator<T>>(
      solver, std::make_shared<suan::DistributedMatrix<T>>(a), nullptr);
}

template <class T>
class FlexibleTest : public testing::Test {};
using FlexibleScalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(FlexibleTest, FlexibleScalars);

// It rounds, but is skipped: there are no products with it to keep.
TEST(Flexible, GmresWithTheIdentityInALowerPrecision) {
  const auto a = suan::convection_diffusion2d<double>(12, 12, 5, suan::Communicator::world());
  const auto m = suan::in_precision<double>(suan::Identity<float>(a.row_layout()));
  EXPECT_TRUE(m.rounds());
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  EXPECT_TRUE(suan::Gmres<double>(suan::GmresOptions{}).solve(a, m, b, x).converged());
}

TYPED_TEST(FlexibleTest, GmresWithASolverInside) {
  using T = TypeParam;
  const auto a = suan::convection_diffusion2d<T>(25, 25, 5, suan::Communicator::world());
  const auto m = inner<T, suan::Gmres<T>>(a, 1e-1);
  const auto b = suan::random_vector<T>(a.row_layout(), 2);
  Vector<T> x(a.row_layout());
  suan::GmresOptions options;
  options.krylov.rtol = std::is_same_v<T, float> ? 1e-4 : 1e-9;
  const auto report = suan::Gmres<T>(options).solve(a, *m, b, x);
  EXPECT_TRUE(report.converged()) << to_string(report.reason) << report.detail;
  EXPECT_EQ(report.preconditioner, "gmres");
  EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001 * options.krylov.rtol);
  // The residual of the method is the true one, as with any preconditioner from the right.
  EXPECT_NEAR(report.residual_norm / report.true_residual_norm, 1, 0.05);
}

TYPED_TEST(FlexibleTest, CgWithASolverInside) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(900);
  const auto m = inner<T, suan::Cg<T>>(a, 1e-1);
  suan::KrylovOptions options;
  options.rtol = std::is_same_v<T, float> ? 1e-4 : 1e-9;
  const auto b = suan::random_vector<T>(a.row_layout(), 2);
  Vector<T> x(a.row_layout());
  const auto report = suan::Cg<T>(options).solve(a, *m, b, x);
  EXPECT_TRUE(report.converged()) << to_string(report.reason) << report.detail;
  const auto many = suan::test::random_vectors<T>(a.row_layout(), 4);
  MultiVector<T> y(a.row_layout(), 4);
  for (const auto& each : suan::Cg<T>(options).solve(a, *m, many, y)) {
    EXPECT_TRUE(each.converged()) << to_string(each.reason) << each.detail;
  }
}

TEST(Varying, IsNoMatrixToSolveWith) {
  const auto a = suan::poisson2d<double>(6, 6, suan::Communicator::world());
  const auto varying = inner<double, suan::Cg<double>>(a, 1e-1);
  const auto b = suan::ones(a.row_layout());
  const suan::MultiVector<double> many(a.row_layout(), 4);
  for (const auto& name : suan::solver_names()) {
    const auto solver = suan::make_solver<double>(name, {});
    Vector<double> x(a.row_layout());
    EXPECT_THAT([&] { solver->solve(*varying, b, x); },
                testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("varies")));
    MultiVector<double> y(a.row_layout(), 4);
    EXPECT_THROW(solver->solve(*varying, many, y), suan::InvalidArgument);
  }
  EXPECT_THROW(suan::SolverOperator<double>(std::make_shared<suan::Cg<double>>(), varying, nullptr),
               suan::InvalidArgument);
}

// Methods take a preconditioner that varies, in a form that allows for it, or refuse it.
TEST(Varying, IsAPreconditionerOfSomeMethods) {
  const auto a = suan::test::hermitian<double>(300);
  const auto m = inner<double, suan::Cg<double>>(a, 1e-1);
  const auto b = suan::random_vector<double>(a.row_layout(), 2);
  const suan::MultiVector<double> many(a.row_layout(), 4);
  const std::set<std::string> refuse = {"minres",    "symmlq",    "cr",
                                        "chebyshev", "cg_single", "cg_pipelined"};
  for (const auto& name : suan::solver_names()) {
    Vector<double> x(a.row_layout());
    if (refuse.count(name) > 0) {
      const std::shared_ptr<suan::Solver<double>> solver = suan::make_solver<double>(name, {});
      EXPECT_THAT([&] { solver->solve(a, *m, b, x); },
                  testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("same linear map")));
      MultiVector<double> y(a.row_layout(), 4);
      EXPECT_THROW(solver->solve(a, *m, many, y), suan::InvalidArgument);
      const auto matrix = std::make_shared<suan::DistributedMatrix<double>>(a);
      EXPECT_THROW(suan::SolverOperator<double>(solver, matrix, m), suan::InvalidArgument);
      continue;
    }
    const auto report = suan::make_solver<double>(name, {})->solve(a, *m, b, x);
    EXPECT_TRUE(report.converged()) << name << to_string(report.reason) << report.detail;
    EXPECT_LE(suan::test::relative_residual<double>(a, b, x), 1.001e-8) << name;
  }
}

/// Counts what it hears.
class Listener final : public suan::EventLogger {
 public:
  void solve_started(const std::string&, double, double) override { ++events; }
  void iteration_finished(std::int64_t, double) override { ++events; }
  void solve_finished(const suan::SolveReport&) override { ++events; }
  int events = 0;
};

TEST(SolverOperator, RunsWithoutTheFrame) {
  const auto a = suan::poisson2d<double>(12, 12, suan::Communicator::world());
  int products = 0;
  const auto counted = std::make_shared<suan::FunctionOperator<double>>(
      a.row_layout(), a.row_layout(), [&](const Vector<double>& x, Vector<double>& y) {
        ++products;
        a.apply(x, y);
      });
  const auto cg = std::make_shared<suan::Cg<double>>(suan::CgOptions{.max_iterations = 3});
  const auto listener = std::make_shared<Listener>();
  cg->add_logger(listener);
  const suan::SolverOperator<double> m(cg, counted, nullptr);
  EXPECT_TRUE(m.varies());
  const auto b = suan::ones(a.row_layout());
  Vector<double> y(a.row_layout());
  m.apply(b, y);
  EXPECT_EQ(products, 3);
  EXPECT_EQ(listener->events, 0);
  Vector<double> z(a.row_layout());
  cg->solve(*counted, b, z);
  EXPECT_EQ(y.to_host(), z.to_host());
  m.apply(2.0, b, 1.0, z);
  suan::axpy(-3.0, y, z);
  EXPECT_LE(suan::norm_inf(z), 1e-12 * suan::norm_inf(y));
  // Zero, and what is not finite, come out as they are.
  const Vector<double> zero(a.row_layout());
  m.apply(zero, y);
  EXPECT_EQ(suan::norm_inf(y), 0);
  auto bad = suan::ones(a.row_layout());
  suan::fill(bad, std::numeric_limits<double>::quiet_NaN());
  m.apply(bad, y);
  EXPECT_GE(suan::first_not_finite(y), 0);
}

TEST(Cg, NamesAPreconditionerThatIsNotHermitian) {
  using suan::Complex;
  const auto a = suan::test::hermitian<Complex>(80);
  // Positive real parts, so that they alone tell nothing.
  const auto skewed = suan::test::diagonal<Complex>(
      80, [](GlobalIndex i) { return Complex(1, i % 2 == 0 ? 0.5 : 0.7); });
  const auto b = suan::random_vector<Complex>(a.row_layout(), 2);
  Vector<Complex> x(a.row_layout());
  const auto report = suan::Cg<Complex>().solve(a, skewed, b, x);
  EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
  EXPECT_THAT(report.detail, HasSubstr("not Hermitian"));
  const auto many = suan::test::random_vectors<Complex>(a.row_layout(), 4);
  MultiVector<Complex> y(a.row_layout(), 4);
  for (const auto& each : suan::Cg<Complex>().solve(a, skewed, many, y)) {
    EXPECT_EQ(each.reason, Reason::indefinite_preconditioner);
    EXPECT_THAT(each.detail, HasSubstr("not Hermitian"));
  }
}

}  // namespace
