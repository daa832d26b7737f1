// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Parts of a communicator, and messages in place.
#include <gmock/gmock.h>

#include <optional>

#include "suan/comm/layout.hpp"

namespace {

using suan::Communicator;

TEST(Split, GroupsRanksByColorAndOrdersThemByKey) {
  const auto world = Communicator::world();
  const int color = world.rank() % 2;
  const auto part = world.split(color, -world.rank());
  const int members = (world.size() + 1 - color) / 2;
  EXPECT_EQ(part.size(), members);
  // Backwards.
  EXPECT_EQ(part.rank(), members - 1 - world.rank() / 2);
  EXPECT_EQ(part.sum(std::int64_t{world.rank()}), members * (members - 1) + color * members);
  const auto layout = suan::Layout::even(10, part);
  EXPECT_EQ(layout.global_size(), 10);
  // A part of a part.
  const auto again = part.split(0);
  EXPECT_TRUE(again.congruent(part));
  EXPECT_EQ(again.sum(std::int64_t{1}), members);
}

TEST(Split, RefusesANegativeColorOnAllRanks) {
  const auto world = Communicator::world();
  EXPECT_THROW(world.split(world.rank() == world.size() - 1 ? -1 : 0), suan::InvalidArgument);
  EXPECT_EQ(world.split(0).size(), world.size());
}

// MPI has some thousand communicators. Some ranks keep some parts for a while.
TEST(Split, PartsThatNobodyUsesAreFreed) {
  const auto world = Communicator::world();
  std::vector<Communicator> kept;
  for (int round = 0; round < 20000; ++round) {
    const auto part = world.split(round % 3 == 0 ? world.rank() : 0);
    if (round % 1000 == 0 && world.rank() == world.size() - 1) kept.push_back(part);
    if (round % 5000 == 0) kept.clear();
  }
  for (const auto& part : kept) EXPECT_EQ(part.rank(), part.size() - 1);
  EXPECT_EQ(world.split(0).sum(std::int64_t{1}), world.size());
}

TEST(Split, APartOfAPartOutlivesIt) {
  const auto world = Communicator::world();
  std::optional<Communicator> part(world.split(0, -world.rank()));
  const auto inner = part->split(0);
  part.reset();
  for (int k = 0; k < 3; ++k) EXPECT_EQ(world.split(0).size(), world.size());
  EXPECT_EQ(inner.rank(), world.size() - 1 - world.rank());
  EXPECT_EQ(inner.sum(std::int64_t{1}), world.size());
}

TEST(Subset, HasTheseRanksInThisOrder) {
  const auto world = Communicator::world();
  std::vector<int> ranks;
  for (int r = world.size() - 1; r >= 0; r -= 2) ranks.push_back(r);
  const auto part = world.subset(ranks);
  const bool member = (world.size() - 1 - world.rank()) % 2 == 0;
  ASSERT_EQ(part.has_value(), member);
  if (member) {
    EXPECT_EQ(part->size(), static_cast<int>(ranks.size()));
    EXPECT_EQ(part->rank(), (world.size() - 1 - world.rank()) / 2);
    EXPECT_EQ(part->sum(std::int64_t{1}), part->size());
  }
  EXPECT_FALSE(world.subset({}).has_value());
}

TEST(Subset, RefusesRanksThatAreNotThereTwiceOrNotTheSame) {
  const auto world = Communicator::world();
  for (const std::vector<int>& bad : {std::vector<int>{world.size()}, {-1}, {0, 0}}) {
    EXPECT_THROW(world.subset(bad), suan::InvalidArgument);
  }
  if (world.size() > 1) {
    const std::vector<int> ranks = {world.is_root() ? 0 : 1};
    EXPECT_THAT([&] { world.subset(ranks); },
                testing::ThrowsMessage<suan::InvalidArgument>(
                    testing::HasSubstr("rank 0 has ranks = 0, rank 1 has ranks = 1")));
  }
}

// The tests run on one machine.
TEST(Node, HasTheRanksOfThisMachineAndIsFoundOnce) {
  const auto world = Communicator::world();
  const auto node = world.node();
  EXPECT_EQ(node.size(), world.size());
  EXPECT_EQ(node.rank(), world.rank());
  EXPECT_EQ(node.sum(std::int64_t{1}), world.size());
#if SUAN_HAVE_MPI
  EXPECT_EQ(node.mpi(), Communicator::world().node().mpi());
  EXPECT_EQ(Communicator(node.mpi()).mpi(), node.mpi());
#endif
  EXPECT_EQ(Communicator().node().size(), 1);
}

TEST(AllToAll, InPlaceDeliversToTheRightRank) {
  const auto world = Communicator::world();
  std::vector<std::int64_t> counts;
  std::vector<float> send;
  for (int r = 0; r < world.size(); ++r) {  // r + 1 numbers to rank r, none to rank 1
    counts.push_back(r == 1 ? 0 : r + 1);
    send.insert(send.end(), static_cast<std::size_t>(counts.back()),
                static_cast<float>(10 * world.rank() + r));
  }
  const auto from = world.all_to_all_counts(counts);
  std::vector<float> expected;
  for (int r = 0; r < world.size(); ++r) {
    EXPECT_EQ(from[static_cast<std::size_t>(r)], counts[static_cast<std::size_t>(world.rank())]);
    expected.insert(expected.end(), static_cast<std::size_t>(from[static_cast<std::size_t>(r)]),
                    static_cast<float>(10 * r + world.rank()));
  }
  std::vector<float> received(expected.size(), -1);
  world.all_to_all<float>(send, counts, received, from);
  EXPECT_EQ(received, expected);
}

TEST(AllToAll, InPlaceRefusesCountsThatDoNotFitOnAllRanks) {
  const auto world = Communicator::world();
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::vector<double> send(ranks);
  std::vector<double> receive(ranks);
  const std::vector<std::int64_t> ones(ranks, 1);
  const bool here = world.rank() == world.size() - 1;
  const auto call = [&](std::vector<std::int64_t> to, std::vector<std::int64_t> from) {
    world.all_to_all<double>(send, here ? to : ones, receive, here ? from : ones);
  };
  std::vector<std::int64_t> more = ones;
  more.push_back(0);
  std::vector<std::int64_t> larger = ones;
  larger[0] = 2;
  EXPECT_THROW(call(more, ones), suan::InvalidArgument);
  EXPECT_THROW(call(ones, more), suan::InvalidArgument);
  EXPECT_THROW(call(larger, ones), suan::DimensionMismatch);
  EXPECT_THROW(call(ones, larger), suan::DimensionMismatch);
  std::vector<std::int64_t> negative = ones;
  negative[0] = -1;
  EXPECT_THROW(call(negative, ones), suan::InvalidArgument);
  if (world.size() > 1) {
    std::vector<std::int64_t> shifted = ones;  // the sum is right
    shifted[0] = 2;
    shifted[1] = 0;
    EXPECT_THROW(call(ones, shifted), suan::DimensionMismatch);
  }
  EXPECT_THROW(world.all_to_all_counts(here ? more : ones), suan::InvalidArgument);
  EXPECT_NO_THROW(call(ones, ones));
}

TEST(Reductions, OfArrays) {
  const auto world = Communicator::world();
  const double last = world.size() - 1;
  std::vector<double> high = {1.0 * world.rank(), -1.0 * world.rank()};
  auto low = high;
  world.max(std::span<double>(high));
  world.min(std::span<double>(low));
  EXPECT_EQ(high, (std::vector<double>{last, 0}));
  EXPECT_EQ(low, (std::vector<double>{0, -last}));
  EXPECT_EQ(world.max(std::int32_t{world.rank()}), world.size() - 1);
  std::vector<std::int64_t> before = {1, world.rank()};
  world.exclusive_sum(std::span<std::int64_t>(before));
  EXPECT_EQ(before,
            (std::vector<std::int64_t>{world.rank(), world.rank() * (world.rank() - 1) / 2}));
}

}  // namespace
