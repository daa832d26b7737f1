// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/aggregation.hpp"

#include <gmock/gmock.h>

#include <set>

#include "multigrid/independent_set.hpp"
#include "multigrid_cases.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::RowWriter;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
suan::Aggregates aggregates_of(const DistributedMatrix<T>& a, LocalIndex block = 1,
                               int distance = 2) {
  return suan::aggregate(suan::strength(a, suan::make_nodes(a, block), 0.08),
                         {.distance = distance});
}

/// The aggregates of all nodes, in order, on every rank.
std::vector<GlobalIndex> all(const suan::Aggregates& aggregates, LocalIndex owned) {
  auto own = suan::test::to_host<GlobalIndex>(aggregates.of);
  own.resize(static_cast<std::size_t>(owned));
  return suan::test::everywhere(own);
}

/// On one rank, the same on all.
std::vector<GlobalIndex> serial_grid(GlobalIndex n, LocalIndex block = 1, int distance = 2) {
  const auto layout = Layout::serial(n * n * n);
  const auto aggregates = aggregates_of(
      suan::test::grid3d<double>(layout, n, suan::test::isotropic()), block, distance);
  return suan::test::to_host<GlobalIndex>(aggregates.of);
}

TEST(Aggregation, IsTheSameOnAnyNumberOfRanksAndInAnyDistribution) {
  for (const int distance : {2, 3}) {
    const auto expected = serial_grid(12, 1, distance);
    for (const auto& layout : suan::test::layouts(12 * 12 * 12)) {
      const auto a = suan::test::grid3d<double>(layout, 12, suan::test::isotropic());
      const auto aggregates = aggregates_of(a, 1, distance);
      EXPECT_EQ(all(aggregates, layout.local_size()), expected);
      EXPECT_EQ(aggregates.layout.global_size(),
                1 + *std::max_element(expected.begin(), expected.end()));
    }
  }
}

TEST(Aggregation, OfBlocksIsTheSameOnAnyNumberOfRanks) {
  const auto expected = serial_grid(12, 3);
  for (const auto& layout : suan::test::layouts(12 * 12 * 12, 3)) {
    const auto a = suan::test::grid3d<double>(layout, 12, suan::test::isotropic());
    EXPECT_EQ(all(aggregates_of(a, 3), layout.local_size() / 3), expected);
  }
}

TEST(Aggregation, OfA7PointGridHasAbout8NodesOr20) {
  for (const auto& [distance, least, most] : {std::tuple{2, 7.0, 10.0}, {3, 16.0, 28.0}}) {
    const auto aggregates = serial_grid(20, 1, distance);
    std::vector<LocalIndex> sizes(
        static_cast<std::size_t>(1 + *std::max_element(aggregates.begin(), aggregates.end())));
    for (const GlobalIndex c : aggregates) {
      ASSERT_NE(c, suan::Aggregates::none);
      ++sizes[static_cast<std::size_t>(c)];
    }
    EXPECT_GT(*std::min_element(sizes.begin(), sizes.end()), 1);
    EXPECT_GT(8000.0 / static_cast<double>(sizes.size()), least);
    EXPECT_LT(8000.0 / static_cast<double>(sizes.size()), most);
  }
}

/// The nodes within `distance` of `root`.
std::set<GlobalIndex> ball(const suan::StrengthGraph& graph, GlobalIndex root, int distance) {
  const auto offsets = suan::test::to_host<suan::Offset>(graph.offsets);
  const auto neighbours = suan::test::to_host<LocalIndex>(graph.neighbours);
  std::set<GlobalIndex> found = {root};
  for (int d = 0; d < distance; ++d) {
    for (const GlobalIndex v : std::set(found)) {
      const auto k = static_cast<std::size_t>(v);
      for (auto e = offsets[k]; e < offsets[k + 1]; ++e) {
        found.insert(neighbours[static_cast<std::size_t>(e)]);
      }
    }
  }
  return found;
}

TEST(IndependentSet, HasNoOtherNodeWithinTheDistanceAndMissesNone) {
  using suan::multigrid::Status;
  const GlobalIndex n = 9;
  const auto a = suan::test::grid3d<double>(Layout::serial(n * n * n), n, suan::test::isotropic());
  const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.08);
  for (const int distance : {2, 3}) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      const suan::DeviceView<Status> status("status", static_cast<std::size_t>(n * n * n));
      Kokkos::deep_copy(status, Status::candidate);
      suan::multigrid::independent_set(graph, distance, seed, status);
      const auto set = suan::test::to_host<Status>(status);
      std::set<GlobalIndex> reached;
      for (GlobalIndex v = 0; v < n * n * n; ++v) {
        if (set[static_cast<std::size_t>(v)] != Status::root) continue;
        for (const GlobalIndex w : ball(graph, v, distance)) {
          reached.insert(w);
          EXPECT_EQ(set[static_cast<std::size_t>(w)] == Status::root, w == v) << v << " and " << w;
        }
      }
      EXPECT_EQ(reached.size(), static_cast<std::size_t>(n * n * n)) << distance;
    }
  }
}

