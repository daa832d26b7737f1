// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/layout.hpp"

#include <gmock/gmock.h>

namespace {

using suan::Communicator;
using suan::Layout;

TEST(Layout, SerialHoldsEverything) {
  const auto layout = Layout::serial(7);
  EXPECT_EQ(layout.global_size(), 7);
  EXPECT_EQ(layout.local_size(), 7);
  EXPECT_EQ(layout.first(), 0);
  EXPECT_TRUE(layout.owns(6));
  EXPECT_FALSE(layout.owns(7));
  EXPECT_EQ(Layout(), Layout::serial(0));
}

TEST(Layout, EvenDiffersByAtMostOne) {
  const auto world = Communicator::world();
  for (const std::int64_t size : {0, 1, 3, 10, 1000}) {
    const auto layout = Layout::even(size, world);
    EXPECT_EQ(layout.global_size(), size);
    EXPECT_GE(layout.local_size(), size / world.size());
    EXPECT_LE(layout.local_size(), size / world.size() + 1);
    EXPECT_EQ(world.sum<std::int64_t>(layout.local_size()), size);
    for (std::int64_t i = layout.first(); i < layout.last(); ++i) {
      EXPECT_EQ(layout.owner(i), world.rank());
    }
  }
}

TEST(Layout, OwnerSkipsEmptyRanks) {
  const auto world = Communicator::world();
  // Only the last rank holds anything.
  const bool last = world.rank() == world.size() - 1;
  const auto layout = Layout::from_local_size(last ? 5 : 0, world);
  EXPECT_EQ(layout.global_size(), 5);
  EXPECT_EQ(layout.owner(0), world.size() - 1);
  EXPECT_EQ(layout.owner(4), world.size() - 1);
}

TEST(Layout, RefusesImpossibleSizesOnAllRanks) {
  const auto world = Communicator::world();
  const std::int64_t bad = world.rank() == world.size() - 1 ? -1 : 2;
  EXPECT_THROW(Layout::from_local_size(bad, world), suan::InvalidArgument);
  EXPECT_THROW(Layout::serial(std::int64_t{1} << 31), suan::InvalidArgument);
  EXPECT_THROW(Layout::even(-1, world), suan::InvalidArgument);
}

TEST(Layout, EqualMeansSameRangesOnSameRanks) {
  const auto world = Communicator::world();
  EXPECT_EQ(Layout::even(10, world), Layout::even(10, world));
  EXPECT_FALSE(Layout::even(10, world) == Layout::even(11, world));
  if (world.size() > 1) {
    EXPECT_FALSE(Layout::even(10, world) == Layout::serial(10));
  }
}

}  // namespace
