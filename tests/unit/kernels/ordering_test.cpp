// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/ordering.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "host_matrix.hpp"
#include "suan/kernels/graph.hpp"
#include "suan/matrix/transform.hpp"
#include "support/instances.hpp"

namespace {

using suan::Csr;
using suan::LocalIndex;
using suan::Offset;
using suan::Ordering;
using suan::Permutation;
using suan::test::HostMatrix;
using suan::test::irregular;

using Neighbours = std::vector<std::vector<LocalIndex>>;

std::size_t at(LocalIndex i) { return static_cast<std::size_t>(i); }

/// The graph, made in the plainest way.
template <class T>
Neighbours neighbours_of(const HostMatrix<T>& a) {
  Neighbours graph(at(a.rows));
  for (LocalIndex i = 0; i < a.rows; ++i) {
    for (auto k = a.begin(at(i)); k < a.begin(at(i) + 1); ++k) {
      if (a.indices[k] == i) continue;
      graph[at(i)].push_back(a.indices[k]);
      graph[at(a.indices[k])].push_back(i);
    }
  }
  for (auto& list : graph) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return graph;
}

/// All vertices within distance 1 or 2 of i, except i.
std::vector<LocalIndex> near(const Neighbours& graph, LocalIndex i, int distance) {
  auto result = graph[at(i)];
  if (distance == 2) {
    for (const LocalIndex j : graph[at(i)]) {
      result.insert(result.end(), graph[at(j)].begin(), graph[at(j)].end());
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  result.erase(std::remove(result.begin(), result.end(), i), result.end());
  return result;
}

template <class T>
HostMatrix<T> from_columns(const Neighbours& rows) {
  HostMatrix<T> a{
      static_cast<LocalIndex>(rows.size()), static_cast<LocalIndex>(rows.size()), {0}, {}, {}};
  for (const auto& row : rows) {
    for (const LocalIndex j : row) {
      a.indices.push_back(j);
      a.values.push_back(T(static_cast<float>(a.indices.size())));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// The 5-point stencil on nx * ny points, whose numbers are shuffled.
template <class T>
HostMatrix<T> shuffled_grid(LocalIndex nx, LocalIndex ny) {
  std::vector<LocalIndex> number(at(nx * ny));
  std::iota(number.begin(), number.end(), 0);
  std::uint32_t state = 1;
  for (std::size_t k = number.size(); k > 1; --k) {
    state = state * 1664525u + 1013904223u;
    std::swap(number[k - 1], number[(state >> 8) % k]);
  }
  Neighbours rows(number.size());
  for (LocalIndex y = 0; y < ny; ++y) {
    for (LocalIndex x = 0; x < nx; ++x) {
      auto& row = rows[at(number[at(x + nx * y)])];
      for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        if (x + dx < 0 || x + dx >= nx || y + dy < 0 || y + dy >= ny) continue;
        row.push_back(number[at(x + dx + nx * (y + dy))]);
      }
      std::sort(row.begin(), row.end());
    }
  }
  return from_columns<T>(rows);
}

/// A star: every vertex is a neighbour of vertex 0, which one dense row says.
template <class T>
HostMatrix<T> star(LocalIndex n) {
  Neighbours rows(at(n));
  rows[0].resize(at(n));
  std::iota(rows[0].begin(), rows[0].end(), 0);
  return from_columns<T>(rows);
}

template <class T>
std::vector<HostMatrix<T>> matrices() {
  return {HostMatrix<T>{},
          from_columns<T>({{}}),
          from_columns<T>({{}, {}, {}}),
          from_columns<T>({{1}, {}}),
          shuffled_grid<T>(23, 17),
          irregular<T>(300, 300, 300),
          star<T>(200),
          irregular<T>(2000, 2000, 30)};
}

std::vector<LocalIndex> to_host(const suan::DeviceView<LocalIndex>& list) {
  const auto mirror = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), list);
  return {mirror.data(), mirror.data() + mirror.extent(0)};
}

template <class T>
suan::kernels::GraphView graph_of(const Csr<T>& a) {
  return suan::kernels::make_graph(a.rows(), a.view().offsets, a.view().indices);
}

void expect_permutation(const Permutation& p, LocalIndex n) {
  ASSERT_EQ(p.order.size(), at(n));
  ASSERT_EQ(p.position.size(), at(n));
  std::vector<int> seen(at(n));
  for (LocalIndex k = 0; k < n; ++k) {
    ASSERT_GE(p.order[at(k)], 0);
    ASSERT_LT(p.order[at(k)], n);
    ++seen[at(p.order[at(k)])];
    EXPECT_EQ(p.position[at(p.order[at(k)])], k);
  }
  EXPECT_THAT(seen, testing::Each(1));
}

/// The largest |i - j| of an entry.
template <class T>
LocalIndex bandwidth(const Csr<T>& a) {
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.view().offsets);
  const auto indices = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.view().indices);
  LocalIndex width = 0;
  for (LocalIndex i = 0; i < a.rows(); ++i) {
    for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
      width = std::max(width, std::abs(i - indices(k)));
    }
  }
  return width;
}

