// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Levels on fewer ranks: where they are changes nothing but messages.
#include "multigrid/agglomeration.hpp"

#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid/hierarchy.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::Communicator;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Vector;
using suan::multigrid::Hierarchy;

/// With this and about 500 rows on level 1, four ranks become two there, and one on level 2.
constexpr std::int64_t few_rows = 40;

template <class T>
struct Entries {
  std::vector<suan::Offset> offsets;
  std::vector<GlobalIndex> columns;
  std::vector<T> values;
  bool operator==(const Entries&) const = default;
};

template <class View>
auto host_copy(const View& view) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  return std::vector<typename View::non_const_value_type>(host.data(), host.data() + host.size());
}

/// All entries, on the first rank that has the matrix.
template <class T>
Entries<T> entries_of(const DistributedMatrix<T>& a) {
  std::vector<GlobalIndex> rows;
  for (GlobalIndex i = 0; a.comm().is_root() && i < a.global_rows(); ++i) rows.push_back(i);
  const auto fetched = suan::fetch_rows(a, std::span<const GlobalIndex>(rows));
  return {host_copy(fetched.offsets), host_copy(fetched.columns), host_copy(fetched.values)};
}

/// A, P and R of all levels, on rank 0.
template <class T>
std::vector<Entries<T>> matrices_of(const Hierarchy<T>& hierarchy) {
  std::vector<Entries<T>> result;
  const auto& levels = hierarchy.levels();
  for (std::size_t k = 0; hierarchy.takes_part(k); ++k) {
    result.push_back(entries_of(levels[k].a));
    if (k + 1 == levels.size()) break;
    result.push_back(entries_of(levels[k].p));
    result.push_back(entries_of(levels[k].r));
  }
  return result;
}

std::vector<std::int64_t> ranks_of(const suan::AmgReport& report) {
  std::vector<std::int64_t> ranks;
  for (const auto& level : report.levels) ranks.push_back(level.ranks);
  return ranks;
}

/// A matrix and the vectors that it nearly maps to zero, in any distribution.
template <class T>
struct Case {
  std::string name;
  GlobalIndex rows;
  GlobalIndex block;
  std::function<DistributedMatrix<T>(const Layout&)> matrix;
  std::function<MultiVector<T>(const Layout&)> near_null;
  AmgOptions options;
};

template <class T>
std::vector<Case<T>> cases() {
  const GlobalIndex n = 16;
  const auto rough = [](GlobalIndex i, GlobalIndex j, int) {
    return 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17));
  };
  const auto grid = [=](const Layout& layout) { return suan::test::grid3d<T>(layout, n, rough); };
  const auto ones = [](const Layout& layout) { return suan::constant_vectors<T>(layout, 1); };
  const AmgOptions plain{.coarse_rows = 10, .rank_rows = few_rows};
  std::vector<Case<T>> result = {{"aggregation", n * n * n, 1, grid, ones, plain}};
  auto options = plain;
  options.smooth_prolongator = false;
  result.push_back({"unsmoothed", n * n * n, 1, grid, ones, options});
  options = plain;
  options.coarsening = "classical";
  result.push_back({"classical", n * n * n, 1, grid, ones, options});
  options.block_size = 2;
  const auto twos = [](const Layout& layout) { return suan::constant_vectors<T>(layout, 2); };
  result.push_back({"classical, two unknowns", n * n * n, 2, grid, twos, options});
  const suan::test::Cantilever beam{.x = 12, .y = 8, .z = 8};
  options = plain;
  options.block_size = 3;
  if constexpr (std::is_same_v<T, double>) {
    result.push_back({"elasticity", 3 * beam.nodes(), 3,
                      [beam](const Layout& layout) { return beam.matrix(layout); },
                      [beam](const Layout& layout) {
                        return suan::rigid_body_modes<double>(layout, 3, beam.coordinates(layout));
                      },
                      options});
  }
  return result;
}

template <class T>
Hierarchy<T> made(const Case<T>& problem, const Layout& layout, std::int64_t rank_rows,
                  const Hierarchy<T>* before = nullptr) {
  auto options = problem.options;
  options.rank_rows = rank_rows;
  return {problem.matrix(layout), problem.near_null(layout), options, before};
}

template <class T>
class AgglomerationTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AgglomerationTest, Scalars);

