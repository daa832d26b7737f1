// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/agreement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using suan::require_agreement;
using testing::HasSubstr;

/// What the function throws on this rank; empty when nothing.
std::string complaint(const suan::Communicator& comm, const std::string& function,
                      const std::string& told) {
  try {
    require_agreement(comm, function, told);
  } catch (const suan::InvalidArgument& error) {
    return error.what();
  }
  return {};
}

TEST(Agreement, RanksThatWereToldTheSameGoOn) {
  const auto world = suan::Communicator::world();
  EXPECT_EQ(complaint(world, "solve", "rtol = 1\nsize = 2\n"), "");
  EXPECT_EQ(complaint(world, "solve", ""), "");
}

TEST(Agreement, TheFirstLineThatDiffersIsNamedOnAllRanks) {
  const auto world = suan::Communicator::world();
  const int last = world.size() - 1;
  const std::string mine = world.rank() == last ? "rtol = 2" : "rtol = 1";
  const std::string text = complaint(world, "solve", "size = 2\n" + mine + "\nmore = 3\n");
  if (world.size() == 1) {
    EXPECT_EQ(text, "");
    return;
  }
  EXPECT_THAT(text, HasSubstr("solve: "));
  EXPECT_THAT(text,
              HasSubstr("rank 0 has rtol = 1, rank " + std::to_string(last) + " has rtol = 2"));
  EXPECT_EQ(complaint(world, "solve", "after"), "");  // the ranks are in step again
}

TEST(Agreement, OneTextMayEndBeforeTheOther) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const std::string text = complaint(world, "solve", world.is_root() ? "" : "rtol = 1");
  EXPECT_THAT(text, HasSubstr("rank 0 has nothing, rank 1 has rtol = 1"));
}

TEST(Agreement, DifferentFunctionsAreNamed) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const std::string text = complaint(world, world.is_root() ? "solve" : "optimize", "");
  EXPECT_THAT(text, HasSubstr("rank 0 called solve and rank 1 called optimize"));
}

}  // namespace
