// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Memory that ends on a rank while levels move to fewer ranks, or are there: an error on all.
#include <memory>
#include <optional>

#include "multigrid/agglomeration.hpp"
#include "multigrid/classical.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/vector/blas1.hpp"
#include "support/failing_memory.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Vector;
using suan::multigrid::Agglomeration;
using suan::test::fail_one_by_one;

DistributedMatrix<double> cube(const Layout& layout, GlobalIndex n) {
  return suan::test::grid3d<double>(layout, n, suan::test::isotropic());
}

/// Rank 0 takes part in all levels, the last one only if it is alone.
std::vector<int> ends(const suan::Communicator& comm) { return {0, comm.size() - 1}; }

TEST(MovedMemory, RowsMoveOnAllRanksOrOnNone) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the host's allocations fail";
  const GlobalIndex n = 12;
  const auto layout = suan::test::layouts(n * n * n).front();
  const auto a = cube(layout, n);
  const MultiVector<double> vectors(layout, 3);
  const Agglomeration to(layout.comm(), 1);
  const auto nothing = [] {};
  for (const int rank : ends(layout.comm())) {
    EXPECT_GT(fail_one_by_one(rank, nothing, [&] { to.moved(a); }), 0);
    EXPECT_GT(fail_one_by_one(rank, nothing, [&] { to.moved(vectors); }), 0);
  }
}

TEST(MovedMemory, UnknownsOfClassicalMultigridMoveOnAllRanksOrOnNone) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the host's allocations fail";
  const GlobalIndex n = 16;
  const auto layout = suan::test::layouts(n * n * n, 2).front();
  const auto a = cube(layout, n);
  const Agglomeration to(layout.comm(), 1);
  std::unique_ptr<suan::multigrid::Coarsening<double>> coarsening;
  DistributedMatrix<double> moved;
  const auto prepare = [&] {
    coarsening =
        suan::multigrid::make_classical(a, suan::constant_vectors<double>(layout, 2),
                                        {.coarsening = "classical", .block_size = 2}, true);
    suan::multigrid::Level<double> fine{.a = a};
    suan::AmgLevel report;
    std::vector<std::string> notes;
    auto memory = suan::multigrid::MemoryPlan::without_limit(layout.comm());
    suan::multigrid::LevelLog log{0, report, notes, memory};
    ASSERT_TRUE(coarsening->interpolate(fine, nullptr, log));
    moved = to.moved(suan::galerkin_product(fine.r, fine.a, fine.p));
  };
  int failures = 0;
  for (const int rank : ends(layout.comm())) {
    failures += fail_one_by_one(rank, prepare, [&] { coarsening->descend(moved, &to); });
  }
  EXPECT_GT(failures, 0);
}

struct Hierarchies {
  std::string name;
  DistributedMatrix<double> a;
  AmgOptions options;
};

/// A last level with sparse factors on one rank; and levels on fewer and fewer ranks.
std::vector<Hierarchies> hierarchies() {
  const GlobalIndex n = 220;
  const auto square = suan::test::layouts(n * n).front();
  const auto plane =
      suan::generate_rows<double>(square, square, [n](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i >= n) row.add(i - n, -1);
        if (i % n > 0) row.add(i - 1, -1);
        row.add(i, 4);
        if (i % n < n - 1) row.add(i + 1, -1);
        if (i + n < n * n) row.add(i + n, -1);
      });
  const auto a = cube(suan::test::layouts(16 * 16 * 16).front(), 16);
  return {{"sparse ldl",
           plane,
           {.first_aggregates = "small", .levels = 2, .rank_rows = 5000, .precision = "same"}},
          {"ldl", a, {.coarse_rows = 10, .rank_rows = 40, .precision = "same"}},
          {"ldl", a, {.coarse_rows = 10, .rank_rows = 40, .precision = "same", .cycle = "w"}},
          {"ldl", a, {.coarse_rows = 10, .rank_rows = 40, .precision = "same", .cycle = "k"}}};
}

MultiVector<double> random_vectors(const Layout& layout, suan::LocalIndex columns) {
  MultiVector<double> x(layout, columns);
  for (suan::LocalIndex j = 0; j < columns; ++j) {
    x.set_column(j, suan::random_vector(layout, static_cast<std::uint64_t>(j)));
  }
  return x;
}

// A cycle that cannot have its vectors, or those of a smoother or of the last level, ends on all
// ranks; the next one has them, with as many vectors or with others.
TEST(MovedMemory, CyclesEndOnAllRanksAndWorkAgain) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the host's allocations fail";
  for (const auto& [name, a, options] : hierarchies()) {
    SCOPED_TRACE(name + ", " + options.cycle);
    const Amg<double> m(a, options);
    EXPECT_EQ(m.report().levels.back().smoother, name);
    EXPECT_EQ(m.report().levels.back().ranks, 1);
    const auto applied = [&m](const MultiVector<double>& x) {
      MultiVector<double> y(x.layout(), x.columns());
      m.apply(x, y);
      return y.to_host();
    };
    const auto five = random_vectors(a.row_layout(), 5);
    const auto three = random_vectors(a.row_layout(), 3);
    const auto of_five = applied(five);
    const auto of_three = applied(three);
    MultiVector<double> y(a.row_layout(), 5);
    for (const int rank : ends(a.comm())) {
      const auto prepare = [&] {
        EXPECT_TRUE(applied(five) == of_five);
        EXPECT_TRUE(applied(three) == of_three);
      };
      EXPECT_GT(fail_one_by_one(rank, prepare, [&] { m.apply(five, y); }), 0);
    }
  }
}

TEST(MovedMemory, TheFirstCycleEndsOnAllRanks) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the host's allocations fail";
  const auto problem = hierarchies()[1];
  const auto x = suan::random_vector(problem.a.row_layout(), 1);
  Vector<double> y(problem.a.row_layout());
  std::optional<Amg<double>> m;
  const auto prepare = [&] { m.emplace(problem.a, problem.options); };
  for (const int rank : ends(problem.a.comm())) {
    EXPECT_GT(fail_one_by_one(rank, prepare, [&] { m->apply(x, y); }), 0);
  }
}

}  // namespace
