// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several right-hand sides at once: each converges on its own.
#include <gmock/gmock.h>

#include <cmath>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::LocalIndex;
using suan::MultiVector;
using suan::Operator;
using suan::Reason;
using suan::SolveReport;
using suan::Vector;
using suan::test::random_vectors;
using suan::test::relative_residual;

std::vector<Reason> reasons(const std::vector<SolveReport>& reports) {
  std::vector<Reason> result;
  for (const auto& report : reports) result.push_back(report.reason);
  return result;
}

/// Counts its events.
class Counter final : public suan::EventLogger {
 public:
  void iteration_finished(std::int64_t iteration, double residual) override {
    EXPECT_EQ(iteration, ++iterations);
    EXPECT_TRUE(std::isfinite(residual));
  }
  void solve_finished(const SolveReport&) override { ++solves; }
  std::int64_t iterations = 0;
  int solves = 0;
};

template <class T>
class ManyTest : public testing::Test {
 public:
  static constexpr double rtol = std::is_same_v<T, float> ? 1e-4 : 1e-10;

  /// Together and alone the steps are the same, except for rounding.
  static void expect_as_alone(const Operator<T>& a, LocalIndex columns) {
    const auto b = random_vectors<T>(a.row_layout(), columns);
    suan::SolveOptions options;
    options.krylov().rtol = rtol;
    for (const auto& preconditioner : suan::preconditioner_names()) {
      if (preconditioner == "direct" && !suan::have_direct()) continue;
      SCOPED_TRACE(preconditioner);
      const auto m = suan::make_preconditioner<T>(preconditioner, a, options);
      MultiVector<T> x(a.row_layout(), columns);
      suan::Cg<T> cg(options.krylov());
      const auto reports = cg.solve(a, *m, b, x);
      ASSERT_EQ(reports.size(), static_cast<std::size_t>(columns));
      for (LocalIndex j = 0; j < columns; ++j) {
        SCOPED_TRACE(j);
        const auto& report = reports[static_cast<std::size_t>(j)];
        Vector<T> y(a.row_layout());
        const auto alone = cg.solve(a, *m, b.column(j), y);
        EXPECT_EQ(report.reason, alone.reason) << report.detail;
        EXPECT_LE(std::abs(report.iterations - alone.iterations), 1);
        EXPECT_LE(relative_residual(a, b.column(j), x.column(j)), 1.001 * rtol);
        EXPECT_NEAR(report.true_relative_residual(), relative_residual(a, b.column(j), x.column(j)),
                    1e-2 * rtol);
        EXPECT_EQ(report.history.size(), static_cast<std::size_t>(report.iterations) + 1);
        EXPECT_EQ(report.preconditioner, preconditioner);
        EXPECT_GT(report.bytes_moved, 0);
        // Of what one moves alone, the matrix is shared: 68 of 148 bytes per row and iteration with
        // five entries in a row, in double and csr, without preconditioner. One alone reads 11
        // values per row beside the products, where block_jacobi takes 12 here.
        const double share = columns >= 8 ? 0.8 : 1.05;
        const double each =
            static_cast<double>(alone.bytes_moved) / static_cast<double>(alone.iterations);
        EXPECT_LE(static_cast<double>(report.bytes_moved),
                  share * each * static_cast<double>(report.iterations) * 1.001);
      }
    }
  }
};
using ManyScalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ManyTest, ManyScalars);

TYPED_TEST(ManyTest, EachAsAlone) {
  const auto a = suan::test::hermitian<TypeParam>(701);
  for (const LocalIndex columns : {1, 3, 8, 13}) TestFixture::expect_as_alone(a, columns);
  TestFixture::expect_as_alone(suan::poisson3d<TypeParam>(9, 8, 7, suan::Communicator::world()), 5);
}

// In exact arithmetic CG ends after as many steps as there are distinct eigenvalues in b, so that
// one right-hand side after the other leaves.
TYPED_TEST(ManyTest, LeaveOneAfterTheOther) {
  using T = TypeParam;
  const auto a =
      suan::test::diagonal<T>(300, [](GlobalIndex i) { return T(static_cast<float>(1 + i % 11)); });
  constexpr LocalIndex columns = 11;
  MultiVector<T> b(a.row_layout(), columns);
  for (LocalIndex j = 0; j < columns; ++j) {
    b.set_column(j, suan::generate<T>(a.row_layout(), [j](GlobalIndex i) {
                   return i % 11 <= (5 * j) % 11 ? T(1) : T(0);
                 }));
  }
  MultiVector<T> x(a.row_layout(), columns);
  const double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-11;
  const auto reports = suan::Cg<T>({.rtol = tolerance}).solve(a, b, x);
  for (LocalIndex j = 0; j < columns; ++j) {
    const auto& report = reports[static_cast<std::size_t>(j)];
    EXPECT_TRUE(report.converged()) << report.detail;
    EXPECT_LE(report.iterations, (5 * j) % 11 + 1) << j;
    EXPECT_GE(report.iterations, std::min((5 * j) % 11 + 1, 5)) << j;
    EXPECT_LE(relative_residual(a, b.column(j), x.column(j)), 1.001 * tolerance);
  }
}

