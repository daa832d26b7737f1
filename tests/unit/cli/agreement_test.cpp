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

}  // namespace
}  // namespace suan::cli
