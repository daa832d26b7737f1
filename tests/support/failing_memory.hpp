// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Allocations that fail, one at a time, on one rank: in programs of which a source includes
// counted_memory.hpp.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "suan/comm/communicator.hpp"

namespace suan::test {

/// Large ones alone fail: labels for profilers, which Kokkos makes strings of, are smaller.
inline constexpr std::size_t large_bytes = 512;
/// So many large allocations succeed before one fails; none fails while this is negative.
inline std::atomic<std::int64_t> until_failure{-1};

/// Whether to fail now.
inline bool fails(std::size_t size) {
  return size >= large_bytes && until_failure >= 0 && until_failure-- == 0;
}

/// Runs prepare() and then body(), in which the first large allocation on a rank fails; then so
/// with the second one, and so on until there are no more. Each time what was thrown must have been
/// thrown on all ranks. Returns the number of runs that failed. Collective.
template <class Prepare, class Body>
int fail_one_by_one(int rank, const Prepare& prepare, const Body& body) {
  const auto world = Communicator::world();
  int failures = 0;
  for (std::int64_t n = 0;; ++n) {
    prepare();
    if (world.rank() == rank) until_failure = n;
    std::int64_t failed = 0;
    try {
      body();
    } catch (const OutOfMemory&) {
      failed = 1;
    } catch (...) {
      until_failure = -1;  // for the tests after this one
      throw;
    }
    const bool is_over = world.max(std::int64_t{until_failure >= 0}) > 0;
    until_failure = -1;
    EXPECT_EQ(world.max(failed), failed) << "allocation " << n << " of rank " << rank;
    failures += static_cast<int>(failed);
    if (is_over) return failures;
  }
}

}  // namespace suan::test