TYPED_TEST(ManyTest, EachHasItsOwnReason) {
  using T = TypeParam;
  using R = suan::Real<T>;
  const auto a = suan::test::hermitian<T>(200);
  const auto& layout = a.row_layout();
  auto b = random_vectors<T>(layout, 6);
  auto x = MultiVector<T>(layout, 6);
  const auto with_nan = [&](Vector<T> y, GlobalIndex row) {
    auto host = y.to_host();
    if (layout.owns(row)) {
      host[static_cast<std::size_t>(row - layout.first())] = T(std::numeric_limits<R>::quiet_NaN());
    }
    y.assign(host);
    return y;
  };
  b.set_column(1, Vector<T>(layout));
  x.set_column(1, suan::ones<T>(layout));
  b.set_column(2, with_nan(b.column(2), 17));
  x.set_column(3, with_nan(x.column(3), 120));
  x.set_column(4, suan::ones<T>(layout));
  Vector<T> of_ones(layout);
  a.apply(suan::ones<T>(layout), of_ones);
  b.set_column(4, of_ones);
  const auto reports = suan::Cg<T>({.rtol = TestFixture::rtol}).solve(a, b, x);
  EXPECT_THAT(
      reasons(reports),
      testing::ElementsAre(Reason::converged, Reason::zero_right_hand_side, Reason::not_finite,
                           Reason::not_finite, Reason::exact_initial_guess, Reason::converged));
  EXPECT_THAT(reports[2].detail, testing::HasSubstr("right-hand side is not finite at row 17"));
  EXPECT_THAT(reports[3].detail, testing::HasSubstr("guess is not finite at row 120"));
  EXPECT_EQ(suan::norm2(x.column(1)), R(0));
  for (const LocalIndex j : {0, 5}) {
    EXPECT_LE(relative_residual(a, b.column(j), x.column(j)), 1.001 * TestFixture::rtol);
  }
}

// Only the second right-hand side sees the negative eigenvalue; when the library itself chose CG,
// that one continues with GMRES.
TYPED_TEST(ManyTest, OneFindsTheMatrixIndefinite) {
  using T = TypeParam;
  const auto a = suan::test::diagonal<T>(
      60, [](GlobalIndex i) { return T(i == 59 ? -2.0f : static_cast<float>(1 + i % 5)); });
  const auto& layout = a.row_layout();
  const auto without_last = [](GlobalIndex i) { return i == 59 ? T(0) : T(1); };
  MultiVector<T> b(layout, 3);
  b.set_column(0, suan::generate<T>(layout, without_last));
  b.set_column(1, suan::generate<T>(layout, [](GlobalIndex i) { return T(i == 59 ? 1.f : 0.f); }));
  b.set_column(2, suan::generate<T>(layout, without_last));
  MultiVector<T> x(layout, 3);
  suan::Cg<T> cg({.rtol = 1e-5});
  // A solve that ended without an iteration has no events.
  const auto counter = std::make_shared<Counter>();
  cg.add_logger(counter);
  const auto reports = cg.solve(a, b, x);
  EXPECT_EQ(counter->iterations, reports[0].iterations);
  EXPECT_THAT(reasons(reports), testing::ElementsAre(Reason::converged, Reason::indefinite_matrix,
                                                     Reason::converged));
  EXPECT_EQ(suan::norm2(x.column(1)), 0);

  const suan::FunctionOperator<T> hidden(layout, layout,
                                         [&](const Vector<T>& u, Vector<T>& v) { a.apply(u, v); });
  MultiVector<T> y(layout, 3);
  suan::SolveOptions options;
  options.krylov().rtol = TestFixture::rtol;
  const auto all = suan::solve(hidden, b, y, options);
  EXPECT_TRUE(all[0].converged());
  EXPECT_TRUE(all[1].converged()) << all[1].detail;
  EXPECT_THAT(all[0].solver, "cg");
  EXPECT_THAT(all[1].solver, "gmres");
  EXPECT_THAT(all[1].choice, testing::HasSubstr("cg found A indefinite"));
  EXPECT_LE(relative_residual(hidden, b.column(1), y.column(1)), TestFixture::rtol * 1.001);
}

