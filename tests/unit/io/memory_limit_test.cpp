// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What files may need.
#include "io/detail/memory_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace suan::detail {
namespace {

TEST(RequireMemory, CountsTheRanksOfThisNode) {
  const double gib = 1024.0 * 1024.0 * 1024.0;
  EXPECT_NO_THROW(require_memory("a.h5: reading", 4 * gib, 1.0, 8, 2));
  try {
    require_memory("a.h5: reading", 4 * gib, 0.9, 8, 2);
    ADD_FAILURE() << "no error";
  } catch (const OutOfMemory& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("a.h5: reading needs about 1 GiB"),
                                             testing::HasSubstr("922 MiB")));
  }
  // No machine has this.
  EXPECT_THROW(require_memory("a", 1e30, 0, 1, 1), OutOfMemory);
}

TEST(RequirePlausible, WhatAFileCanMean) {
  const auto refused = [](double bytes, double file_bytes, double limit_gib) {
    try {
      require_plausible("a.mtx: reading", bytes, file_bytes, limit_gib);
    } catch (const OutOfMemory& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("memory_limit_gib"));
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused(2e8, 90, 0)) << "harmless";
  EXPECT_TRUE(refused(1e9, 90, 0));
  EXPECT_FALSE(refused(1e9, 90, 2)) << "asked for";
  EXPECT_FALSE(refused(1e9, 1e6, 0)) << "one entry for each hundred rows";
}

}  // namespace
}  // namespace suan::detail
