// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/scan.hpp"

#include <gmock/gmock.h>

#include <map>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/gallery/poisson.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::RowWriter;
using suan::multigrid::scan;
using suan::test::even;

template <class T>
class ScanTest : public testing::Test {};
using ScanScalars = testing::Types<float, double, suan::ComplexFloat, suan::Complex>;
TYPED_TEST_SUITE(ScanTest, ScanScalars);

// Rows 0 to 9: a chain with the sum 0 in most rows, and one of each kind.
TYPED_TEST(ScanTest, CountsRowsByKind) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(10)) {
    const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
      if (i == 0) return row.add(0, T(3));   // isolated
      if (i == 1) return row.add(2, T(-1));  // no diagonal entry
      if (i == 2) {                          // isolated, but for a zero
        row.add(1, T(0));
        return row.add(2, T(1));
      }
      if (i == 3) {  // negative
        row.add(3, T(-1));
        return row.add(4, T(-1));
      }
      const T left = i == 6 ? T(0.25f) : T(-1);  // 0.25 of 1.25
      row.add(i - 1, left);
      row.add(i, T(2));
      if (i < 9) row.add(i + 1, T(-1));
    });
    const auto found = scan(a);
    EXPECT_EQ(found.rows, 10);
    EXPECT_EQ(found.isolated, 2);
    EXPECT_EQ(found.zero_diagonals, 1);
    EXPECT_EQ(found.negative_diagonals, 1);
    EXPECT_EQ(found.positive, 1);
    EXPECT_EQ(found.zero_sums, 4);  // 4, 5, 7, 8
    EXPECT_EQ(found.hubs, 0);
    EXPECT_EQ(found.block_size, 1);
    EXPECT_FALSE(found.is_negative_for_ones);
  }
}

// Phases of unknowns change signs, and mean nothing.
TEST(Scan, SignsCountInRealRowsAlone) {
  const auto with = [](suan::Complex coupling) {
    return suan::generate_rows<suan::Complex>(even(20), even(20),
                                              [=](GlobalIndex i, RowWriter<suan::Complex>& row) {
                                                if (i > 0)
                                                  row.add(i - 1, suan::conjugate(coupling));
                                                row.add(i, suan::Complex(2));
                                                if (i < 19) row.add(i + 1, coupling);
                                              });
  };
  EXPECT_EQ(scan(with(1)).positive, 20);
  EXPECT_EQ(scan(with(-1)).positive, 0);
  EXPECT_EQ(scan(with({0.8, 0.6})).positive, 0);
}

TYPED_TEST(ScanTest, ASumOfRoundingIsNotNegative) {
  using T = TypeParam;
  const GlobalIndex n = 100;
  for (const auto& layout : suan::test::layouts(n)) {
    // A ring whose rows have the sum -shift.
    const auto ring = [&](double shift) {
      return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
        const std::map<GlobalIndex, double> entries = {
            {(i + n - 1) % n, -0.1}, {i, 0.4 - shift}, {(i + 1) % n, -0.3}};
        for (const auto& [j, value] : entries) row.add(j, T(static_cast<suan::Real<T>>(value)));
      });
    };
    EXPECT_FALSE(scan(ring(0)).is_negative_for_ones);
    EXPECT_EQ(scan(ring(0)).zero_sums, n);
    EXPECT_TRUE(scan(ring(0.01)).is_negative_for_ones);
    EXPECT_EQ(scan(ring(0.01)).zero_sums, 0);
  }
}

/// A chain of nodes with full blocks, of which every `missing`-th row lacks an entry.
DistributedMatrix<double> chain_of_nodes(const Layout& layout, GlobalIndex block,
                                         GlobalIndex missing) {
  const GlobalIndex nodes = layout.global_size() / block;
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    const GlobalIndex v = i / block;
    const GlobalIndex first = v > 0 ? (v - 1) * block : 0;
    const GlobalIndex end = std::min(v + 2, nodes) * block;
    for (GlobalIndex j = first; j < end; ++j) {
      if (i % missing == 0 && j == i + 1 - i % 2 * 2) continue;
      row.add(j, i == j ? 10 : -1);
    }
  });
}

TEST(Scan, FindsNodes) {
  const auto world = suan::Communicator::world();
  for (const GlobalIndex block : {2, 3, 4, 5, 6}) {
    for (const auto& layout : suan::test::layouts(120 * block, block)) {
      EXPECT_EQ(scan(chain_of_nodes(layout, block, 1000000)).block_size, block);
      EXPECT_EQ(scan(chain_of_nodes(layout, block, 7)).block_size, block);  // 6 in 7 are full
      EXPECT_EQ(scan(chain_of_nodes(layout, block, 2)).block_size, 1);
    }
  }
  EXPECT_EQ(scan(suan::poisson1d<double>(600)).block_size, 1);
  // Nodes across ranks are none.
  if (world.size() == 1) return;
  const GlobalIndex odd = world.is_root() ? 1 : (world.rank() == 1 ? -1 : 0);
  const auto split = Layout::from_local_size(Layout::even(600, world).local_size() + odd, world);
  EXPECT_EQ(scan(chain_of_nodes(split, 2, 1000000)).block_size, 1);
}

TEST(Scan, HubsHaveManyTimesTheMeanOfEntries) {
  const GlobalIndex n = 1000;
  for (const auto& layout : suan::test::layouts(n)) {
    // Rows 0 and 1 are connected to the first `reach` rows.
    const auto stars = [&](GlobalIndex reach) {
      return suan::generate_rows<double>(
          layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
            const GlobalIndex end = i < 2 ? reach : (i < reach ? 2 : 0);
            for (GlobalIndex j = 0; j < end; ++j) row.add(j, i == j ? 2000 : -1);
            if (i >= end) row.add(i, 3);
          });
    };
    EXPECT_EQ(scan(stars(100)).hubs, 0);
    EXPECT_EQ(scan(stars(101)).hubs, 2);
  }
  EXPECT_EQ(suan::multigrid::longest_row(30 * n, n), 310);
  EXPECT_EQ(suan::multigrid::longest_row(0, 0), 100);
}

}  // namespace
