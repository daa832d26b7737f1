// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace suan::detail {

/// The number of threads of this instance of an execution space. In Kokkos 4 with its deprecated
/// code, which is the default, concurrency() is static and refers to the default instance unless
/// given another one; later it is a member.
template <class Space>
int threads_of(const Space& space) {
  if constexpr (requires { Space::concurrency(space); }) {
    return Space::concurrency(space);
  } else {
    return space.concurrency();
  }
}

}  // namespace suan::detail
