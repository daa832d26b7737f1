// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Dividing a sequence of rows, slices or blocks among threads.
#pragma once

#include "suan/core/detail/threads.hpp"
#include "suan/core/types.hpp"

namespace suan::kernels {

/// The first item of part `part` of `parts` parts of about equal cost; `count` for part `parts`.
/// before(i), which never decreases, is the cost of the items before item i, for i <= count.
template <class Before>
LocalIndex first_of_part(LocalIndex count, int part, int parts, const Before& before) {
  if (part == parts) return count;
  const Offset total = before(count);
  const Offset wanted = total / parts * part + total % parts * part / parts;
  LocalIndex low = 0;
  LocalIndex high = count;
  while (low < high) {
    const LocalIndex middle = low + (high - low) / 2;
    if (before(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

#if !SUAN_HAVE_CUDA

/// The number of parts for a product with so many entries and rows: one where starting threads
/// would take longer than it saves (docs/performance.md). Depends only on the matrix and the number
/// of threads, and so do the bits of sums.
inline int parts_of_work(const ExecutionSpace& space, Offset work) {
  constexpr Offset little = Offset(1) << 12;
  return work < little ? 1 : detail::threads_of(space);
}

/// Calls body(part) for each part, one thread each; a single part runs on the calling thread,
/// without any waiting. Profilers see both.
template <class Body>
void for_parts(const char* label, const ExecutionSpace& space, int parts, const Body& body) {
  if (parts == 1) {
    const bool is_seen = Kokkos::Tools::profileLibraryLoaded();
    std::uint64_t kernel = 0;
    if (is_seen) {
      Kokkos::Tools::beginParallelFor(label, Kokkos::Tools::Experimental::device_id(space),
                                      &kernel);
    }
    body(0);
    if (is_seen) Kokkos::Tools::endParallelFor(kernel);
    return;
  }
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>(space, 0, parts), body);
}

/// The total of the sums to which body(part, sum) adds; each starts at zero.
template <class Sum, class Body>
Sum sum_of_parts(const char* label, const ExecutionSpace& space, int parts, const Body& body) {
  Sum sum{};
  if (parts == 1) {
    for_parts(label, space, 1, [&](int part) { body(part, sum); });
    return sum;
  }
  Kokkos::parallel_reduce(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>(space, 0, parts), body,
      sum);
  return sum;
}

#endif

}  // namespace suan::kernels