/// The entries of the Cholesky factor of the pattern, by elimination of one vertex after another.
std::size_t fill(Neighbours graph, const Permutation& p) {
  std::size_t entries = 0;
  for (const LocalIndex v : p.order) {
    std::vector<LocalIndex> later;
    for (const LocalIndex w : graph[at(v)]) {
      if (p.position[at(w)] > p.position[at(v)]) later.push_back(w);
    }
    entries += later.size() + 1;
    for (const LocalIndex w : later) {
      auto& list = graph[at(w)];
      list.insert(list.end(), later.begin(), later.end());
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
      list.erase(std::remove(list.begin(), list.end(), w), list.end());
    }
  }
  return entries;
}

template <class T>
class OrderingTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(OrderingTest, Scalars);

TYPED_TEST(OrderingTest, RefusesWhatIsNotSquareAndOtherDistances) {
  using T = TypeParam;
  const auto oblong = irregular<T>(6, 5, 5).csr();
  EXPECT_THROW(suan::compute_ordering(oblong, Ordering::rcm), suan::InvalidArgument);
  EXPECT_THROW(suan::compute_coloring(oblong, 1), suan::InvalidArgument);
  EXPECT_THROW(suan::maximal_independent_set_2(oblong), suan::InvalidArgument);
  const auto square = irregular<T>(6, 6, 6).csr();
  EXPECT_THROW(suan::compute_coloring(square, 0), suan::InvalidArgument);
  EXPECT_THROW(suan::compute_coloring(square, 3), suan::InvalidArgument);
}

TYPED_TEST(OrderingTest, TheGraphIsThatOfBothTriangles) {
  using T = TypeParam;
  for (const auto& a : matrices<T>()) {
    const auto graph = graph_of(a.csr());
    const auto expected = neighbours_of(a);
    const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.offsets);
    const auto all = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.neighbours);
    for (LocalIndex i = 0; i < a.rows; ++i) {
      EXPECT_EQ(std::vector<LocalIndex>(all.data() + offsets(i), all.data() + offsets(i + 1)),
                expected[at(i)]);
    }
  }
}

