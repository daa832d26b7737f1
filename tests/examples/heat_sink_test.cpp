// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The heat sink of examples/: its numbering, its matrix, and the physics of its solution.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "options.hpp"
#include "output.hpp"
#include "summary.hpp"

namespace heat_sink {
namespace {

using suan::Communicator;
using suan::Layout;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// 11 x 7 x 6 cells with 4 fins of 2 cells, gaps of 1, a plate that leaves a rim.
Shape small() {
  return {.cells_per_mm = 1,
          .width = 11,
          .depth = 7,
          .base_thickness = 2,
          .fins = 4,
          .fin_thickness = 2,
          .fin_height = 3,
          .plate_size = 5,
          .plate_thickness = 1,
          .chip_size = 3};
}

/// Two layers of material, heated on the whole underside, cooled on the whole upper side.
Shape slab() {
  return {.cells_per_mm = 2,
          .width = 3,
          .depth = 3,
          .base_thickness = 6,
          .fins = 0,
          .plate_size = 3,
          .plate_thickness = 2,
          .chip_size = 3};
}

suan::KrylovOptions tight() { return {.rtol = 1e-11, .max_iterations = 2000}; }

/// The solution and the norm of its residual.
struct Solved {
  suan::Vector<double> x;
  double residual = 0;
};

Solved solve(const suan::DistributedMatrix<double>& a, const suan::Vector<double>& b) {
  Solved solved{suan::Vector<double>(b.layout())};
  suan::Cg<double> cg(tight());
  const auto report = cg.solve(a, suan::Jacobi<double>(a), b, solved.x);
  EXPECT_TRUE(report.converged()) << report;
  solved.residual = report.true_residual_norm;
  return solved;
}

/// A bound on the error of any element of a solution with this residual norm. The inverse of A has
/// no negative elements (A is an M-matrix), so the largest element of A^-1 1 is its largest row
/// sum; it is only known to the tolerance, hence the extra percent.
double error_bound(const suan::DistributedMatrix<double>& a, double residual) {
  return 1.01 * suan::norm_inf(solve(a, suan::ones(a.row_layout())).x) * residual;
}

/// The whole matrix, row by row, without the library's assembly.
std::vector<std::vector<double>> dense(const Conduction& problem) {
  const auto n = static_cast<std::size_t>(problem.geometry().unknowns());
  std::vector<std::vector<double>> rows(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    suan::RowWriter<double> writer;
    problem.row(static_cast<GlobalIndex>(i), writer);
    for (std::size_t k = 0; k < writer.columns().size(); ++k) {
      rows[i][static_cast<std::size_t>(writer.columns()[k])] = writer.values()[k];
    }
  }
  return rows;
}

TEST(HeatSinkGeometry, CountsCellsByHand) {
  const Geometry geometry(small());
  EXPECT_EQ(geometry.nx(), 11);
  EXPECT_EQ(geometry.ny(), 7);
  EXPECT_EQ(geometry.nz(), 6);
  EXPECT_EQ(geometry.unknowns(), 5 * 5 * 1 + 11 * 7 * 2 + 4 * 2 * 7 * 3);
  EXPECT_EQ(geometry.heated_cells(), 9);
  EXPECT_DOUBLE_EQ(geometry.cell_size(), 1e-3);
}

TEST(HeatSinkGeometry, PlacesPartsByHand) {
  const Geometry geometry(small());
  // The plate fills x in [3, 8), y in [1, 6); the chip lies one cell further in.
  EXPECT_EQ(geometry.number({2, 1, 0}), -1);
  EXPECT_EQ(geometry.number({3, 1, 0}), 0);
  EXPECT_EQ(geometry.number({7, 5, 0}), 24);
  EXPECT_EQ(geometry.number({7, 6, 0}), -1);
  EXPECT_FALSE(geometry.heated({3, 2, 0}));
  EXPECT_TRUE(geometry.heated({4, 2, 0}));
  EXPECT_TRUE(geometry.heated({6, 4, 0}));
  EXPECT_FALSE(geometry.heated({4, 2, 1}));
  EXPECT_EQ(geometry.number({0, 0, 1}), 25);
  // Fins are two cells wide, gaps one.
  for (GlobalIndex x = 0; x < 11; ++x) {
    EXPECT_EQ(geometry.number({x, 3, 4}) < 0, x % 3 == 2) << x;
  }
  EXPECT_EQ(geometry.material({4, 2, 0}), Material::plate);
  EXPECT_EQ(geometry.material({4, 2, 1}), Material::copper);
  EXPECT_EQ(geometry.material({4, 2, 5}), Material::copper);
}

TEST(HeatSinkGeometry, NumbersSolidCellsInTheOrderOfTheGrid) {
  for (const Shape& shape : {small(), slab()}) {
    const Geometry geometry(shape);
    GlobalIndex next = 0;
    for (GlobalIndex z = -1; z <= geometry.nz(); ++z) {
      for (GlobalIndex y = -1; y <= geometry.ny(); ++y) {
        for (GlobalIndex x = -1; x <= geometry.nx(); ++x) {
          const GlobalIndex number = geometry.number({x, y, z});
          if (number < 0) continue;
          ASSERT_EQ(number, next++) << x << ' ' << y << ' ' << z;
          const Cell back = geometry.cell(number);
          ASSERT_EQ(back.x, x);
          ASSERT_EQ(back.y, y);
          ASSERT_EQ(back.z, z);
        }
      }
    }
    EXPECT_EQ(next, geometry.unknowns());
  }
}

TEST(HeatSinkGeometry, RefusesLengthsThatDoNotFit) {
  const auto geometry_of = [](auto change) {
    return [change] {
      Shape shape = small();
      change(shape);
      Geometry geometry(shape);
    };
  };
  EXPECT_THAT(geometry_of([](Shape& s) { s.fin_height = 2.5; }),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("fin_height is 2.5 mm")));
  EXPECT_THAT(geometry_of([](Shape& s) { s.fins = 5; }),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("5 fins of 2 cells leave 1 of 11")));
  EXPECT_THAT(geometry_of([](Shape& s) { s.chip_size = 6; }),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("chip_size (6 cells) exceeds")));
  EXPECT_THAT(geometry_of([](Shape& s) { s.plate_size = 4; }),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("cannot be centred on width")));
}

