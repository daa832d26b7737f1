// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The units of A, b and x change nothing but exponents: the same iterations, the same reason, the
// same digits.
#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::LocalIndex;
using suan::MultiVector;
using suan::Real;
using suan::Reason;
using suan::Vector;
using suan::test::random_vectors;

/// A matrix with five diagonals, times 2^exponent: symmetric of varying diagonal, or not symmetric.
/// Its factors have fill-in.
template <class T>
suan::DistributedMatrix<T> banded(int exponent, bool symmetric) {
  const auto layout = suan::Layout::even(120, suan::Communicator::world());
  const auto factor = static_cast<T>(static_cast<Real<T>>(std::ldexp(1.0, exponent)));
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, suan::RowWriter<T>& row) {
    if (i > 10) row.add(i - 11, factor * T(-0.125f));
    if (i > 0) row.add(i - 1, factor * T(-1));
    row.add(i, factor * T(2.5f + 0.25f * static_cast<float>(i % 4)));
    if (i + 1 < 120) row.add(i + 1, factor * T(symmetric ? -1.0f : -0.5f));
    if (i + 11 < 120) row.add(i + 11, factor * T(-0.125f));
  });
}

template <class T>
void multiply(int exponent, Vector<T>& x) {
  constexpr int most = 100;
  for (; exponent != 0;) {
    const int step = std::max(-most, std::min(most, exponent));
    suan::scale(static_cast<T>(static_cast<Real<T>>(std::ldexp(1.0, step))), x);
    exponent -= step;
  }
}

template <class T>
struct Case {
  int a_exponent;
  int b_exponent;
};

template <class T>
class ScaleTest : public testing::Test {
 public:
  static constexpr bool is_float = suan::test::is_single<T>;
  /// About 1e-30 to 1e30 in float, 1e-300 to 1e300 in double.
  static constexpr int most = is_float ? 100 : 996;
  static std::vector<Case<T>> cases() {
    return {{0, most},
            {0, -most},
            {most, 0},
            {-most, 0},
            {most, most},
            {-most, -most},
            {0, most / 2},
            {0, -most / 2},
            {most / 2, 0},
            {-most / 2, 0},
            {most / 2, -most / 3},
            {-most / 2, most / 3},
            {0, 3 * most / 4},
            {0, -3 * most / 4}};
  }
};
using ScaleScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(ScaleTest, ScaleScalars);

