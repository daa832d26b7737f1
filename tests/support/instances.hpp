// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Execution spaces with different numbers of threads: what must not depend on them is computed on
// each.
#pragma once

#include <type_traits>
#include <vector>

#include "suan/core/types.hpp"

namespace suan::test {

/// The default instance, and where threads can be chosen, one of a single thread and one of two.
/// A template, so that a space without a choice of threads never sees the rest.
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
