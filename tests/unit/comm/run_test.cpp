// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

namespace {

using suan::Communicator;
using suan::Environment;

/// What run() printed on this rank, and its code.
struct Outcome {
  int code = 0;
  std::string printed;
};

Outcome run(const std::function<int(Environment&)>& body, const suan::RunOptions& options = {}) {
  std::string program = "/usr/bin/heat";
  std::string word = "word";
  char* words[] = {program.data(), word.data(), nullptr};
  int argc = 2;
  char** argv = words;
  std::ostringstream captured;
  auto* const before = std::cerr.rdbuf(captured.rdbuf());
  const int code = suan::run(argc, argv, body, options);
  std::cerr.rdbuf(before);
  return {code, captured.str()};
}

bool is_last() {
  const auto world = Communicator::world();
  return world.rank() == world.size() - 1;
}

TEST(Run, AllRanksReturnTheLargestCode) {
  const auto outcome = run([](Environment& env) {
    EXPECT_EQ(env.world().size(), Communicator::world().size());
    return is_last() ? 7 : 0;
  });
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.printed, "");
}

TEST(Run, AnErrorOfAllRanksIsPrintedOnce) {
  const auto outcome =
      run([](Environment&) -> int { throw suan::InvalidArgument("the size is wrong"); });
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.printed, Communicator::world().is_root() ? "heat: the size is wrong\n" : "");
}

TEST(Run, AnErrorOfOneRankEndsAllAndIsPrintedThere) {
  const auto outcome = run(
      [](Environment&) -> int {
        if (is_last()) throw std::runtime_error("this rank has melted");
        return 0;
      },
      {.program = "stove", .error_code = 5});
  EXPECT_EQ(outcome.code, 5);
  EXPECT_EQ(outcome.printed, is_last() ? "stove: this rank has melted\n" : "");
}

TEST(Run, WhateverIsThrownHasWords) {
  for (const int what : {0, 1, 2}) {
    const auto outcome = run([what](Environment&) -> int {
      if (what == 0) throw suan::IoError("");
      if (what == 1) throw std::bad_alloc();
      throw 7;
    });
    EXPECT_EQ(outcome.code, 2);
    if (Communicator::world().is_root()) {
      EXPECT_GT(outcome.printed.size(), std::string("heat: \n").size());
    } else {
      EXPECT_EQ(outcome.printed, "");
    }
  }
}

}  // namespace
