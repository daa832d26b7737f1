// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What all methods for general matrices that keep a few vectors have in common.
#include <gmock/gmock.h>

#include <algorithm>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/registry.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;

constexpr const char* short_methods[] = {"bicgstab", "bicgstab_l", "idr", "tfqmr", "cgs"};

template <class T>
class ShortRecurrences : public testing::Test {
 public:
  static constexpr double rtol = suan::test::is_single<T> ? 1e-4 : 1e-9;

  static std::unique_ptr<suan::Solver<T>> make(const std::string& name, double to = rtol) {
    suan::SolveOptions options;
    options.krylov().rtol = to;
    return suan::make_solver<T>(name, options);
  }
  static void expect_solved(const suan::Operator<T>& a, const suan::Operator<T>& m) {
    const auto b = suan::random_vector<T>(a.row_layout(), 4);
    for (const std::string name : short_methods) {
      Vector<T> x(a.row_layout());
      const auto report = make(name)->solve(a, m, b, x);
      EXPECT_EQ(report.reason, Reason::converged) << name << report.detail;
      EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001 * rtol) << name;
      EXPECT_LE(report.iterations, 200) << name;
    }
  }
};
TYPED_TEST_SUITE(ShortRecurrences, suan::test::AllScalars);

TYPED_TEST(ShortRecurrences, ConvectionWithAndWithoutPreconditioner) {
  using T = TypeParam;
  const auto a = suan::convection_diffusion2d<T>(27, 19, 20, suan::Communicator::world());
  this->expect_solved(a, suan::Identity<T>(a.row_layout()));
  const auto m = suan::make_preconditioner<T>("ilu0", a, {});
  this->expect_solved(a, *m);
}

/// Complex coefficients, for real T real ones; symmetric, and Hermitian only if T is real.
TYPED_TEST(ShortRecurrences, ComplexHermitianAndComplexSymmetric) {
  using T = TypeParam;
  const auto hermitian = suan::test::hermitian<T>(400);
  this->expect_solved(hermitian, suan::Identity<T>(hermitian.row_layout()));
  this->expect_solved(hermitian, suan::Jacobi<T>(hermitian));
  const auto layout = suan::Layout::even(400, suan::Communicator::world());
  const auto number = [](float real, [[maybe_unused]] float imaginary) {
    if constexpr (suan::is_complex<T>) {
      return T(real, imaginary);
    } else {
      return T(real);
    }
  };
  const auto symmetric =
      suan::generate_rows<T>(layout, layout, [&](GlobalIndex i, suan::RowWriter<T>& row) {
        if (i > 0) row.add(i - 1, number(-1, 0.5f));
        row.add(i, number(2.5f, 1 + static_cast<float>(i % 3)));
        if (i + 1 < 400) row.add(i + 1, number(-1, 0.5f));
      });
  this->expect_solved(symmetric, suan::Identity<T>(layout));
}

/// M v by a few steps of GMRES: another linear map each time.
template <class T>
suan::SolverOperator<T> steps_of_gmres(const suan::DistributedMatrix<T>& a, double rtol,
                                       std::int64_t steps) {
  suan::GmresOptions options;
  options.krylov.rtol = rtol;
  options.krylov.max_iterations = steps;
  return {std::make_shared<suan::Gmres<T>>(options),
          std::make_shared<suan::DistributedMatrix<T>>(a), nullptr};
}

