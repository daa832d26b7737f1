// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/ordering.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/transform.hpp"
#include "test_graphs.hpp"

namespace {

using suan::Csr;
using suan::LocalIndex;
using suan::Offset;
using suan::Ordering;
using suan::Permutation;
using suan::test::at;
using suan::test::from_columns;
using suan::test::irregular;
using suan::test::matrices;
using suan::test::Neighbours;
using suan::test::neighbours_of;
using suan::test::shuffled_grid;

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
// the same level or of consecutive ones.
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
