// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Execution spaces with different numbers of threads, to check that results do not depend on it.
#pragma once

#include <type_traits>
#include <vector>

#include "suan/core/types.hpp"

namespace suan::test {

/// The default instance and, if threads can be chosen, one with a single thread and one with two. A
/// template, so that a space without a choice of threads does not compile the rest.
template <class Space = ExecutionSpace>
std::vector<Space> instances() {
  std::vector<Space> result{Space()};
#if defined(KOKKOS_ENABLE_OPENMP)
  if constexpr (std::is_same_v<Space, Kokkos::OpenMP>) {
    if (Space().concurrency() > 1) result.emplace_back(1);
    if (Space().concurrency() > 2) result.emplace_back(2);
  }
#endif
  return result;
}

}  // namespace suan::test