TYPED_TEST(ShortRecurrences, PreconditionersThatVaryKeepTheResidual) {
  using T = TypeParam;
  const auto a = suan::convection_diffusion2d<T>(25, 25, 5, suan::Communicator::world());
  const auto b = suan::random_vector<T>(a.row_layout(), 2);
  const auto m = steps_of_gmres<T>(a, 0.1, 8);
  for (const std::string name : short_methods) {
    Vector<T> x(a.row_layout());
    const auto report = this->make(name)->solve(a, m, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << name << report.detail;
    EXPECT_LE(report.iterations, 60) << name;
    // The method's own residual belongs to its x; that of tfqmr is a bound.
    const double rounding =
        100 * std::numeric_limits<suan::Real<T>>::epsilon() * report.initial_residual_norm;
    EXPECT_LE(report.true_residual_norm, 1.05 * report.residual_norm + rounding) << name;
    if (name != "tfqmr") {
      EXPECT_GE(report.true_residual_norm, 0.95 * report.residual_norm - rounding) << name;
    }
  }
}

TYPED_TEST(ShortRecurrences, AFirstInnerProductOfZeroIsNoEnd) {
  using T = TypeParam;
  // r^H A r is zero for the first residual: with itself as the shadow, no method has a first step,
  // and takes another one.
  const auto a = suan::test::matrix_of<T>({{T(0), T(1)}, {T(1), T(0)}});
  const auto b = suan::test::vector_of<T>({T(1), T(0)});
  for (const std::string name : short_methods) {
    for (const char* shadow : {"random", "residual"}) {
      suan::SolveOptions options;
      options.krylov().rtol = this->rtol;
      options.solver = suan::OptionNode(name);
      if (name != "idr") options.solver.set("shadow", shadow);
      Vector<T> x(a.row_layout());
      const auto report = suan::make_solver<T>(name, options)->solve(a, b, x);
      EXPECT_TRUE(report.converged()) << name << to_string(report.reason) << report.detail;
      EXPECT_LE(suan::test::relative_residual<T>(a, b, x), 1.001 * this->rtol) << name;
    }
  }
}

// The residual of a smooth b is a bad shadow: residuals grow by seven orders of magnitude.
TEST(ShortRecurrences, ARandomShadowKeepsResidualsSmall) {
  const auto a = suan::convection_diffusion2d<double>(60, 60, 20, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  for (const std::string name : {"bicgstab", "bicgstab_l"}) {
    const auto peak = [&](const char* shadow) {
      suan::SolveOptions options;
      options.krylov().dtol = 1e100;
      options.solver = suan::OptionNode(name).set("shadow", shadow);
      Vector<double> x(a.row_layout());
      const auto report = suan::make_solver<double>(name, options)->solve(a, b, x);
      EXPECT_TRUE(report.converged()) << name << shadow << report.detail;
      return *std::max_element(report.history.begin(), report.history.end()) / report.history[0];
    };
    EXPECT_LT(peak("random"), 1e3) << name;
    EXPECT_GT(peak("residual"), 1e5) << name;
  }
}

TEST(ShortRecurrences, EigenvaluesOnTheImaginaryAxis) {
  const auto a = suan::test::skew<double>(40);
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  for (const std::string name : short_methods) {
    Vector<double> x(a.row_layout());
    const auto report = suan::make_solver<double>(name, {})->solve(a, b, x);
    EXPECT_LE(report.true_residual_norm, report.initial_residual_norm) << name;
    if (name == "bicgstab") {
      EXPECT_EQ(report.reason, Reason::breakdown) << report.detail;
      EXPECT_THAT(report.detail, testing::HasSubstr("r^H A M r, for a residual r, vanishes"));
      EXPECT_THAT(report.detail, testing::HasSubstr("gmres"));
    } else if (name != "cgs") {  // whose residual may grow beyond all bounds here
      EXPECT_EQ(report.reason, Reason::converged) << name << report.detail;
      EXPECT_LE(suan::test::relative_residual(a, b, x), 1.001e-8) << name;
    }
    EXPECT_EQ(suan::first_not_finite(x), -1);
  }
}

TEST(ShortRecurrences, SingularMatrices) {
  // Nothing reaches the last row, where b is not zero.
  const auto broken =
      suan::test::diagonal<double>(6, [](GlobalIndex i) { return i < 5 ? 1.0 : 0.0; });
  const auto zero = suan::test::diagonal<double>(6, [](GlobalIndex) { return 0.0; });
  const auto b = suan::ones(zero.row_layout());
  // Consistent: b is in the range.
  const auto within =
      suan::generate<double>(zero.row_layout(), [](GlobalIndex i) { return i < 5 ? 1.0 : 0.0; });
  for (const std::string name : short_methods) {
    Vector<double> x(zero.row_layout());
    auto report = suan::make_solver<double>(name, {})->solve(broken, b, x);
    EXPECT_FALSE(report.converged()) << name;
    EXPECT_EQ(suan::first_not_finite(x), -1) << name;
    EXPECT_LE(report.true_residual_norm, report.initial_residual_norm) << name;
    suan::fill(x, 0.0);
    report = suan::make_solver<double>(name, {})->solve(zero, b, x);
    EXPECT_EQ(report.reason, Reason::breakdown) << name << report.detail;
    EXPECT_EQ(suan::norm_inf(x), 0) << name;
    report = suan::make_solver<double>(name, {})->solve(broken, within, x);
    EXPECT_TRUE(report.converged()) << name << to_string(report.reason) << report.detail;
  }
}

TEST(ShortRecurrences, TheSameStepsOnAnyNumberOfRanks) {
  const auto world = suan::Communicator::world();
  const auto a = suan::convection_diffusion2d<double>(12, 9, 4, world);
  const auto alone = suan::convection_diffusion2d<double>(12, 9, 4, suan::Communicator());
  for (const std::string name : short_methods) {
    Vector<double> x(a.row_layout());
    Vector<double> y(alone.row_layout());
    const auto solver = suan::make_solver<double>(name, {});
    const auto report = solver->solve(a, suan::random_vector<double>(a.row_layout(), 3), x);
    const auto same = solver->solve(alone, suan::random_vector<double>(alone.row_layout(), 3), y);
    ASSERT_GE(std::min(report.history.size(), same.history.size()), 4u) << name;
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(report.history[k] / same.history[k], 1, 1e-6) << name << k;
    }
  }
}

}  // namespace
