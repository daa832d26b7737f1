// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Execution spaces with different numbers of threads: what must not depend on them is computed on
// each.
#pragma once

#include <vector>

#include "suan/core/types.hpp"

namespace suan::test {

/// The default instance, and where threads can be chosen, one of a single thread and one of two.
inline std::vector<ExecutionSpace> instances() {
  std::vector<ExecutionSpace> result{ExecutionSpace()};
#if defined(KOKKOS_ENABLE_OPENMP)
  if constexpr (std::is_same_v<ExecutionSpace, Kokkos::OpenMP>) {
    if (ExecutionSpace().concurrency() > 1) result.emplace_back(1);
    if (ExecutionSpace().concurrency() > 2) result.emplace_back(2);
  }
#endif
  return result;
}

}  // namespace suan::test
