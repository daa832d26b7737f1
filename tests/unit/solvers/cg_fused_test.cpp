// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Conjugate gradients with one reduction in an iteration: the steps of Cg.
#include <gmock/gmock.h>

#include <cmath>

#include "hermitian_systems.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/cg_pipelined.hpp"
#include "suan/solvers/cg_single.hpp"
#include "support/scalars.hpp"

namespace {

using suan::CgPipelined;
using suan::CgSingle;
using suan::GlobalIndex;
using suan::Reason;
using suan::Vector;
using suan::test::by_precision;
using suan::test::relative_residual;
using testing::HasSubstr;

template <class T>
class CgFusedTest : public testing::Test {
 protected:
  static constexpr double rtol = by_precision<T>(1e-4, 1e-10);

  /// Both methods.
  static std::vector<std::unique_ptr<suan::Solver<T>>> methods() {
    std::vector<std::unique_ptr<suan::Solver<T>>> all;
    all.push_back(std::make_unique<CgSingle<T>>(suan::CgSingleOptions{.rtol = rtol}));
    all.push_back(
        std::make_unique<CgPipelined<T>>(suan::CgPipelinedOptions{.krylov = {.rtol = rtol}}));
    return all;
  }
};
using CgFusedScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(CgFusedTest, CgFusedScalars);

TYPED_TEST(CgFusedTest, ByHand) {
  using T = TypeParam;
  // diag(1, 2) and b = (1, 1): 2/3 b after one step, with the residual (1/3, -1/3).
  const auto a = suan::test::diagonal<T>(2, [](GlobalIndex i) { return i == 0 ? T(1) : T(2); });
  for (const auto& method : this->methods()) {
    Vector<T> x(a.row_layout());
    const auto report = method->solve(a, suan::ones<T>(a.row_layout()), x);
    EXPECT_EQ(report.reason, Reason::converged);
    ASSERT_EQ(report.iterations, 2);
    EXPECT_NEAR(report.history[1], std::sqrt(2.0) / 3, 1e-6);
  }
}

TYPED_TEST(CgFusedTest, TakesTheStepsOfCg) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(500);
  const auto b = suan::random_vector<T>(a.row_layout(), 3);
  const suan::Identity<T> none(a.row_layout());
  const suan::Jacobi<T> jacobi(a);
  const suan::GaussSeidel<T> sweep(a);
  for (const suan::Operator<T>* m :
       std::initializer_list<const suan::Operator<T>*>{&none, &jacobi, &sweep}) {
    Vector<T> y(a.row_layout());
    const auto reference = suan::Cg<T>({.rtol = this->rtol}).solve(a, *m, b, y);
    for (const auto& method : this->methods()) {
      Vector<T> x(a.row_layout());
      const auto report = method->solve(a, *m, b, x);
      EXPECT_EQ(report.reason, Reason::converged) << report.detail;
      EXPECT_LE(relative_residual(a, b, x), 1.001 * this->rtol);
      EXPECT_LE(std::abs(report.iterations - reference.iterations), 1) << report.solver;
      const auto common = std::min(report.history.size(), reference.history.size());
      for (std::size_t k = 0; k < std::min<std::size_t>(common, 4); ++k) {
        EXPECT_NEAR(report.history[k] / reference.history[k], 1, 1e-3) << report.solver << k;
      }
    }
  }
}

TEST(CgPipelined, IsAsAccurateAsCgWhereItsVectorsAreReplaced) {
  const auto a = suan::poisson2d<double>(60, 60, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  Vector<double> y(a.row_layout());
  const auto reference = suan::Cg<double>({.rtol = 1e-12}).solve(a, b, y);
  for (const std::int64_t every : {1, 20, 50}) {
    Vector<double> x(a.row_layout());
    const auto report =
        CgPipelined<double>({.krylov = {.rtol = 1e-12}, .replace_every = every}).solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::converged) << report.detail;
    EXPECT_LE(report.iterations, reference.iterations * 5 / 4) << every;
  }
}

// Here its vectors would be useless after some hundred iterations.
TEST(CgPipelined, ReplacesItsVectorsInSinglePrecision) {
  const auto a = suan::poisson2d<float>(120, 120, suan::Communicator::world());
  const auto b = suan::random_vector<float>(a.row_layout(), 3);
  Vector<float> x(a.row_layout());
  const auto reference = suan::Cg<float>().solve(a, b, x);
  suan::fill(x, 0.0F);
  const auto report = CgPipelined<float>(suan::CgPipelinedOptions{}).solve(a, b, x);
  EXPECT_EQ(report.reason, Reason::converged) << report.detail;
  EXPECT_LE(report.iterations, reference.iterations * 3 / 2);
  suan::fill(x, 0.0F);
  const auto worn = CgPipelined<float>({.replace_every = 1000000}).solve(a, b, x);
  EXPECT_GE(worn.iterations, reference.iterations * 3 / 2);
}

TEST(CgFused, NameWhatTheyAreNotFor) {
  using suan::Complex;
  const auto a = suan::test::hermitian<Complex>(40);
  const auto b = suan::random_vector<Complex>(a.row_layout(), 3);
  const auto indefinite = suan::test::diagonal<Complex>(
      40, [](GlobalIndex i) { return Complex(i < 20 ? 1.0 : -1.0 - static_cast<double>(i)); });
  const auto skewed = suan::test::diagonal<Complex>(
      40, [](GlobalIndex i) { return Complex(1, i % 2 == 0 ? 0.5 : 0.7); });
  const auto flip = suan::test::diagonal<Complex>(
      40, [](GlobalIndex i) { return Complex(i % 2 == 0 ? 1.0 : -5.0); });
  CgSingle<Complex> single;
  CgPipelined<Complex> pipelined(suan::CgPipelinedOptions{});
  for (suan::Solver<Complex>* method :
       std::initializer_list<suan::Solver<Complex>*>{&single, &pipelined}) {
    Vector<Complex> x(a.row_layout());
    EXPECT_EQ(method->solve(indefinite, b, x).reason, Reason::indefinite_matrix);
    EXPECT_EQ(method->solve(a, flip, b, x).reason, Reason::indefinite_preconditioner);
    const auto report = method->solve(a, skewed, b, x);
    EXPECT_EQ(report.reason, Reason::indefinite_preconditioner);
    EXPECT_THAT(report.detail, HasSubstr("not Hermitian"));
    const auto other = method->solve(skewed, b, x);
    EXPECT_EQ(other.reason, Reason::indefinite_matrix);
    EXPECT_THAT(other.detail, HasSubstr("A is not Hermitian"));
    EXPECT_EQ(suan::first_not_finite(x), -1);
  }
}

// p^H A p by differences is lost in rounding where eigenvalues are this far apart.
TEST(CgFused, SolveForEigenvaluesFarApart) {
  const auto a =
      suan::test::diagonal<float>(2, [](GlobalIndex i) { return i == 0 ? 1.0F : 1e-8F; });
  const auto b = suan::ones<float>(a.row_layout());
  CgSingle<float> single;
  CgPipelined<float> pipelined(suan::CgPipelinedOptions{});
  for (suan::Solver<float>* method :
       std::initializer_list<suan::Solver<float>*>{&single, &pipelined}) {
    Vector<float> x(a.row_layout());
    const auto report = method->solve(a, b, x);
    EXPECT_TRUE(report.converged()) << report;
    EXPECT_LE(report.iterations, 10);
  }
}

}  // namespace
