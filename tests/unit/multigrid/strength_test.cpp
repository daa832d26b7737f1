// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/strength.hpp"

#include <gmock/gmock.h>

#include "block_grid.hpp"
#include "matrix/local_rows.hpp"
#include "multigrid_cases.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::RowWriter;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Global numbers of the strong neighbours of all nodes, on every rank: node, neighbour, ...
std::vector<GlobalIndex> edges(const suan::StrengthGraph& graph) {
  const auto offsets = suan::test::to_host<suan::Offset>(graph.offsets);
  const auto neighbours = suan::test::to_host<LocalIndex>(graph.neighbours);
  const auto& map = *graph.nodes.exchange.map();
  std::vector<GlobalIndex> result;
  for (LocalIndex v = 0; v < graph.nodes.owned(); ++v) {
    for (auto e = offsets[static_cast<std::size_t>(v)];
         e < offsets[static_cast<std::size_t>(v) + 1]; ++e) {
      result.push_back(map.global(v));
      result.push_back(map.global(neighbours[static_cast<std::size_t>(e)]));
    }
  }
  return suan::test::everywhere(result);
}

/// Rows 0 to 5 in a chain with couplings 1, 0.01, 1, 0.01, 1 and diagonal 2.
template <class T>
DistributedMatrix<T> pairs(const Layout& layout) {
  return suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
    const auto coupling = [](GlobalIndex k) { return T(k % 2 == 0 ? -1.0f : -0.01f); };
    if (i > 0) row.add(i - 1, coupling(i - 1));
    row.add(i, T(2));
    if (i < 5) row.add(i + 1, coupling(i));
  });
}

template <class T>
class StrengthTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(StrengthTest, Scalars);

TYPED_TEST(StrengthTest, KeepsWhatIsStrongForBothRows) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(6)) {
    const auto a = pairs<T>(layout);
    const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.08);
    EXPECT_THAT(edges(graph), ElementsAre(0, 1, 1, 0, 2, 3, 3, 2, 4, 5, 5, 4));
  }
}

TYPED_TEST(StrengthTest, MeasuresBlocksByTheirNorm) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(6, 2)) {
    // Nodes {0, 1}, {2, 3}, {4, 5}: all blocks next to each other have an entry of 0.01.
    const auto a = pairs<T>(layout);
    const auto graph = suan::strength(a, suan::make_nodes(a, 2), 0.08);
    EXPECT_THAT(edges(graph), ElementsAre(0, 1, 1, 0, 1, 2, 2, 1));
  }
}

// Chains of four nodes: the middle connection is exactly half of the outer ones, which leaves no
// room for a norm that depends on the order of the entries.
TEST(Strength, NormsOfBlocksAreThoseOfTheirMirrorImages) {
  const GlobalIndex nodes = 128;
  const auto value = [](GlobalIndex chain, GlobalIndex k) {
    return 0.1 + 0.8 * std::abs(std::sin(static_cast<double>(chain * 9 + k % 9 + 1)));
  };
  for (const auto& layout : suan::test::layouts(3 * nodes, 3)) {
    const auto a =
        suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
          const GlobalIndex node = i / 3;
          const GlobalIndex at = i % 3;
          const GlobalIndex chain = node / 4;
          // B doubled from 0 to 1 and from 2 to 3, B with its entries moved from 1 to 2.
          const auto entry = [&](GlobalIndex left, GlobalIndex r, GlobalIndex c) {
            return left == 1 ? value(chain, 3 * r + c + 4) : 2 * value(chain, 3 * r + c);
          };
          for (GlobalIndex k = 0; node % 4 > 0 && k < 3; ++k) {
            row.add(3 * (node - 1) + k, entry(node % 4 - 1, k, at));
          }
          row.add(i, 64);
          for (GlobalIndex k = 0; node % 4 < 3 && k < 3; ++k) {
            row.add(3 * (node + 1) + k, entry(node % 4, at, k));
          }
        });
    const auto graph = suan::strength(a, suan::make_nodes(a, 3), 0.9);
    EXPECT_EQ(edges(graph).size(), static_cast<std::size_t>(2 * 6 * (nodes / 4)));
  }
}