TYPED_TEST(AgglomerationTest, LevelsHaveTheSameBitsWhereverTheyAre) {
  using T = TypeParam;
  for (const auto& problem : cases<T>()) {
    SCOPED_TRACE(problem.name);
    const auto expected = matrices_of(made<T>(problem, Layout::serial(problem.rows), 0));
    for (const auto& layout : suan::test::layouts(problem.rows, problem.block)) {
      for (const std::int64_t rank_rows : {std::int64_t{0}, few_rows, std::int64_t{-1}}) {
        const auto hierarchy = made<T>(problem, layout, rank_rows);
        const auto found = matrices_of(hierarchy);
        EXPECT_TRUE(!layout.comm().is_root() || found == expected) << rank_rows;
        if (rank_rows != few_rows) continue;
        // With the structure that is known, twice: the second time with plans.
        const auto second = made<T>(problem, layout, rank_rows, &hierarchy);
        const auto third = made<T>(problem, layout, rank_rows, &second);
        const auto updated = matrices_of(third);
        EXPECT_TRUE(!layout.comm().is_root() || updated == expected) << rank_rows;
        EXPECT_EQ(ranks_of(third.report()), ranks_of(hierarchy.report()));
      }
    }
  }
}

TYPED_TEST(AgglomerationTest, MatricesKeepTheirEntriesInOtherLayouts) {
  using T = TypeParam;
  const GlobalIndex n = 6;
  const auto world = Communicator::world();
  const auto size = n * n * n;
  // On one rank alone, whichever; and shifted by a few.
  std::vector<Layout> others;
  for (int r = 0; r < world.size(); ++r) {
    others.push_back(Layout::from_local_size(world.rank() == r ? size : 0, world));
  }
  const bool is_end = world.size() > 1 && (world.rank() == 0 || world.rank() == world.size() - 1);
  const auto even = Layout::even(size, world).local_size();
  others.push_back(
      Layout::from_local_size(!is_end ? even : (world.rank() == 0 ? even + 5 : even - 5), world));
  for (const auto& layout : suan::test::layouts(size)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    const auto expected = entries_of(a);
    for (const auto& other : others) {
      const auto columns = suan::multigrid::redistributed(a, layout, other);
      EXPECT_TRUE(columns.row_layout() == layout && columns.column_layout() == other);
      EXPECT_TRUE(entries_of(columns) == expected);
      const auto rows = suan::multigrid::redistributed(a, other, layout);
      EXPECT_TRUE(rows.row_layout() == other && rows.column_layout() == layout);
      EXPECT_TRUE(entries_of(rows) == expected);
      EXPECT_EQ(columns.global_entries(), a.global_entries());
    }
  }
}

TEST(Agglomeration, GroupsStayWithinNodesWhileTheyAreSmaller) {
  using suan::multigrid::begins_of_groups;
  using Begins = std::vector<int>;
  EXPECT_EQ(begins_of_groups({0, 1}, 1), (Begins{0, 1}));
  EXPECT_EQ(begins_of_groups({0, 16}, 16), (Begins{0, 16}));
  EXPECT_EQ(begins_of_groups({0, 16}, 3), (Begins{0, 2, 5, 8, 10, 13, 16}));
  EXPECT_EQ(begins_of_groups({0, 6, 12}, 4), (Begins{0, 3, 6, 9, 12}));
  EXPECT_EQ(begins_of_groups({0, 4, 8, 12}, 8), (Begins{0, 8, 12}));
  EXPECT_EQ(begins_of_groups({0, 1, 2, 3, 4, 5}, 2), (Begins{0, 2, 4, 5}));
  // A small node does not join a part of another one.
  EXPECT_EQ(begins_of_groups({0, 5, 6, 7}, 4), (Begins{0, 2, 5, 7}));
}

TEST(Agglomeration, LevelsMoveToFewerRanksOneAfterTheOther) {
  auto problem = cases<double>().front();
  problem.options.first_aggregates = "small";
  const auto world = Communicator::world();
  const auto layout = Layout::even(problem.rows, world);
  const auto all = made(problem, layout, 0).report();
  EXPECT_EQ(all.levels[1].ranks, world.size());
  std::vector<std::int64_t> one(all.levels.size(), 1);
  one.front() = world.size();
  EXPECT_EQ(ranks_of(made(problem, layout, -1).report()), one);
  auto steps = one;
  if (world.size() == 4) steps[1] = 2;
  EXPECT_EQ(ranks_of(made(problem, layout, few_rows).report()), steps);
}

/// What a cycle makes of vectors, on every rank.
template <class T>
std::vector<T> applied(const Amg<T>& m, const Layout& layout) {
  Vector<T> y(layout);
  m.apply(suan::random_vector<T>(layout, 1), y);
  return suan::test::everywhere(y.to_host());
}