TYPED_TEST(ScaleTest, IterationsReasonsAndDigitsStay) {
  using T = TypeParam;
  const double rtol = TestFixture::is_float ? 1e-4 : 1e-9;
  for (const bool symmetric : {true, false}) {
    const auto one = banded<T>(0, symmetric);
    const auto b = suan::random_vector<T>(one.row_layout(), 5);
    for (const bool has_guess : {false, true}) {
      for (const auto& solver : suan::solver_names()) {
        if (suan::test::needs_hermitian(solver) && !symmetric) continue;
        for (const auto& preconditioner : suan::preconditioner_names()) {
          if (preconditioner == "none" && suan::test::diverges_alone(solver)) continue;
          if (preconditioner == "direct" && !suan::have_direct()) continue;
          // All of them with the first methods; for the others one of each kind is enough.
          static const std::set<std::string> few = {"none", "jacobi", "ilu0", "amg"};
          if (solver != "cg" && solver != "gmres" && few.count(preconditioner) == 0) continue;
          suan::SolveOptions options;
          options.krylov().rtol = rtol;
          // Several levels, of which the last is not the matrix itself.
          if (preconditioner == "amg") {
            options.preconditioner = suan::OptionNode("amg").set("coarse_rows", std::int64_t{10});
          }
          const auto solved = [&](int a_exponent, int b_exponent, Vector<T>& x) {
            const auto a = banded<T>(a_exponent, symmetric);
            auto right = b;
            multiply(b_exponent, right);
            if (has_guess) {
              x = suan::random_vector<T>(a.row_layout(), 6);
              multiply(b_exponent - a_exponent, x);
            }
            const auto m = suan::make_preconditioner<T>(preconditioner, a, options);
            return suan::make_solver<T>(solver, options)->solve(a, *m, right, x);
          };
          Vector<T> expected(one.row_layout());
          const auto plain = solved(0, 0, expected);
          // Of the residual, the inverse leaves rounding alone, which depends on the order of sums.
          const bool is_exact = preconditioner == "direct";
          ASSERT_TRUE(plain.converged()) << solver << preconditioner << plain.detail;
          EXPECT_TRUE(is_exact || plain.reason == Reason::converged);
          for (const auto& [a_exponent, b_exponent] : TestFixture::cases()) {
            SCOPED_TRACE(suan::message(solver, " ", preconditioner, " A 2^", a_exponent, " b 2^",
                                       b_exponent, " guess ", has_guess, " ", symmetric));
            Vector<T> x(one.row_layout());
            const auto report = solved(a_exponent, b_exponent, x);
            EXPECT_TRUE(report.reason == Reason::converged || (is_exact && report.converged()))
                << report.detail;
            EXPECT_EQ(report.iterations, plain.iterations);
            if ((solver == "cg" || solver == "gmres") && !is_exact) {
              EXPECT_NEAR(report.true_relative_residual() / plain.true_relative_residual(), 1, 0.1);
            } else {  // whose last residuals may be rounding
              EXPECT_NEAR(report.true_relative_residual(), plain.true_relative_residual(),
                          0.1 * rtol);
            }
            if (!is_exact) {
              EXPECT_NEAR(report.history[1] / std::ldexp(plain.history[1], b_exponent), 1, 1e-3);
            }
            multiply(a_exponent - b_exponent, x);
            suan::axpy(T(-1), expected, x);
            EXPECT_LE(suan::norm2(x), 1e-2 * rtol * suan::norm2(expected));
          }
        }
      }
    }
  }
}

TYPED_TEST(ScaleTest, SeveralRightHandSidesEachInItsUnits) {
  using T = TypeParam;
  constexpr int largest = TestFixture::most;
  const std::vector<int> exponents = {0, largest, -largest, 0, largest / 2, 0};
  for (const int a_exponent : {0, largest / 2, -largest / 2}) {
    const auto a = banded<T>(a_exponent, true);
    const auto columns = static_cast<LocalIndex>(exponents.size());
    const auto plain = random_vectors<T>(a.row_layout(), columns);
    MultiVector<T> b(a.row_layout(), columns);
    for (LocalIndex j = 0; j < columns; ++j) {
      auto column = plain.column(j);
      // Beyond the range of x otherwise.
      const int exponent = exponents[static_cast<std::size_t>(j)];
      if (exponent * a_exponent >= 0) multiply(exponent, column);
      b.set_column(j, column);
    }
    MultiVector<T> x(a.row_layout(), columns);
    const auto reports = suan::solve(a, b, x);
    for (LocalIndex j = 0; j < columns; ++j) {
      const auto& report = reports[static_cast<std::size_t>(j)];
      EXPECT_TRUE(report.converged()) << j << " " << report.solver << report.detail;
      EXPECT_EQ(report.solver, "cg");
      Vector<T> alone(a.row_layout());
      const auto other = suan::solve(a, b.column(j), alone);
      EXPECT_LE(std::abs(report.iterations - other.iterations), 1);
    }
  }
}

TYPED_TEST(ScaleTest, TheChoiceStays) {
  using T = TypeParam;
  for (const bool symmetric : {true, false}) {
    const auto plain = suan::probe(banded<T>(0, symmetric));
    for (const auto& [a_exponent, b_exponent] : TestFixture::cases()) {
      const auto a = banded<T>(a_exponent, symmetric);
      const auto traits = suan::probe(a);
      EXPECT_EQ(traits.hermitian, symmetric) << a_exponent;
      EXPECT_EQ(traits.diagonal_positive, plain.diagonal_positive);
      EXPECT_EQ(traits.diagonal_varies, plain.diagonal_varies);
      const suan::FunctionOperator<T> function(
          a.row_layout(), a.row_layout(), [&](const Vector<T>& x, Vector<T>& y) { a.apply(x, y); });
      EXPECT_EQ(suan::probe(function).hermitian, symmetric) << a_exponent;
    }
  }
}

