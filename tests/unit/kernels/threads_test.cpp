// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/threads.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "suan/core/types.hpp"

namespace {

using suan::ExecutionSpace;
using suan::detail::threads_of;

TEST(ThreadsOf, CountsThoseOfTheInstance) {
  EXPECT_GE(threads_of(ExecutionSpace()), 1);
#if defined(KOKKOS_ENABLE_OPENMP)
  if constexpr (std::is_same_v<ExecutionSpace, Kokkos::OpenMP>) {
    EXPECT_EQ(threads_of(ExecutionSpace(1)), 1);
    if (threads_of(ExecutionSpace()) > 1) {
      EXPECT_EQ(threads_of(ExecutionSpace(2)), 2);
    }
  }
#endif
}

}  // namespace
