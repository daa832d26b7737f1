// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/index_map.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "comm/consensus.hpp"
#include "maps.hpp"

namespace {

using suan::GlobalIndex;
using suan::IndexMap;
using suan::Layout;
using suan::LocalIndex;

TEST(IndexMap, NumbersOwnedElementsThenGhostsByNumber) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(10 * world.size(), world);
  // Out of order, one twice, one of this rank's own.
  std::vector<GlobalIndex> needed = {layout.first()};
  for (int r = world.size() - 1; r >= 0; --r) {
    needed.insert(needed.end(), {10 * r + 7, 10 * r + 2, 10 * r + 7});
  }
  const auto map = IndexMap::make(layout, needed);
  const LocalIndex others = world.size() - 1;
  EXPECT_EQ(map->owned(), 10);
  ASSERT_EQ(map->ghosts(), 2 * others);
  EXPECT_EQ(map->size(), 10 + 2 * others);
  EXPECT_EQ(map->owners().size(), static_cast<std::size_t>(others));
  LocalIndex i = 0;
  for (; i < 10; ++i) {
    EXPECT_EQ(map->global(i), layout.first() + i);
    EXPECT_EQ(map->owner(i), world.rank());
  }
  for (int r = 0; r < world.size(); ++r) {
    if (r == world.rank()) continue;
    for (const GlobalIndex of_rank : {2, 7}) {
      EXPECT_EQ(map->global(i), 10 * r + of_rank);
      EXPECT_EQ(map->local(10 * r + of_rank), i);
      EXPECT_EQ(map->owner(i), r);
      ++i;
    }
    EXPECT_EQ(map->local(10 * r + 3), IndexMap::absent);
  }
  EXPECT_EQ(map->local(-1), IndexMap::absent);
  EXPECT_EQ(map->local(10 * world.size()), IndexMap::absent);
  EXPECT_THROW(map->global(i), suan::InvalidArgument);
  EXPECT_THROW(map->global(-1), suan::InvalidArgument);
  EXPECT_THROW(map->owner(i), suan::InvalidArgument);
}

// What rank a has of rank b is what rank b knows that rank a has.
TEST(IndexMap, ReadersAreTheOwnersSeenFromTheOtherSide) {
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const auto& comm = map->comm();
    std::vector<std::vector<GlobalIndex>> ghosts(static_cast<std::size_t>(comm.size()));
    for (const auto& n : map->owners()) {
      EXPECT_GT(n.count, 0);
      const auto part = map->ghost_numbers().subspan(static_cast<std::size_t>(n.first),
                                                     static_cast<std::size_t>(n.count));
      ghosts[static_cast<std::size_t>(n.rank)].assign(part.begin(), part.end());
    }
    const auto told = comm.all_to_all(ghosts);
    std::vector<GlobalIndex> shared;
    std::vector<int> readers;
    for (std::size_t r = 0; r < told.size(); ++r) {
      shared.insert(shared.end(), told[r].begin(), told[r].end());
      if (!told[r].empty()) readers.push_back(static_cast<int>(r));
    }
    ASSERT_EQ(map->shared().size(), shared.size());
    for (std::size_t k = 0; k < shared.size(); ++k) {
      EXPECT_EQ(map->global(map->shared()[k]), shared[k]);
    }
    ASSERT_EQ(map->readers().size(), readers.size());
    for (std::size_t k = 0; k < readers.size(); ++k) {
      EXPECT_EQ(map->readers()[k].rank, readers[k]);
      EXPECT_EQ(static_cast<std::size_t>(map->readers()[k].count),
                told[static_cast<std::size_t>(readers[k])].size());
    }
  }
}

TEST(IndexMap, RefusesWhatIsOutsideOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(8, world);
  for (const GlobalIndex bad : {GlobalIndex{-1}, GlobalIndex{8}}) {
    std::vector<GlobalIndex> needed;
    if (world.rank() == world.size() - 1) needed = {bad};
    EXPECT_THAT([&] { IndexMap::make(layout, needed); },
                testing::ThrowsMessage<suan::InvalidArgument>(
                    testing::HasSubstr(suan::message("element ", bad, " is needed"))));
  }
}

TEST(IndexMap, RefusesLayoutsThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const auto even = Layout::even(50, world);
  const auto longer = Layout::even(60, world);
  EXPECT_THAT([&] { IndexMap::make(world.is_root() ? even : longer, {}); },
              testing::ThrowsMessage<suan::InvalidArgument>(
                  testing::HasSubstr("rank 0 has elements = 50, rank 1 has elements = 60")));
  // As many elements, elsewhere, whether or not anybody needs them.
  const auto first = Layout::from_local_size(world.is_root() ? 50 : 0, world);
  for (const auto& needed : {std::vector<GlobalIndex>{}, {even.offsets()[1]}}) {
    EXPECT_THAT([&] { IndexMap::make(world.rank() == 1 ? first : even, needed); },
                testing::ThrowsMessage<suan::InvalidArgument>(testing::HasSubstr("distribution")));
  }
}

// Fast ranks are in the next consensus before slow ones have left the last.
TEST(Consensus, OneAfterTheOther) {
  const auto world = suan::Communicator::world();
  for (int round = 0; round < 200; ++round) {
    // In a round each rank names those whose distance divides the round.
    const auto named_by = [&](int rank) {
      std::vector<suan::detail::RankCount> named;
      for (int d = 1; d < world.size(); ++d) {
        if (round % (d + 1) == 0) named.push_back({(rank + d) % world.size(), 100 * round + rank});
      }
      return named;
    };
    std::vector<suan::detail::RankCount> expected;
    for (int r = 0; r < world.size(); ++r) {
      for (const auto& n : named_by(r)) {
        if (n.rank == world.rank()) expected.push_back({r, n.count});
      }
    }
    const auto senders = suan::detail::find_senders(world, named_by(world.rank()));
    ASSERT_EQ(senders.size(), expected.size()) << "in round " << round;
    for (std::size_t k = 0; k < senders.size(); ++k) {
      EXPECT_EQ(senders[k].rank, expected[k].rank);
      EXPECT_EQ(senders[k].count, expected[k].count) << "in round " << round;
    }
  }
}

}  // namespace
