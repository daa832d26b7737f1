// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

namespace suan::cli {
namespace {

using testing::HasSubstr;

/// What run_together() printed on this rank, and its code.
struct Outcome {
  int code = 0;
  std::string printed;
};

Outcome run(const std::function<int(const Communicator&)>& command) {
  const auto world = Communicator::world();
  std::ostringstream captured;
  auto* const before = std::cerr.rdbuf(captured.rdbuf());
  const int code = run_together(world, [&] { return command(world); });
  std::cerr.rdbuf(before);
  return {code, captured.str()};
}

TEST(Agreement, AllRanksReturnTheLargestCode) {
  const auto last = Communicator::world().size() - 1;
  const auto outcome = run([last](const Communicator& world) {
    return world.rank() == last ? exit_not_converged : exit_solved;
  });
  EXPECT_EQ(outcome.code, exit_not_converged);
  EXPECT_EQ(outcome.printed, "");
}

TEST(Agreement, AnErrorOfAllRanksIsPrintedOnce) {
  const auto outcome =
      run([](const Communicator&) -> int { throw InvalidArgument("the option is wrong"); });
  EXPECT_EQ(outcome.code, exit_bad_use);
  const bool speaks = Communicator::world().is_root();
  EXPECT_EQ(outcome.printed, speaks ? "suan: the option is wrong\n" : "");
}

TEST(Agreement, AnErrorOfOneRankEndsAllAndIsPrintedThere) {
  const auto last = Communicator::world().size() - 1;
  const auto outcome = run([last](const Communicator& world) -> int {
    if (world.rank() == last) throw IoError("the disk of this rank is full");
    return exit_solved;
  });
  EXPECT_EQ(outcome.code, exit_bad_use);
  const bool speaks = Communicator::world().rank() == last;
  EXPECT_EQ(outcome.printed, speaks ? "suan: the disk of this rank is full\n" : "");
}

TEST(Agreement, ForeignExceptionsHaveMessagesToo) {
  EXPECT_EQ(run([](const Communicator&) -> int { throw std::bad_alloc(); }).code, exit_bad_use);
  const auto outcome = run([](const Communicator&) -> int { throw std::bad_alloc(); });
  if (Communicator::world().is_root()) {
    EXPECT_THAT(outcome.printed, HasSubstr("not enough memory"));
  }
  EXPECT_EQ(run([](const Communicator&) -> int { throw 7; }).code, exit_bad_use);
}

/// What require_same_words() throws on this rank.
std::string complaint(const std::function<std::string()>& parse) {
  try {
    require_same_words(Communicator::world(), parse);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return {};
}

TEST(SameWords, RanksThatWereToldTheSameGoOn) {
  EXPECT_EQ(complaint([] { return std::string("command = solve\nsize = 3\n"); }), "");
}

TEST(SameWords, AnOptionThatDiffersIsNamedOnAllRanks) {
  const auto world = Communicator::world();
  const bool is_last = world.rank() == world.size() - 1;
  const std::string text = complaint([&] {
    return std::string(is_last ? "command = solve\nsize = 4\n" : "command = solve\nsize = 3\n");
  });
  if (world.size() == 1) {
    EXPECT_EQ(text, "");
  } else {
    EXPECT_THAT(text, HasSubstr("rank 0 has size = 3"));
    EXPECT_THAT(text, HasSubstr("has size = 4"));
  }
}

TEST(SameWords, WordsThatOneRankDoesNotUnderstandAreSaidOnAll) {
  const auto world = Communicator::world();
  const int last = world.size() - 1;
  const std::string text = complaint([&]() -> std::string {
    if (world.rank() == last) throw InvalidArgument("unknown option");
    return "command = solve\n";
  });
  EXPECT_EQ(text, world.size() == 1
                      ? "unknown option"
                      : "on rank " + std::to_string(last) + ", but not on all: unknown option");
}

TEST(SameWords, WordsThatNoRankUnderstandsAreSaidPlainly) {
  EXPECT_EQ(complaint([]() -> std::string { throw InvalidArgument("unknown option"); }),
            "unknown option");
}

}  // namespace
}  // namespace suan::cli
