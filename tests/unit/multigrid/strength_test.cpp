// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/strength.hpp"

#include <gmock/gmock.h>

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

TEST(Strength, AThresholdAboveAllEntriesDropsNothing) {
  const auto layout = Layout::even(4 * 4 * 4, suan::Communicator::world());
  const auto a = suan::test::grid3d<double>(layout, 4, suan::test::isotropic());
  const auto graph = suan::strength(a, suan::make_nodes(a, 1), 0.9);
  EXPECT_EQ(static_cast<std::int64_t>(edges(graph).size()) / 2, a.global_entries() - 64);
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
  EXPECT_THAT([&] { suan::strength(a, nodes, comm.rank() == 0 ? 0.1 : 0.2); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("theta")));
}

}  // namespace