TYPED_TEST(ManyTest, OtherMethodsTakeOneAfterTheOther) {
  using T = TypeParam;
  const auto a = suan::convection_diffusion2d<T>(13, 11, 10, suan::Communicator::world());
  const auto b = random_vectors<T>(a.row_layout(), 3);
  MultiVector<T> x(a.row_layout(), 3);
  suan::SolveOptions options;
  options.krylov().rtol = TestFixture::rtol;
  options.format = "csr";  // a copy in another format may add in another order
  const auto reports = suan::solve(a, b, x, options);
  for (LocalIndex j = 0; j < 3; ++j) {
    Vector<T> y(a.row_layout());
    const auto alone = suan::solve(a, b.column(j), y, options);
    EXPECT_EQ(reports[static_cast<std::size_t>(j)].iterations, alone.iterations);
    EXPECT_EQ(reports[static_cast<std::size_t>(j)].solver, "gmres");
    EXPECT_EQ(x.column(j).to_host(), y.to_host());
  }
}

TYPED_TEST(ManyTest, LimitsEndAll) {
  using T = TypeParam;
  const auto a = suan::poisson2d<T>(30, 30, suan::Communicator::world());
  const auto b = random_vectors<T>(a.row_layout(), 4);
  MultiVector<T> x(a.row_layout(), 4);
  const suan::Identity<T> none(a.row_layout());
  const auto reports = suan::Cg<T>({.max_iterations = 3}).solve(a, none, b, x);
  for (const auto& report : reports) {
    EXPECT_EQ(report.reason, Reason::max_iterations);
    EXPECT_EQ(report.iterations, 3);
  }
  for (const T& element : x.to_host()) EXPECT_TRUE(suan::is_finite(element));
  const auto late = suan::Cg<T>({.time_limit = 1e-9}).solve(a, none, b, x);
  for (const auto& report : late) EXPECT_EQ(report.reason, Reason::time_limit);
}

TYPED_TEST(ManyTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto a = suan::test::hermitian<T>(2000);
  const auto b = random_vectors<T>(a.row_layout(), 6);
  std::vector<T> first;
  for (int k = 0; k < 5; ++k) {
    MultiVector<T> x(a.row_layout(), 6);
    suan::solve(a, b, x);
    if (k == 0) first = x.to_host();
    EXPECT_EQ(x.to_host(), first);
  }
}

TYPED_TEST(ManyTest, RanksWithoutRows) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  for (const int empty : {0, world.size() - 1}) {
    const bool has_rows = world.size() == 1 || world.rank() != empty;
    const auto layout = suan::Layout::from_local_size(has_rows ? 60 : 0, world);
    const auto n = layout.global_size();
    const auto a =
        suan::generate_rows<T>(layout, layout, [n](GlobalIndex i, suan::RowWriter<T>& row) {
          if (i > 0) row.add(i - 1, T(-1));
          row.add(i, T(static_cast<float>(3 + i % 4)));
          if (i + 1 < n) row.add(i + 1, T(-1));
        });
    TestFixture::expect_as_alone(a, 6);
  }
}

TEST(Many, RefusesWhatDoesNotFit) {
  const auto a = suan::poisson1d<double>(40, suan::Communicator::world());
  const auto b = random_vectors<double>(a.row_layout(), 3);
  MultiVector<double> x(a.row_layout(), 2);
  EXPECT_THAT([&] { suan::solve(a, b, x); },
              testing::ThrowsMessage<suan::DimensionMismatch>(
                  testing::HasSubstr("b has 3 vectors and the solution x has 2")));
  MultiVector<double> other(suan::Layout::even(41, suan::Communicator::world()), 3);
  EXPECT_THROW(suan::solve(a, b, other), suan::DimensionMismatch);
  EXPECT_THROW(suan::solve(a, other, other), suan::DimensionMismatch);
  MultiVector<double> none(a.row_layout(), 0);
  EXPECT_TRUE(suan::solve(a, none, none).empty());
}

TEST(Many, LoggersHearOfEachIterationOnce) {
  const auto a = suan::poisson2d<double>(20, 20, suan::Communicator::world());
  const auto b = random_vectors<double>(a.row_layout(), 5);
  MultiVector<double> x(a.row_layout(), 5);
  const auto counter = std::make_shared<Counter>();
  const auto reports = suan::solve(a, b, x, {}, counter);
  std::int64_t most = 0;
  for (const auto& report : reports) most = std::max(most, report.iterations);
  EXPECT_EQ(counter->iterations, most);
  EXPECT_EQ(counter->solves, 5);
}

}  // namespace