// Cycles differ by rounding alone, as products over ranks do, where the smoother has no blocks.
TEST(Agglomeration, CyclesAreTheSameUpToRounding) {
  for (const auto& problem : cases<double>()) {
    for (const std::string cycle : {"v", "w", "f", "k"}) {
      if (cycle != "v" && problem.name != "unsmoothed") continue;
      SCOPED_TRACE(problem.name + ", " + cycle);
      auto options = problem.options;
      options.cycle = cycle;
      options.precision = "same";
      options.smoother = "l1_jacobi";
      const auto layout = Layout::even(problem.rows / problem.block, Communicator::world());
      const auto rows = Layout::from_local_size(layout.local_size() * problem.block, layout.comm());
      const auto a = problem.matrix(rows);
      Amg<double> moved(a, problem.near_null(rows), options);
      options.rank_rows = 0;
      const Amg<double> everywhere(a, problem.near_null(rows), options);
      EXPECT_EQ(moved.report().levels.back().ranks, 1);
      const auto expected = applied(everywhere, rows);
      const auto close = [&] {
        const auto found = applied(moved, rows);
        double most = 0;
        double scale = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
          most = std::max(most, std::abs(found[i] - expected[i]));
          scale = std::max(scale, std::abs(expected[i]));
        }
        return most <= 1e-9 * scale;
      };
      EXPECT_TRUE(close());
      moved.update(a);
      EXPECT_TRUE(close());
    }
  }
}

TEST(Agglomeration, SeveralVectorsAreThoseOfOneAfterTheOther) {
  const auto problem = cases<double>().front();
  for (const auto& layout : suan::test::layouts(problem.rows)) {
    const auto a = problem.matrix(layout);
    const Amg<double> m(a, problem.options);
    MultiVector<double> x(layout, 3);
    MultiVector<double> y(layout, 3);
    for (suan::LocalIndex j = 0; j < 3; ++j) {
      x.set_column(j, suan::random_vector(layout, static_cast<std::uint64_t>(j)));
    }
    m.apply(x, y);
    for (suan::LocalIndex j = 0; j < 3; ++j) {
      Vector<double> alone(layout);
      m.apply(x.column(j), alone);
      suan::axpy(-1.0, y.column(j), alone);
      EXPECT_LE(suan::norm_inf(alone), 1e-5 * suan::norm_inf(y.column(j)));
    }
  }
}

// What only the ranks of a coarse level find out ends the set-up on all of them.
TEST(Agglomeration, ErrorsOnAMovedLevelAreThrownOnAllRanks) {
  const GlobalIndex n = 16;
  const auto layout = suan::test::even(n * n * n);
  // Shifted by more than the smallest eigenvalue: indefinite for smooth vectors alone.
  const auto a =
      suan::generate_rows<double>(layout, layout, [n](GlobalIndex i, suan::RowWriter<double>& row) {
        const std::array<GlobalIndex, 3> at = {i % n, i / n % n, i / (n * n)};
        const std::array<GlobalIndex, 3> step = {1, n, n * n};
        for (std::size_t k = 3; k-- > 0;) {
          if (at[k] > 0) row.add(i - step[k], -1);
        }
        row.add(i, 5.5);
        for (std::size_t k = 0; k < 3; ++k) {
          if (at[k] + 1 < n) row.add(i + step[k], -1);
        }
      });
  EXPECT_THROW(Amg<double>(a, {.coarse_rows = 10, .rank_rows = few_rows}), suan::InvalidArgument);
}

TEST(Agglomeration, ReportsTheSameOnAllRanks) {
  const auto problem = cases<double>().front();
  const auto layout = Layout::even(problem.rows, Communicator::world());
  const auto report = made(problem, layout, few_rows).report();
  std::ostringstream text;
  text << report;
  const auto world = Communicator::world();
  EXPECT_EQ(text.str(), world.broadcast(text.str()));
  const Amg<double> m(problem.matrix(layout), problem.options);
  const auto check = m.check();
  ASSERT_EQ(check.factors.size(), m.report().levels.size());
  ASSERT_EQ(check.asymmetry.size(), check.factors.size());
  ASSERT_EQ(check.interpolation.size() + 1, check.factors.size());
  for (const auto* measured : {&check.factors, &check.asymmetry, &check.interpolation}) {
    for (const double value : *measured) {
      EXPECT_LT(value, 1);
      EXPECT_EQ(value, world.max(value));
      EXPECT_EQ(value, world.min(value));
    }
  }
}

}  // namespace
