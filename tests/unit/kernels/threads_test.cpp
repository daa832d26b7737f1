// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/detail/threads.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "suan/core/types.hpp"

namespace {

using suan::ExecutionSpace;
using suan::detail::threads_of;

/// A template: only there is the branch not taken left uncompiled.
template <class Space>
void expect_threads_of_instance() {
#if defined(KOKKOS_ENABLE_OPENMP)
  if constexpr (std::is_same_v<Space, Kokkos::OpenMP>) {
    EXPECT_EQ(threads_of(Space(1)), 1);
    if (threads_of(Space()) > 1) {
      EXPECT_EQ(threads_of(Space(2)), 2);
    }
  }
#endif
}

TEST(ThreadsOf, CountsThoseOfTheInstance) {
  EXPECT_GE(threads_of(ExecutionSpace()), 1);
  expect_threads_of_instance<ExecutionSpace>();
}

}  // namespace
