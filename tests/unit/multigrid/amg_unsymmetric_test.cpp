// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies for matrices that are not Hermitian.
#include <gmock/gmock.h>

#include <array>

#include "amg_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/smoother_registry.hpp"
#include "suan/preconditioners/l1_jacobi.hpp"
#include "suan/solvers/gmres.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Vector;
using suan::test::even;
using testing::HasSubstr;

TEST(Amg, AMatrixThatIsNotHermitianIsSaidSo) {
  const auto a = suan::convection_diffusion2d<double>(40, 40, 10, suan::Communicator::world());
  const Amg<double> m(a, {.coarse_rows = 100});
  EXPECT_THAT(m.report().notes, testing::Contains(HasSubstr("not Hermitian")));
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = suan::Gmres<double>(suan::GmresOptions{}).solve(a, m, b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_LT(report.iterations, 60);
}

/// Upwind differences of diffusion `epsilon` and a flow in a circle, on n x n points.
DistributedMatrix<double> recirculating(GlobalIndex n, double epsilon) {
  const auto layout = even(n * n);
  const double h = 1.0 / static_cast<double>(n + 1);
  return suan::generate_rows<double>(
      layout, layout, [=](GlobalIndex row, suan::RowWriter<double>& out) {
        const double x = static_cast<double>(row % n + 1) * h;
        const double y = static_cast<double>(row / n + 1) * h;
        const double along_x = 4 * x * (x - 1) * (1 - 2 * y) * h;
        const double along_y = -4 * y * (y - 1) * (1 - 2 * x) * h;
        const std::array<double, 4> entries = {
            -epsilon - std::max(along_y, 0.0), -epsilon - std::max(along_x, 0.0),
            -epsilon + std::min(along_x, 0.0), -epsilon + std::min(along_y, 0.0)};
        const bool inside[] = {row >= n, row % n > 0, row % n < n - 1, row < n * n - n};
        if (inside[0]) out.add(row - n, entries[0]);
        if (inside[1]) out.add(row - 1, entries[1]);
        out.add(row, -(entries[0] + entries[1] + entries[2] + entries[3]));
        if (inside[2]) out.add(row + 1, entries[2]);
        if (inside[3]) out.add(row + n, entries[3]);
      });
}

std::int64_t gmres_iterations(const DistributedMatrix<double>& a, const suan::Operator<double>& m) {
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::GmresOptions options;
  options.krylov.rtol = 1e-8;
  options.krylov.max_iterations = 200;
  const auto report = suan::Gmres<double>(options).solve(a, m, b, x);
  EXPECT_TRUE(report.converged()) << suan::to_string(report.reason);
  return report.iterations;
}

// With R = P^H, 1e-3 takes over 140; with Gauss-Seidel, 1e-5 does not end within 200.
TEST(Amg, RestrictsConvectionWithTheAdjoint) {
  for (const double epsilon : {1.0, 1e-2, 1e-3, 1e-5}) {
    const auto a = recirculating(64, epsilon);
    Amg<double> m(a, {.coarse_rows = 50});
    const auto made = gmres_iterations(a, m);
    EXPECT_LE(made, 80) << epsilon;
    EXPECT_THAT(m.update(a), HasSubstr("aggregates were kept"));
    EXPECT_EQ(gmres_iterations(a, m), made) << epsilon;
  }
}

// Aggregates of these rows have negative diagonal entries, which without symmetry does not mean
// that a cycle is of no use: what cannot be coarsened is solved.
TEST(Amg, SolvesCoarseLevelsWithoutSymmetryWhoseDiagonalIsNotPositive) {
  const auto layout = even(300);
  const auto chain = [&](double upper) {
    return suan::generate_rows<double>(layout, layout,
                                       [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                         if (i > 0) row.add(i - 1, -3);
                                         row.add(i, 1);
                                         if (i + 1 < 300) row.add(i + 1, upper);
                                       });
  };
  const Amg<double> m(chain(-3.1), {.coarse_rows = 10});
  EXPECT_EQ(m.report().levels.size(), 2U);
  EXPECT_EQ(m.report().levels.back().smoother, "gauss");
  EXPECT_THAT(m.report().notes, testing::Contains(HasSubstr("level 1 is the last: ")));
  Vector<double> x(layout);
  m.apply(suan::ones(layout), x);
  EXPECT_TRUE(std::isfinite(suan::norm2(x)));
  EXPECT_THAT([&] { Amg<double>(chain(-3), {.coarse_rows = 10}); },
              testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
}

// What was told of the interpolation to a level that was refused goes with it.
TEST(Amg, TellsNothingOfALevelThatIsNotMade) {
  suan::smoother_registry<double>().add(
      "fastidious", "Refuses small levels.", {},
      [](const suan::DistributedMatrix<double>& a, const suan::OptionNode&) {
        if (a.global_rows() < 2000) throw suan::InvalidArgument("they are too few");
        return std::make_unique<suan::L1Jacobi<double>>(a);
      });
  const AmgOptions options{.coarse_rows = 10, .precision = "same", .smoother = "fastidious"};
  const Amg<double> m(recirculating(48, 1e-2), options);
  const auto& last = m.report().levels.back();
  EXPECT_EQ(m.report().levels.size(), 2U);
  EXPECT_THAT(m.report().notes,
              testing::Contains(HasSubstr("level 1 is the last: they are too few")));
  EXPECT_LT(last.rows, 2000);
  EXPECT_GT(m.report().levels.front().interpolation_entries, 0);
  EXPECT_EQ(last.interpolation_entries, 0);
  EXPECT_EQ(last.radius, 0);
  EXPECT_EQ(last.interpolation, 0);
  EXPECT_EQ(last.product, 0);
}

TEST(Amg, KCyclesWithoutSymmetry) {
  const auto a = recirculating(48, 1e-2);
  const auto with_v = gmres_iterations(a, Amg<double>(a, {.coarse_rows = 10}));
  for (const bool smoothed : {true, false}) {
    const Amg<double> m(a, {.coarse_rows = 10, .cycle = "k", .smooth_prolongator = smoothed});
    const auto needed = gmres_iterations(a, m);
    EXPECT_LE(needed, smoothed ? with_v : 60);
  }
}

// Whether A + A^H or A has made the structure changes with the values.
TEST(Amg, UpdatesFromHermitianToNotAndBack) {
  const GlobalIndex n = 600;
  const auto layout = even(n);
  const auto upwind = [&](double flow) {
    return suan::generate_rows<double>(layout, layout,
                                       [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                         if (i > 1) row.add(i - 2, flow / 2);
                                         if (i > 0) row.add(i - 1, -1 - 2 * flow);
                                         row.add(i, 2 + 1.5 * flow);
                                         if (i + 1 < n) row.add(i + 1, -1);
                                       });
  };
  Amg<double> m(upwind(0), {.coarse_rows = 50});
  for (const double flow : {0.3, 0.0, 0.3}) {
    const auto a = upwind(flow);
    EXPECT_THAT(m.update(a), HasSubstr("all is new"));
    const auto fresh = gmres_iterations(a, Amg<double>(a, {.coarse_rows = 50}));
    EXPECT_EQ(gmres_iterations(a, m), fresh);
  }
}

TEST(Amg, InSinglePrecisionCostsGmresNoIterations) {
  const auto a = recirculating(64, 1e-2);
  const auto in_double = gmres_iterations(a, Amg<double>(a, {.precision = "same"}));
  const Amg<double> rounded(a);
  EXPECT_TRUE(rounded.rounds());
  EXPECT_LE(gmres_iterations(a, rounded), in_double + 1);
}

}  // namespace