// Every member is connected with another one of its aggregate.
TEST(Aggregation, MembersAreConnected) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(10 * 10 * 10, world);
  const auto a = suan::test::grid3d<double>(layout, 10, suan::test::isotropic());
  const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.08);
  const auto aggregates = suan::test::to_host<GlobalIndex>(suan::aggregate(graph).of);
  const auto offsets = suan::test::to_host<suan::Offset>(graph.offsets);
  const auto neighbours = suan::test::to_host<LocalIndex>(graph.neighbours);
  for (std::size_t v = 0; v < static_cast<std::size_t>(layout.local_size()); ++v) {
    bool connected = false;
    for (auto e = offsets[v]; e < offsets[v + 1]; ++e) {
      const auto w = static_cast<std::size_t>(neighbours[static_cast<std::size_t>(e)]);
      connected = connected || aggregates[w] == aggregates[v];
    }
    EXPECT_TRUE(connected) << "node " << v;
  }
}

TEST(Aggregation, LeavesOutRowsWithoutConnections) {
  for (const auto& layout : suan::test::layouts(12)) {
    const auto a =
        suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
          const bool is_boundary = i == 0 || i == 11;
          if (!is_boundary && i > 1) row.add(i - 1, -1);
          row.add(i, 2);
          if (!is_boundary && i < 10) row.add(i + 1, -1);
        });
    const auto aggregates = all(aggregates_of(a), layout.local_size());
    for (std::size_t i = 0; i < aggregates.size(); ++i) {
      EXPECT_EQ(aggregates[i] == suan::Aggregates::none, i == 0 || i == 11) << "row " << i;
    }
  }
  const auto layout = Layout::even(5, suan::Communicator::world());
  const auto diagonal = suan::generate_rows<double>(
      layout, layout, [](GlobalIndex i, RowWriter<double>& row) { row.add(i, 1); });
  EXPECT_EQ(aggregates_of(diagonal).layout.global_size(), 0);
}

// A graph with one-way connections, where rounds must end all the same.
TEST(Aggregation, EndsForMatricesThatAreNotSymmetric) {
  const auto build = [](const Layout& layout) {
    return suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
      std::set<GlobalIndex> columns = {i, i * 7 % 400, (i * i + 3) % 400, (i + 1) % 400};
      for (const GlobalIndex j : columns) row.add(j, j == i ? 4 : -1);
    });
  };
  for (const int distance : {2, 3}) {
    const auto expected =
        suan::test::to_host<GlobalIndex>(aggregates_of(build(Layout::serial(400)), 1, distance).of);
    for (const auto& layout : suan::test::layouts(400)) {
      EXPECT_EQ(all(aggregates_of(build(layout), 1, distance), layout.local_size()), expected);
    }
  }
}

TEST(Aggregation, OfAHubAndItsSpokesIsOne) {
  for (const auto& layout : suan::test::layouts(300)) {
    const auto a =
        suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
          if (i == 7) {
            for (GlobalIndex j = 0; j < 300; ++j) row.add(j, j == 7 ? 300 : -1);
          } else if (i < 7) {
            row.add(i, 2);
            row.add(7, -1);
          } else {
            row.add(7, -1);
            row.add(i, 2);
          }
        });
    const auto aggregates = aggregates_of(a);
    EXPECT_EQ(aggregates.layout.global_size(), 1);
    EXPECT_THAT(all(aggregates, layout.local_size()), testing::Each(0));
  }
}

TEST(Aggregation, RefusesOtherDistances) {
  const auto layout = Layout::even(27, suan::Communicator::world());
  const auto a = suan::test::grid3d<double>(layout, 3, suan::test::isotropic());
  EXPECT_THAT([&] { aggregates_of(a, 1, 4); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("the distance is 4, not 2 or 3")));
}

TEST(Aggregation, RanksMustAgree) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "needs several ranks";
  const auto a = suan::test::grid3d<double>(Layout::even(27, world), 3, suan::test::isotropic());
  const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.08);
  EXPECT_THAT([&] { suan::aggregate(graph, {.distance = world.rank() == 0 ? 2 : 3}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("distance")));
  EXPECT_THAT([&] { suan::aggregate(graph, {.least_share = world.rank() == 0 ? 0.5 : 0.6}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("least_share")));
}

}  // namespace
