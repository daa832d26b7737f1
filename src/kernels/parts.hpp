// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Dividing a sequence of rows, slices or blocks among threads.
#pragma once

#include "core/threads.hpp"
#include "suan/core/types.hpp"

namespace suan::kernels {

/// The first item of part `part` of `parts`, which are alike in cost; `count` for part `parts`.
/// before(i), which never decreases, is what the items before item i cost, for i <= count.
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

/// Into how many parts a product falls that takes so many entries and rows: one where starting
/// threads, 0.8 us with GNU's OpenMP, would take longer than they save. Follows from the matrix and
/// the number of threads alone, and so do the bits of sums.
inline int parts_of_work(const ExecutionSpace& space, Offset work) {
  constexpr Offset little = Offset(1) << 12;
  return work < little ? 1 : detail::threads_of(space);
}

/// Calls body(part) for each part, a thread for each; a single one on the thread that calls, which
/// waits for nobody. Profilers see both.
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

/// The sum of what body(part, sum) adds to its sum, which is zero before.
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
