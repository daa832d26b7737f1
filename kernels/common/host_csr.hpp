// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by kernels that build matrices on the host: plain arrays, parts of rows, and chunks of
// work that threads take dynamically.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <vector>

#include "suan/core/detail/staged.hpp"
#include "suan/core/detail/threads.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// The execution space instance for work on the host: the given one if it is a host instance, so
/// that its number of threads applies.
template <class Space>
HostExecutionSpace host_instance([[maybe_unused]] const Space& space) {
  if constexpr (std::same_as<Space, HostExecutionSpace>) {
    return space;
  } else {
    return HostExecutionSpace();
  }
}

template <class T>
HostView<const T> host_array(const DeviceView<const T>& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view, "suan::host_array");
}

/// The arrays of a matrix in host memory: its own if they are there, else copies from the device.
template <Scalar T>
struct HostCsr {
  explicit HostCsr(const CsrView<T>& a)
      : rows(a.rows),
        columns(a.columns),
        offset_array(host_array<Offset>(a.offsets)),
        index_array(host_array<LocalIndex>(a.indices)),
        value_array(host_array<T>(a.values)),
        offsets(offset_array.data()),
        indices(index_array.data()),
        values(value_array.data()) {}

  Offset entries() const { return static_cast<Offset>(value_array.extent(0)); }

  LocalIndex rows;
  LocalIndex columns;
  HostView<const Offset> offset_array;
  HostView<const LocalIndex> index_array;
  HostView<const T> value_array;
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
};

/// parts + 1 row numbers that divide the rows into parts of about equal weight. before[i] is the
/// weight of the rows before row i, for i <= rows.
inline std::vector<LocalIndex> split_rows(const Offset* before, LocalIndex rows,
                                          std::size_t parts) {
  std::vector<LocalIndex> starts(parts + 1, rows);
  starts[0] = 0;
  const auto total = static_cast<std::size_t>(before[rows] - before[0]);
  for (std::size_t p = 1; p < parts; ++p) {
    const auto wanted =
        before[0] + static_cast<Offset>(total / parts * p + total % parts * p / parts);
    starts[p] = static_cast<LocalIndex>(std::lower_bound(before, before + rows, wanted) - before);
  }
  return starts;
}

/// Runs body(next) once on each thread, where next() returns the next unclaimed chunk, or `chunks`
/// when none is left. So a body allocates its workspace once. One of the bodies' exceptions is
/// thrown after all have ended (only memory can run out).
template <class Body>
void share_chunks(const char* label, const ExecutionSpace& space, std::size_t chunks,
                  const Body& body) {
  const HostExecutionSpace host = host_instance(space);
  const auto workers = std::min(chunks, static_cast<std::size_t>(detail::threads_of(host)));
  std::atomic<std::size_t> taken{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto next = [&] { return std::min(taken.fetch_add(1), chunks); };
  Kokkos::parallel_for(label,
                       Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>(
                           host, 0, static_cast<std::int64_t>(workers)),
                       [&](std::int64_t) {
                         try {
                           body(next);
                         } catch (...) {
                           const std::lock_guard lock(mutex);
                           if (!error) error = std::current_exception();
                         }
                       });
  host.fence(label);
  if (error) std::rethrow_exception(error);
}

/// Calls body(k) for each k < count, several of them concurrently.
template <class Body>
void for_chunks(const char* label, const ExecutionSpace& space, std::size_t count,
                const Body& body) {
  share_chunks(label, space, count, [&](const auto& next) {
    for (std::size_t k = next(); k < count; k = next()) body(k);
  });
}

}  // namespace suan::kernels