TEST(HeatSinkMatrix, IsSymmetricAndLosesHeatToTheAirOnly) {
  const Conduction problem(Geometry(small()), Physics{});
  const auto a = dense(problem);
  double lost = 0;
  double supplied = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto row = static_cast<GlobalIndex>(i);
    double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      ASSERT_EQ(a[i][j], a[j][i]) << i << ' ' << j;
      if (i != j) {
        ASSERT_LE(a[i][j], 0) << i << ' ' << j;
      }
      sum += a[i][j];
    }
    // Eight roundings at most, relative to the diagonal.
    ASSERT_NEAR(sum, problem.to_air(row), 8 * 2.3e-16 * a[i][i]) << i;
    lost += problem.to_air(row);
    supplied += problem.right_hand_side(row) - problem.to_air(row) * problem.physics().ambient;
  }
  // Faces in the air: the ground of the gaps, the fins' sides (outer ones, too), ends and tips.
  const int faces = 3 * 7 + 4 * (2 * 7 * 3 + 2 * 2 * 3 + 2 * 7);
  const double face_area = 1e-6;
  EXPECT_NEAR(lost, faces * face_area / (1 / 50.0 + 0.5e-3 / 400), 1e-12 * lost);
  EXPECT_NEAR(supplied, 100, 1e-11);
}

TEST(HeatSinkMatrix, HasConductancesInSeriesBetweenMaterials) {
  const Geometry geometry(small());
  const Conduction problem(geometry, Physics{});
  const auto a = dense(problem);
  const auto entry = [&](const Cell& one, const Cell& other) {
    return a[static_cast<std::size_t>(geometry.number(one))]
            [static_cast<std::size_t>(geometry.number(other))];
  };
  const double area_over_size = 1e-3;
  EXPECT_DOUBLE_EQ(entry({4, 3, 0}, {5, 3, 0}), -1.5 * area_over_size);
  EXPECT_DOUBLE_EQ(entry({4, 3, 2}, {4, 3, 3}), -400 * area_over_size);
  EXPECT_DOUBLE_EQ(entry({4, 3, 0}, {4, 3, 1}), -2 / (1 / 1.5 + 1 / 400.0) * area_over_size);
}