TYPED_TEST(ScaleTest, AbsoluteToleranceIsInTheUsersUnits) {
  using T = TypeParam;
  constexpr int exponent = -TestFixture::most;
  const auto a = banded<T>(0, true);
  auto b = suan::ones<T>(a.row_layout());
  multiply(exponent, b);
  suan::SolveOptions options;
  options.krylov().rtol = 0;
  options.krylov().atol = std::ldexp(0.1, exponent);
  Vector<T> x(a.row_layout());
  const auto report = suan::solve(a, b, x, options);
  EXPECT_EQ(report.reason, Reason::converged);
  EXPECT_LE(report.true_residual_norm, options.krylov().atol);
  EXPECT_GE(report.true_residual_norm, 1e-4 * options.krylov().atol);
}

TYPED_TEST(ScaleTest, ZeroAndIndefiniteStayWhatTheyAre) {
  using T = TypeParam;
  for (const int exponent : {0, TestFixture::most, -TestFixture::most}) {
    const auto a = suan::test::diagonal<T>(40, [=](GlobalIndex i) {
      return static_cast<T>(
          static_cast<Real<T>>(std::ldexp(i < 20 ? 1.0 : -1.0 - static_cast<double>(i), exponent)));
    });
    Vector<T> x(a.row_layout());
    auto b = suan::ones<T>(a.row_layout());
    const auto report = suan::Cg<T>().solve(a, b, x);
    EXPECT_EQ(report.reason, Reason::indefinite_matrix) << exponent << report.detail;
    Vector<T> zero(a.row_layout());
    EXPECT_EQ(suan::Cg<T>().solve(a, zero, b).reason, Reason::zero_right_hand_side);
  }
}

// Far more rows than a sum in float can count one by one.
TEST(Scale, DefaultToleranceIsReachedInFloat) {
  const auto world = suan::Communicator::world();
  for (const suan::LocalIndex n : {20, 60, 200}) {
    const auto a = suan::poisson2d<float>(n, n, world);
    const auto b = suan::ones<float>(a.row_layout());
    for (const auto& solver : {"auto", "gmres"}) {
      if (n > 20 && solver != std::string("auto")) continue;
      suan::SolveOptions options;
      options.solver = solver;
      Vector<float> x(a.row_layout());
      const auto report = suan::solve(a, b, x, options);
      EXPECT_TRUE(report.converged()) << n << solver << report.detail;
      // Beside what float32 can reach: eps ||A|| ||x||, with a norm of 8.
      const double reachable = 4 * 1.2e-7 * 8 * suan::norm2(x) / suan::norm2(b);
      EXPECT_LE(report.true_relative_residual(), std::max(1.01e-5, reachable));
    }
  }
}

TEST(Scale, ToleranceThatThePrecisionCannotReachIsToldAndWastesNothing) {
  const auto a = suan::poisson2d<float>(60, 60, suan::Communicator::world());
  const auto b = suan::ones<float>(a.row_layout());
  suan::SolveOptions options;
  options.krylov().rtol = 1e-7;
  options.krylov().max_iterations = 100000;
  Vector<float> x(a.row_layout());
  const auto report = suan::solve(a, b, x, options);
  EXPECT_EQ(report.reason, Reason::stagnated);
  EXPECT_THAT(report.detail, testing::HasSubstr("rounding errors of float32"));
  EXPECT_GT(report.attainable_residual_norm, 0);
  EXPECT_EQ(report.solver, "cg");
  options.krylov().rtol = 1e-3;
  Vector<float> y(a.row_layout());
  const auto easy = suan::solve(a, b, y, options);
  EXPECT_TRUE(easy.converged());
  EXPECT_LE(report.iterations, 4 * easy.iterations);
}

}  // namespace