TYPED_TEST(StrengthTest, UnitsOfBlocksDoNotMatter) {
  using T = TypeParam;
  constexpr bool is_float = std::is_same_v<suan::Real<T>, float>;
  const GlobalIndex n = 6;
  for (const auto& layout : suan::test::layouts(n * n * n, 3)) {
    const auto found = [&](double unit) {
      const auto a = suan::test::grid3d<T>(layout, n, [unit](GlobalIndex i, GlobalIndex j, int d) {
        return unit * (d == 1 ? 0.01 : 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17)));
      });
      return edges(suan::strength(a, suan::make_nodes(a, 3), 0.08));
    };
    const auto expected = found(1);
    EXPECT_FALSE(expected.empty());
    EXPECT_EQ(found(is_float ? 1e-30 : 1e-170), expected);
    EXPECT_EQ(found(is_float ? 1e30 : 1e170), expected);
  }
}

TYPED_TEST(StrengthTest, RowsOfANodeMayHaveDifferentColumns) {
  using T = TypeParam;
  const GlobalIndex n = 9;
  for (const auto& layout : suan::test::layouts(3 * n * n, 3)) {
    const auto found = [&](bool has_zeros) {
      const auto a = suan::test::block_grid<T>(layout, n, has_zeros);
      return edges(suan::strength(a, suan::make_nodes(a, 3), 0.06));
    };
    const auto edges_of_equal_rows = found(true);
    EXPECT_EQ(edges_of_equal_rows, found(false));
    // Some connections are weak.
    const auto size = static_cast<GlobalIndex>(edges_of_equal_rows.size());
    EXPECT_GT(size, 2 * 2 * n * (n - 1));
    EXPECT_LT(size, 2 * 4 * n * (n - 1));
  }
}

TEST(Strength, NodesMustBeTheRowsOfTheRank) {
  const auto layout = Layout::even(27, suan::Communicator::world());
  const auto a = suan::test::grid3d<double>(layout, 3, suan::test::isotropic());
  const auto make = [&](std::vector<LocalIndex> first) {
    return [&a, first] {
      suan::make_nodes(a, suan::DeviceView<const LocalIndex>(suan::detail::on_device<LocalIndex>(
                              "suan::test", std::span<const LocalIndex>(first))));
    };
  };
  const LocalIndex rows = layout.local_size();
  EXPECT_THAT(make({}), ThrowsMessage<suan::InvalidArgument>(HasSubstr("begin with 0")));
  EXPECT_THAT(make({1, rows}), ThrowsMessage<suan::InvalidArgument>(HasSubstr("begin with 0")));
  EXPECT_THAT(make({0, 2, 1, rows}), ThrowsMessage<suan::InvalidArgument>(HasSubstr("node 1")));
  EXPECT_THAT(make({0, 40, rows}), ThrowsMessage<suan::InvalidArgument>(HasSubstr("0 to 32")));
  EXPECT_THAT(make({0, rows - 1}), ThrowsMessage<suan::DimensionMismatch>(HasSubstr("but it has")));
  // On one rank alone.
  const bool last = layout.comm().rank() == layout.comm().size() - 1;
  EXPECT_THAT(make({0, last ? rows - 1 : rows}),
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("the nodes of this rank end")));
}

TEST(Strength, AThresholdAboveAllEntriesDropsNothing) {
  const auto layout = Layout::even(4 * 4 * 4, suan::Communicator::world());
  const auto a = suan::test::grid3d<double>(layout, 4, suan::test::isotropic());
  const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.9);
  EXPECT_EQ(static_cast<std::int64_t>(edges(graph).size()) / 2, a.global_entries() - 64);
}

