// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/communicator.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace {

using suan::Communicator;

TEST(Communicator, ReductionsCoverAllRanks) {
  const auto world = Communicator::world();
  const std::int64_t n = world.size();
  const std::int64_t r = world.rank();
  EXPECT_EQ(world.sum(r), n * (n - 1) / 2);
  EXPECT_EQ(world.sum(1.5), 1.5 * static_cast<double>(n));
  EXPECT_EQ(world.sum(suan::Complex(0, 1)), suan::Complex(0, static_cast<double>(n)));
  EXPECT_EQ(world.max(r), n - 1);
  EXPECT_EQ(world.min(static_cast<double>(r)), 0.0);
  std::vector<double> pair = {1.0, static_cast<double>(r)};
  world.sum(std::span<double>(pair));
  EXPECT_EQ(pair[0], static_cast<double>(n));
  EXPECT_EQ(world.exclusive_sum(r + 1), r * (r + 1) / 2);
}

TEST(Communicator, GathersInRankOrder) {
  const auto world = Communicator::world();
  const auto all = world.all_gather(10 * world.rank());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r], 10 * static_cast<int>(r));

  const std::vector<int> mine(static_cast<std::size_t>(world.rank()), world.rank());
  const auto joined = world.gather(std::span<const int>(mine));
  std::vector<int> expected;
  for (int r = 0; world.is_root() && r < world.size(); ++r) {
    expected.insert(expected.end(), static_cast<std::size_t>(r), r);
  }
  EXPECT_EQ(joined, expected);
}

TEST(Communicator, AllToAllDeliversToTheRightRank) {
  const auto world = Communicator::world();
  std::vector<std::vector<double>> send(static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < send.size(); ++r) {
    send[r].assign(r, world.rank() + 0.5);  // r numbers to rank r, none to rank 0
  }
  const auto received = world.all_to_all(send);
  for (std::size_t r = 0; r < received.size(); ++r) {
    EXPECT_EQ(received[r], std::vector<double>(static_cast<std::size_t>(world.rank()),
                                               static_cast<double>(r) + 0.5));
  }
}

TEST(Communicator, BroadcastsText) {
  const auto world = Communicator::world();
  const int root = world.size() - 1;
  EXPECT_EQ(world.broadcast(world.rank() == root ? "hello" : "", root), "hello");
}

TEST(Together, EveryRankThrowsTheErrorOfTheLowestFailingRank) {
  const auto world = Communicator::world();
  const int first = world.size() / 2;
  EXPECT_THAT(
      [&] {
        suan::together(world, [&] {
          if (world.rank() >= first) {
            throw suan::IoError(suan::message("rank ", world.rank(), " failed"));
          }
        });
      },
      testing::ThrowsMessage<suan::IoError>(suan::message("rank ", first, " failed")));
  EXPECT_NO_THROW(suan::together(world, [] {}));
}

TEST(Communicator, CongruentMeansSameGroup) {
  const auto world = Communicator::world();
  EXPECT_TRUE(world.congruent(Communicator::world()));
  EXPECT_EQ(world.congruent(Communicator()), world.size() == 1);
}

}  // namespace