TEST(HeatSinkMatrix, IsTheSameWhenAssembledOnAnyNumberOfRanks) {
  const Conduction problem(Geometry(small()), Physics{});
  const auto layout = Layout::even(problem.geometry().unknowns(), Communicator::world());
  const auto a = assemble_matrix(problem, layout);
  const auto rows = dense(problem);
  std::int64_t entries = 0;
  for (const auto& row : rows)
    entries += std::count_if(row.begin(), row.end(), [](double v) { return v != 0; });
  EXPECT_EQ(a.global_entries(), entries);

  const auto x = suan::random_vector<double>(layout, 7);
  suan::Vector<double> y(layout);
  a.apply(x, y);
  const auto x_all = x.gather();
  const auto y_all = y.gather();
  for (std::size_t i = 0; i < y_all.size(); ++i) {
    double expected = 0;
    for (std::size_t j = 0; j < rows.size(); ++j) expected += rows[i][j] * x_all[j];
    // Seven products and sums of elements below the diagonal's size.
    ASSERT_NEAR(y_all[i], expected, 14 * 2.3e-16 * 2 * rows[i][i]) << i;
  }
}

TEST(HeatSinkSolution, OfASlabIsExact) {
  const Shape shape = slab();
  const Geometry geometry(shape);
  const Physics physics{.heat_transfer = 5000, .power = 1};
  const Conduction problem(geometry, physics);
  const auto layout = Layout::even(geometry.unknowns(), Communicator::world());
  const auto a = assemble_matrix(problem, layout);
  const auto solved = solve(a, assemble_right_hand_side(problem, layout));
  const double allowed = error_bound(a, solved.residual);
  EXPECT_LT(allowed, 1e-4);

  // Flux through film, copper and plate in series.
  const double flux = physics.power / (3e-3 * 3e-3);
  const double top = physics.ambient + flux / physics.heat_transfer;
  const double joint = top + flux * 6e-3 / 400;
  const double bottom = joint + flux * 2e-3 / 1.5;
  const auto exact = [&](double z) {
    return z < 2e-3 ? bottom - flux * z / 1.5 : joint - flux * (z - 2e-3) / 400;
  };
  const auto local = solved.x.to_host();
  for (std::size_t k = 0; k < local.size(); ++k) {
    const Cell cell = geometry.cell(layout.first() + static_cast<GlobalIndex>(k));
    const double z = (static_cast<double>(cell.z) + 0.5) * geometry.cell_size();
    ASSERT_NEAR(local[k], exact(z), allowed) << "z " << z;
  }
  const Summary summary = summarise(problem, solved.x, solved.residual);
  EXPECT_NEAR(summary.hottest_chip, bottom, allowed);
  EXPECT_NEAR(summary.resistance, (1 / 5000.0 + 6e-3 / 400 + 2e-3 / 1.5) / 9e-6, allowed);
}

TEST(HeatSinkSolution, IsTheSameOnAnyNumberOfRanks) {
  const Conduction problem(Geometry(small()), Physics{});
  const GlobalIndex n = problem.geometry().unknowns();
  const auto layout = Layout::even(n, Communicator::world());
  const auto spread =
      solve(assemble_matrix(problem, layout), assemble_right_hand_side(problem, layout));

  const auto serial = Layout::serial(n);
  const auto a = assemble_matrix(problem, serial);
  const auto alone = solve(a, assemble_right_hand_side(problem, serial));
  const double allowed = error_bound(a, spread.residual + alone.residual);
  EXPECT_LT(allowed, 1e-4);

  const auto all = spread.x.gather();
  const auto reference = alone.x.to_host();
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_NEAR(all[i], reference[i], allowed) << i;
}

