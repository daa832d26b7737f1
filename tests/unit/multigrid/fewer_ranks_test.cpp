// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// When levels move to fewer ranks, and to how many.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "multigrid/agglomeration.hpp"
#include "multigrid_cases.hpp"

namespace {

using suan::Communicator;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::RowWriter;
using suan::multigrid::fewer_ranks;

constexpr GlobalIndex rows_of_rank = 100;

/// 100 rows on each rank, of which `far` have an entry in a column of another rank, each in one of
/// its own; and `length` entries in columns of this rank.
DistributedMatrix<double> thin_matrix(GlobalIndex far, GlobalIndex length) {
  const auto world = Communicator::world();
  const GlobalIndex n = rows_of_rank * world.size();
  const auto layout = Layout::from_local_size(rows_of_rank, world);
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    const GlobalIndex first = i / rows_of_rank * rows_of_rank;
    const GlobalIndex other = (i + n / 2) % n;
    const bool is_far = i - first < far && n > rows_of_rank;
    if (is_far && other < first) row.add(other, 1);
    for (GlobalIndex j = 0; j < length; ++j) row.add(first + j, 1);
    if (is_far && other > first) row.add(other, 1);
  });
}

std::optional<int> on_several(int ranks) {
  return Communicator::world().size() > 1 ? std::optional(ranks) : std::nullopt;
}

TEST(FewerRanks, ForFewRowsOfARank) {
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 1), 100), std::nullopt);
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 1), 101), on_several(1));
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 1), 0), std::nullopt);
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 1), -1), on_several(1));
}

TEST(FewerRanks, LongRowsCountOnceForEvery32Entries) {
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 64), 200), std::nullopt);
  EXPECT_EQ(fewer_ranks(thin_matrix(0, 64), 201), on_several(1));
}

TEST(FewerRanks, ForGhostsOfMoreThanHalfOfTheRows) {
  EXPECT_EQ(fewer_ranks(thin_matrix(50, 1), 100), std::nullopt);
  EXPECT_EQ(fewer_ranks(thin_matrix(51, 1), 100), on_several(1));
  // Not with eight times as many rows.
  EXPECT_EQ(fewer_ranks(thin_matrix(51, 1), 12), std::nullopt);
}

// One for 4 `rank_rows` rows, at most half of the ranks, at least one.
TEST(FewerRanks, AreAtMostHalfOfThem) {
  const int ranks = Communicator::world().size();
  EXPECT_EQ(fewer_ranks(thin_matrix(51, 1), 50), on_several(std::max(1, ranks / 2)));
  EXPECT_EQ(fewer_ranks(thin_matrix(51, 1), 13), on_several(std::max(1, ranks / 2)));
  EXPECT_EQ(fewer_ranks(thin_matrix(51, 1), 99), on_several(std::max(1, 100 * ranks / 396)));
}

// Of three ranks each, they come to two groups each: nodes share no group.
TEST(FewerRanks, GroupsOfWholeNodesMayBeMore) {
  EXPECT_EQ(suan::multigrid::begins_of_groups({0, 3, 6}, 2), (std::vector<int>{0, 1, 3, 4, 6}));
}

}  // namespace
