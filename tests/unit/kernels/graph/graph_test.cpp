// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Colorings and independent sets.
#include "kernels/graph/graph.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/ordering.hpp"
#include "support/instances.hpp"
#include "test_graphs.hpp"

namespace {

using suan::LocalIndex;
using suan::test::at;
using suan::test::from_columns;
using suan::test::graph_of;
using suan::test::HostMatrix;
using suan::test::irregular;
using suan::test::matrices;
using suan::test::near;
using suan::test::neighbours_of;
using suan::test::star;
using suan::test::to_host;

template <class T>
class GraphTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(GraphTest, Scalars);

TYPED_TEST(GraphTest, TheGraphIsThatOfBothTriangles) {
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

TYPED_TEST(GraphTest, ColoringsByHand) {
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
  // More than the 64 colors that are tested together.
  EXPECT_EQ(suan::compute_coloring(star<T>(200).csr(), 1).colors, 2);
  EXPECT_EQ(suan::compute_coloring(star<T>(200).csr(), 2).colors, 200);
}

TYPED_TEST(GraphTest, NeighboursHaveDifferentColorsAndNoColorIsLargerThanItMust) {
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

TYPED_TEST(GraphTest, IndependentSetsAreIndependentAndMaximal) {
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

// Graphs do not depend on the scalar type, so one type is enough here.
TEST(Graphs, SameResultsOnAnyNumberOfThreadsAndEachTime) {
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

}  // namespace