TEST(HeatSinkSolution, PutsOutWhatGoesIn) {
  const Conduction problem(Geometry(small()), Physics{});
  const auto layout = Layout::even(problem.geometry().unknowns(), Communicator::world());
  const auto solved =
      solve(assemble_matrix(problem, layout), assemble_right_hand_side(problem, layout));
  const Summary summary = summarise(problem, solved.x, solved.residual);
  EXPECT_TRUE(summary.balanced());
  EXPECT_LT(summary.relative_difference(), 1e-9);
  EXPECT_DOUBLE_EQ(summary.heat_in, 100);
  EXPECT_GT(summary.coldest, problem.physics().ambient);
  EXPECT_LT(summary.coldest, summary.hottest_copper);
  EXPECT_LT(summary.hottest_copper, summary.hottest_chip);

  // A field that does not solve the system must not pass.
  auto wrong = solved.x;
  suan::scale(1.001, wrong);
  EXPECT_FALSE(summarise(problem, wrong, solved.residual).balanced());
}

TEST(HeatSinkOutput, PutsEveryUnknownIntoItsCellAndNanIntoAir) {
  const Geometry geometry(small());
  const auto layout = Layout::even(geometry.unknowns(), Communicator::world());
  const auto numbers =
      suan::generate<double>(layout, [](GlobalIndex i) { return static_cast<double>(i); });
  const auto field = temperature_on_grid(geometry, numbers);
  const auto material = material_on_grid(geometry, layout);
  ASSERT_EQ(field.global_size(), geometry.grid_cells());
  ASSERT_EQ(material.global_size(), geometry.grid_cells());

  const auto all = field.gather();
  const auto materials = material.gather();
  for (std::size_t p = 0; p < all.size(); ++p) {
    const auto position = static_cast<GlobalIndex>(p);
    const Cell cell{position % geometry.nx(), position / geometry.nx() % geometry.ny(),
                    position / geometry.nx() / geometry.ny()};
    const GlobalIndex number = geometry.number(cell);
    if (number < 0) {
      ASSERT_TRUE(std::isnan(all[p])) << p;
      ASSERT_EQ(materials[p], 0) << p;
    } else {
      ASSERT_EQ(all[p], static_cast<double>(number));
      ASSERT_EQ(materials[p], static_cast<float>(geometry.material(cell)));
    }
  }
}

TEST(HeatSinkOutput, GivesRanksWithoutUnknownsNoCells) {
  // One plate cell and one copper cell: with more than two ranks some have nothing.
  const Geometry geometry(Shape{.cells_per_mm = 1,
                                .width = 1,
                                .depth = 1,
                                .base_thickness = 1,
                                .fins = 0,
                                .plate_size = 1,
                                .plate_thickness = 1,
                                .chip_size = 1});
  const auto layout = Layout::even(geometry.unknowns(), Communicator::world());
  const auto grid = grid_layout(geometry, layout);
  EXPECT_EQ(grid.global_size(), 2);
  EXPECT_EQ(grid.local_size(), layout.local_size());
}

TEST(HeatSinkOptions, AreReadAndChecked) {
  const auto read = [](std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "suan_heat_sink");
    return parse(static_cast<int>(arguments.size()), arguments.data());
  };
  const Options options = read({"--cells-per-mm", "1", "--fin-height=12.5", "--rtol", "1e-6",
                                "--matrix=false", "--output", "folder"});
  EXPECT_EQ(options.shape.cells_per_mm, 1);
  EXPECT_EQ(options.shape.fin_height, 12.5);
  EXPECT_EQ(options.solve.krylov().rtol, 1e-6);
  EXPECT_FALSE(options.matrix);
  EXPECT_EQ(options.output, "folder");
  EXPECT_THAT(
      [&] {
        read({"--fin-hight", "3"});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("fin_height")));
  EXPECT_THAT(
      [&] {
        read({"--power", "-1"});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("power")));
  EXPECT_THAT([&] { read({"--power"}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("needs a value")));
  EXPECT_THAT([&] { read({"demo"}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("is not an option")));
  for (const auto& option : Options::table().descriptions()) {
    EXPECT_THAT(help_text(), HasSubstr("--" + option.flag()));
  }
}

}  // namespace
}  // namespace heat_sink
