// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What update() of a hierarchy keeps, and what it makes anew.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using suan::test::iterations;
using testing::HasSubstr;
using testing::Le;

TEST(Amg, UpdatesForOtherValuesKeepTheAggregates) {
  const GlobalIndex n = 10;
  const auto layout = even(n * n * n);
  const auto wavy = [](double factor, double height) {
    return [factor, height](GlobalIndex i, GlobalIndex j, int) {
      return factor * (1 + height * std::sin(static_cast<double>(i + j)));
    };
  };
  const auto a = suan::test::grid3d<double>(layout, n, wavy(1, 0.25));
  const auto other = suan::test::grid3d<double>(layout, n, wavy(1000, -0.25));
  const AmgOptions options{.theta = 0, .coarse_rows = 50, .precision = "same"};
  Amg<double> m(a, options);
  EXPECT_THAT(m.update(other), HasSubstr("aggregates were kept; interpolation"));
  Vector<double> y(layout);
  Vector<double> z(layout);
  const auto x = suan::random_vector(layout, 1);
  m.apply(x, y);
  Amg<double>(other, options).apply(x, z);
  EXPECT_EQ(y.to_host(), z.to_host());
  EXPECT_THAT(iterations<double>(other, m), Le(16));
  // The next ones find their plans.
  m.update(a);
  EXPECT_THAT(m.update(other), HasSubstr("aggregates were kept"));
  m.apply(x, y);
  EXPECT_EQ(y.to_host(), z.to_host());
  // Another structure: everything is new.
  const auto identity = suan::generate_rows<double>(
      layout, layout, [](GlobalIndex i, RowWriter<double>& row) { row.add(i, 2); });
  EXPECT_THAT(m.update(identity), HasSubstr("all is new"));
  m.apply(x, y);
  suan::axpy(-0.5, x, y);
  EXPECT_LT(suan::norm_inf(y), 1e-15);
}

// While rows change little, and all in all not too much.
TEST(Amg, UpdatesForSimilarValuesKeepInterpolation) {
  const GlobalIndex n = 12;
  const auto layout = even(n * n * n);
  const auto at = [n, layout](double time) {
    return suan::test::grid3d<double>(layout, n, [time](GlobalIndex i, GlobalIndex j, int) {
      return (1 + time) * (1 + 0.3 * std::sin(static_cast<double>(i + j) + time));
    });
  };
  const auto keeps = HasSubstr("aggregates were kept, and so was interpolation");
  const auto has_new = HasSubstr("aggregates were kept; interpolation");
  for (const char* precision : {"same", "single"}) {
    for (const bool is_smoothed : {true, false}) {
      const AmgOptions options{
          .coarse_rows = 50, .precision = precision, .smooth_prolongator = is_smoothed};
      Amg<double> m(at(0), options);
      const auto first = iterations<double>(at(0), m);
      EXPECT_THAT(m.update(at(0.05)), keeps);
      EXPECT_LE(iterations<double>(at(0.05), m), first + 1);
      const auto hierarchy = m.report();
      EXPECT_GT(hierarchy.levels.front().radius, is_smoothed ? 0.5 : -1);
      // Drops of water hollow the stone.
      bool was_new = false;
      for (int k = 2; k < 30; ++k) {
        const auto done = m.update(at(0.05 * k));
        EXPECT_THAT(done, testing::AnyOf(keeps, has_new));
        was_new = was_new || !testing::Value(done, keeps);
        EXPECT_LE(iterations<double>(at(0.05 * k), m), first + 2);
      }
      EXPECT_EQ(was_new, is_smoothed);
      EXPECT_THAT(m.update(at(4.5)), is_smoothed ? has_new : keeps);
    }
  }
}

