// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A parallel loop on the host whose body may throw.
#pragma once

#include <exception>
#include <mutex>

#include "suan/core/types.hpp"

namespace suan::detail {

/// Calls body(k) for k < count, from several threads when `concurrent`. After all have run, the
/// exception of the smallest k is thrown, so that the message does not depend on the schedule.
template <class Body>
void host_loop(std::size_t count, bool concurrent, const Body& body) {
  if (!concurrent) {
    for (std::size_t k = 0; k < count; ++k) body(k);
    return;
  }
  std::mutex mutex;
  std::size_t failed = count;
  std::exception_ptr error;
  Kokkos::parallel_for("suan::host_loop",
                       Kokkos::RangePolicy<HostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>,
                                           Kokkos::IndexType<std::int64_t>>(
                           0, static_cast<std::int64_t>(count), Kokkos::ChunkSize(1)),
                       [&](std::int64_t index) {
                         const auto k = static_cast<std::size_t>(index);
                         try {
                           body(k);
                         } catch (...) {
                           const std::lock_guard lock(mutex);
                           if (k < failed) {
                             failed = k;
                             error = std::current_exception();
                           }
                         }
                       });
  HostExecutionSpace().fence("suan::host_loop");
  if (error) std::rethrow_exception(error);
}

}  // namespace suan::detail