TYPED_TEST(StrengthTest, SignedCountsNegativeEntriesAlone) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(6)) {
    // A chain with couplings 1, -0.1, 1, -0.1, 1: the positive ones are the largest.
    const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
      const auto coupling = [](GlobalIndex k) { return T(k % 2 == 0 ? 1.0f : -0.1f); };
      if (i > 0) row.add(i - 1, coupling(i - 1));
      row.add(i, T(2));
      if (i < 5) row.add(i + 1, coupling(i));
    });
    const auto nodes = suan::make_nodes(a, 1);
    EXPECT_THAT(edges(suan::strength(a, nodes, 0.08, {.is_signed = true})),
                ElementsAre(1, 2, 2, 1, 3, 4, 4, 3));
    EXPECT_THAT(edges(suan::strength(a, nodes, 0.08)),
                ElementsAre(0, 1, 1, 0, 2, 3, 3, 2, 4, 5, 5, 4));
  }
  const auto a = pairs<T>(suan::test::layouts(6, 2).front());
  EXPECT_THAT([&] { suan::strength(a, suan::make_nodes(a, 2), 0.08, {.is_signed = true}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("signed strength")));
}

TYPED_TEST(StrengthTest, LongRowsHaveNoStrongConnections) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(6)) {
    const auto a = pairs<T>(layout);  // rows of 2, 3, 3, 3, 3, 2 entries
    const auto nodes = suan::make_nodes(a, 1);
    EXPECT_THAT(edges(suan::strength(a, nodes, 0.08, {.longest = 2})), ElementsAre());
    EXPECT_EQ(edges(suan::strength(a, nodes, 0.08, {.longest = 3})),
              edges(suan::strength(a, nodes, 0.08)));
  }
  for (const auto& layout : suan::test::layouts(6, 2)) {
    const auto a = pairs<T>(layout);  // nodes of 2, 3, 2 blocks
    const auto nodes = suan::make_nodes(a, 2);
    EXPECT_THAT(edges(suan::strength(a, nodes, 0.08, {.longest = 2})), ElementsAre());
    EXPECT_EQ(edges(suan::strength(a, nodes, 0.08, {.longest = 3})).size(), 8u);
  }
}

TEST(Strength, NamesTheRowOnAllRanks) {
  const auto layout = Layout::even(6, suan::Communicator::world());
  const auto with_diagonal = [&](double value) {
    return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
      if (i > 0) row.add(i - 1, -1);
      row.add(i, i == 4 ? value : 2);
    });
  };
  const auto find = [](const DistributedMatrix<double>& a) {
    return [&a] { suan::strength(a, suan::make_nodes(a, 1), 0.08); };
  };
  const auto zero = with_diagonal(0);
  const auto negative = with_diagonal(-3);
  const auto not_finite = with_diagonal(std::nan(""));
  EXPECT_THAT(find(zero), ThrowsMessage<suan::InvalidArgument>(
                              AllOf(HasSubstr("diagonal entry of row 4 is 0"), HasSubstr("none"))));
  EXPECT_THAT(find(negative), ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 4 is -3")));
  EXPECT_THAT(find(not_finite), ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 4 has")));
  const auto missing =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i != 3) row.add(i, 1);
      });
  EXPECT_THAT(find(missing),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 3 has no diagonal")));
}

TEST(Strength, BlocksMustBeWholeAndTheSameOnAllRanks) {
  const auto a = pairs<double>(Layout::even(6, suan::Communicator::world()));
  EXPECT_THAT([&] { suan::make_nodes(a, 5); },
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("no multiple of block_size = 5")));
  EXPECT_THAT([&] { suan::make_nodes(a, 33); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("[1, 32]")));
  const auto& comm = a.comm();
  if (comm.size() == 1) return;
  EXPECT_THAT([&] { suan::make_nodes(a, comm.rank() == 0 ? 2 : 1); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("block_size")));
  const auto nodes = suan::make_nodes(a, 1);
  EXPECT_THAT([&] { suan::strength(a, nodes, comm.rank() == 0 ? 0.1 : 0.1 + 1e-12); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("theta")));
}

}  // namespace