// A fifth more, and two: where interpolation was kept, it is to blame first.
TEST(Amg, InterpolationIsMadeAnewWhereIterationsGrow) {
  const GlobalIndex n = 10;
  const auto layout = even(n * n * n);
  const auto at = [n, layout](double time) {
    return suan::test::grid3d<double>(
        layout, n, [time](GlobalIndex, GlobalIndex, int d) { return 1 + (d == 0 ? time : 0); });
  };
  for (const char* precision : {"same", "single"}) {
    Amg<double> m(at(0), {.coarse_rows = 50, .precision = precision});
    m.note_iterations(10);
    m.note_iterations(14);
    EXPECT_THAT(m.update(at(0.01)), HasSubstr("and so was interpolation"));
    m.note_iterations(15);
    EXPECT_THAT(m.update(at(0)), HasSubstr("aggregates were kept; interpolation"));
  }
}

// A scale is no change; nor can a change be known of values that the hierarchy shares.
TEST(Amg, InterpolationKnowsNoScale) {
  const GlobalIndex n = 10;
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, suan::test::isotropic());
  const auto scaled = suan::add(4.0, a, 0.0, a);
  const AmgOptions options{.coarse_rows = 50, .precision = "same"};
  Amg<double> m(a, options);
  EXPECT_THAT(m.update(scaled), HasSubstr("and so was interpolation"));
  const auto x = suan::random_vector(a.row_layout(), 1);
  Vector<double> y(a.row_layout());
  Vector<double> z(a.row_layout());
  m.apply(x, y);
  Amg<double>(scaled, options).apply(x, z);
  EXPECT_EQ(y.to_host(), z.to_host());
  EXPECT_THAT(m.update(scaled), HasSubstr("aggregates were kept; interpolation"));
}

// Aggregates along one direction are bad for matrices that are strong in another.
TEST(Amg, IsMadeAnewWhereIterationsHaveGrownByHalf) {
  const GlobalIndex n = 16;
  const auto layout = even(n * n * n);
  const auto along = [n, layout](int strong) {
    return std::make_shared<const suan::DistributedMatrix<double>>(suan::test::grid3d<double>(
        layout, n, [strong](GlobalIndex, GlobalIndex, int d) { return d == strong ? 1.0 : 1e-3; }));
  };
  suan::SolveOptions options;
  options.solver = "cg";
  options.preconditioner = suan::OptionNode("amg").set("first_aggregates", "small");
  suan::LinearSolver<double> solver(along(0), options);
  const auto needed = [&] {
    Vector<double> x(layout);
    const auto report = solver.solve(suan::ones(layout), x);
    EXPECT_TRUE(report.converged());
    return report.iterations;
  };
  const auto first = needed();
  ASSERT_NE(solver.levels(), nullptr);
  EXPECT_EQ(solver.levels()->levels.front().rows, n * n * n);
  EXPECT_THAT(solver.levels()->to_json(-1), HasSubstr("\"smoother\":\""));
  options.preconditioner = "jacobi";
  EXPECT_EQ(suan::LinearSolver<double>(along(0), options).levels(), nullptr);
  EXPECT_THAT(solver.update(along(2)), HasSubstr("aggregates were kept"));
  const auto worn = needed();
  ASSERT_GT(worn, 2 * first);
  EXPECT_THAT(solver.update(along(2)),
              HasSubstr(suan::message("had come to ", worn, " iterations, from ", first)));
  EXPECT_LE(needed(), first + 2);
  EXPECT_THAT(solver.update(along(2)), HasSubstr("aggregates were kept"));
}

TEST(Amg, UpdatesKeepAggregatesOfOtherDirections) {
  const GlobalIndex n = 12;
  const auto layout = even(n * n * n);
  const auto along = [n, layout](int strong) {
    return suan::test::grid3d<double>(layout, n, [strong](GlobalIndex, GlobalIndex, int d) {
      return strong < 0 || d == strong ? 1.0 : 1e-3;
    });
  };
  const AmgOptions options{.coarse_rows = 20};
  Amg<double> m(along(-1), options);
  const auto before = m.report();
  m.update(along(2));
  ASSERT_EQ(m.report().levels.size(), before.levels.size());
  for (std::size_t k = 0; k < before.levels.size(); ++k) {
    EXPECT_EQ(m.report().levels[k].rows, before.levels[k].rows);
  }
  EXPECT_GT(Amg<double>(along(2), options).report().levels[1].rows, 2 * before.levels[1].rows);
}

}  // namespace