TYPED_TEST(OrderingTest, ColoringsByHand) {
  using T = TypeParam;
  // A path of three: ends and middle differ; with distance 2 all differ.
  const auto path = from_columns<T>({{1}, {2}, {}}).csr();
  const auto one = to_host(suan::compute_coloring(path, 1).color);
  EXPECT_NE(one[0], one[1]);
  EXPECT_NE(one[1], one[2]);
  EXPECT_THAT(to_host(suan::compute_coloring(path, 2).color),
              testing::UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(suan::compute_coloring(from_columns<T>({{}, {}}).csr(), 2).colors, 1);
  EXPECT_EQ(suan::compute_coloring(HostMatrix<T>{}.csr(), 1).colors, 0);
  // More than the 64 colors that are looked at together.
  EXPECT_EQ(suan::compute_coloring(star<T>(200).csr(), 1).colors, 2);
  EXPECT_EQ(suan::compute_coloring(star<T>(200).csr(), 2).colors, 200);
}

TYPED_TEST(OrderingTest, NeighboursHaveDifferentColorsAndNoColorIsLargerThanItMust) {
  using T = TypeParam;
  for (const auto& a : matrices<T>()) {
    const auto graph = neighbours_of(a);
    for (const int distance : {1, 2}) {
      const auto coloring = suan::compute_coloring(a.csr(), distance);
      const auto color = to_host(coloring.color);
      ASSERT_EQ(color.size(), at(a.rows));
      LocalIndex largest = -1;
      for (LocalIndex i = 0; i < a.rows; ++i) {
        std::vector<bool> used(at(a.rows) + 1);
        for (const LocalIndex j : near(graph, i, distance)) used[at(color[at(j)])] = true;
        EXPECT_FALSE(used[at(color[at(i)])]) << "vertex " << i << ", distance " << distance;
        for (LocalIndex c = 0; c < color[at(i)]; ++c) EXPECT_TRUE(used[at(c)]) << "vertex " << i;
        largest = std::max(largest, color[at(i)]);
      }
      EXPECT_EQ(coloring.colors, largest + 1);
    }
  }
}

TYPED_TEST(OrderingTest, IndependentSetsAreIndependentAndMaximal) {
  using T = TypeParam;
  EXPECT_EQ(to_host(suan::maximal_independent_set_2(star<T>(50).csr())).size(), 1u);
  EXPECT_EQ(to_host(suan::maximal_independent_set_2(from_columns<T>({{}, {}}).csr())),
            (std::vector<LocalIndex>{0, 1}));
  for (const auto& a : matrices<T>()) {
    const auto graph = neighbours_of(a);
    const auto members = to_host(suan::maximal_independent_set_2(a.csr()));
    EXPECT_TRUE(std::is_sorted(members.begin(), members.end()));
    std::vector<int> covered(at(a.rows));
    for (const LocalIndex i : members) {
      EXPECT_EQ(covered[at(i)], 0) << "vertex " << i << " is near another member";
      covered[at(i)] = 1;
      for (const LocalIndex j : near(graph, i, 2)) covered[at(j)] = 1;
    }
    EXPECT_THAT(covered, testing::Each(1)) << "a vertex could be added";
  }
}

// Graphs know nothing of scalars, so one type is enough here.
TEST(Orderings, SameResultsOnAnyNumberOfThreadsAndEachTime) {
  const auto graph = graph_of(irregular<double>(3000, 3000, 30).csr());
  std::vector<std::vector<LocalIndex>> expected;
  for (const auto& space : suan::test::instances()) {
    for (int repetition = 0; repetition < 20; ++repetition) {
      const std::vector<std::vector<LocalIndex>> found{
          to_host(suan::kernels::color_graph(space, graph, 1)),
          to_host(suan::kernels::color_graph(space, graph, 2)),
          to_host(suan::kernels::independent_set_2(space, graph))};
      if (expected.empty()) expected = found;
      ASSERT_EQ(found, expected);
    }
  }
}

TYPED_TEST(OrderingTest, EveryOrderingIsAPermutationAndTheSameEachTime) {
  using T = TypeParam;
  for (const Ordering ordering : suan::available_orderings()) {
    SCOPED_TRACE(suan::to_string(ordering));
    for (const auto& a : matrices<T>()) {
      const auto p = suan::compute_ordering(a.csr(), ordering);
      expect_permutation(p, a.rows);
    }
    const auto a = irregular<T>(600, 600, 40).csr();
    const auto first = suan::compute_ordering(a, ordering).order;
    for (int repetition = 0; repetition < 20; ++repetition) {
      ASSERT_EQ(suan::compute_ordering(a, ordering).order, first);
    }
  }
}

TYPED_TEST(OrderingTest, ReverseCuthillMckeeByHand) {
  using T = TypeParam;
  // The path 2 - 0 - 3 - 1: from one end to the other.
  const auto path = from_columns<T>({{2, 3}, {3}, {}, {}}).csr();
  const auto order = suan::compute_ordering(path, Ordering::rcm).order;
  const std::vector<LocalIndex> forth{2, 0, 3, 1};
  const std::vector<LocalIndex> back{1, 3, 0, 2};
  EXPECT_TRUE(order == forth || order == back);
}

// The levels around a corner of the grid have at most 17 points, and an entry connects points of
// one level or of two that follow each other.
TYPED_TEST(OrderingTest, ReverseCuthillMckeeGathersAGridAtTheDiagonal) {
  using T = TypeParam;
  const auto grid = shuffled_grid<T>(41, 17).csr();
  const auto p = suan::compute_ordering(grid, Ordering::rcm);
  EXPECT_LE(bandwidth(suan::permute<T>(grid, p.order)), 2 * 17);
  EXPECT_GT(bandwidth(grid), 10 * 17);
}

TYPED_TEST(OrderingTest, OthersOrderingsGiveLessFillThanABand) {
  using T = TypeParam;
  const auto a = shuffled_grid<T>(40, 40);
  const auto graph = neighbours_of(a);
  const auto band = fill(graph, suan::compute_ordering(a.csr(), Ordering::rcm));
  for (const Ordering ordering : suan::available_orderings()) {
    if (ordering == Ordering::rcm) continue;
    EXPECT_LT(fill(graph, suan::compute_ordering(a.csr(), ordering)), band * 2 / 3)
        << suan::to_string(ordering);
  }
}

TYPED_TEST(OrderingTest, WhatIsNotBuiltInIsRefusedInWords) {
  using T = TypeParam;
  const auto available = suan::available_orderings();
  EXPECT_THAT(available, testing::Contains(Ordering::rcm));
  const auto a = shuffled_grid<T>(3, 3).csr();
  for (const Ordering ordering : {Ordering::metis, Ordering::amd}) {
    if (std::find(available.begin(), available.end(), ordering) != available.end()) continue;
    try {
      suan::compute_ordering(a, ordering);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const suan::NotSupported& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(std::string(suan::to_string(ordering))));
      EXPECT_THAT(error.what(), testing::HasSubstr("use rcm"));
    }
  }
}

TEST(Orderings, NamesGoBothWays) {
  for (const auto ordering : {Ordering::rcm, Ordering::metis, Ordering::amd}) {
    EXPECT_EQ(suan::ordering_from_string(suan::to_string(ordering)), ordering);
  }
  EXPECT_THROW(suan::ordering_from_string("metiss"), suan::InvalidArgument);
}

}  // namespace
