// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Graphs of strong connections that are kept as bits.
#include "multigrid/kept_graph.hpp"

#include <gtest/gtest.h>

#include "multigrid_cases.hpp"

namespace {

using suan::GlobalIndex;
using suan::LocalIndex;
using suan::Offset;
using suan::test::to_host;

template <class T>
class KeptGraphTest : public testing::Test {};
using Scalars = testing::Types<float, suan::Complex>;
TYPED_TEST_SUITE(KeptGraphTest, Scalars);

template <class T>
void expect_kept(const suan::DistributedMatrix<T>& a, LocalIndex block, double theta) {
  const auto nodes = suan::make_nodes(a, block);
  const auto graph = suan::strength(a, nodes, theta);
  const suan::multigrid::KeptGraph kept(a, graph);
  const auto read = kept.graph(a, nodes);
  EXPECT_EQ(to_host<Offset>(read.offsets), to_host<Offset>(graph.offsets));
  EXPECT_EQ(to_host<LocalIndex>(read.neighbours), to_host<LocalIndex>(graph.neighbours));
  if (block > 1) return;
  // A bit for each entry, in words of 32.
  EXPECT_EQ(kept.bytes(), 4 * (a.local_entries() / 32 + 1));
}

// Words are shared by rows, and rows by parts: entries in columns of other ranks are among them.
TYPED_TEST(KeptGraphTest, IsReadAsItWas) {
  using T = TypeParam;
  const GlobalIndex n = 9;
  for (const auto& layout : suan::test::layouts(n * n * n, 3)) {
    const auto a = suan::test::grid3d<T>(layout, n, [](GlobalIndex i, GlobalIndex, int d) {
      return d == 1 || i % 5 == 0 ? 1e-3 : 1.0;
    });
    expect_kept(a, 1, 0.08);
    expect_kept(a, 1, 0.0);
    expect_kept(a, 3, 0.08);
  }
}

}  // namespace
