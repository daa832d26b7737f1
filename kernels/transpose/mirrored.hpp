// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices with an entry (j, i) for each entry (i, j): finite elements, finite volumes, graphs. The
// transpose has the same structure, so only values move.
#pragma once

#include "kernels/transpose/mirror_entries.hpp"

namespace suan::kernels {

/// Calls use(k, mirror) for the entries k of every step-th row that have a mirror. Returns whether
/// all have one and all these rows increase strictly. Waits for the device.
template <Scalar T, class Use>
bool search_mirrors(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex step,
                    const Use& use) {
  const EntryPlaces places(a);
  Offset missing = 0;
  Kokkos::parallel_reduce(
      "suan::search_mirrors",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          space, 0, a.rows / step + (a.rows % step != 0 ? 1 : 0)),
      KOKKOS_LAMBDA(LocalIndex r, Offset & sum) { sum += places.visit_row(r * step, use); },
      missing);
  return missing == 0;
}

#if !SUAN_HAVE_CUDA

/// The sum of what visit(part) returns.
template <class Visit>
Offset sum_over_parts(const ExecutionSpace& space, std::size_t parts, const Visit& visit) {
  Offset sum = 0;
  Kokkos::parallel_reduce(
      "suan::visit_mirrors",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::size_t>>(space, 0, parts),
      [&](std::size_t part, Offset& partial) { partial += visit(part); }, sum);
  return sum;
}

/// visit_mirrors() by guessing, with a search where the guess is wrong.
template <Scalar T, class Use>
bool guess_mirrors(const ExecutionSpace& space, const CsrView<T>& a, const T* values,
                   const Use& use) {
  const EntryPlaces places(a);
  const auto parts = static_cast<std::size_t>(detail::threads_of(space));
  const auto starts = split_rows(places.offsets, a.rows, parts);
  // Short rows read few other rows; prefetching costs more than it gains there.
  const bool prefetch = a.entries() >= 12 * Offset{a.rows};
  constexpr LocalIndex rows_ahead = 4;
  return sum_over_parts(space, parts, [&](std::size_t part) {
           // Copies, which stay in registers.
           const EntryPlaces own = places;
           const Use own_use = use;
           Offset missing = 0;
           for (LocalIndex i = starts[part]; i < starts[part + 1]; ++i) {
             if (prefetch && a.rows - i > rows_ahead) own.prefetch_mirrors(i + rows_ahead, values);
             missing += own.visit_row(i, own_use);
           }
           return missing;
         }) == 0;
}

/// visit_mirrors() in one walk through all rows.
template <Scalar T, class Use>
bool walk_mirrors(const ExecutionSpace& space, const CsrView<T>& a, const T* values,
                  const Use& use) {
  const EntryPlaces places(a);
  const auto starts =
      split_rows(places.offsets, a.rows, static_cast<std::size_t>(detail::threads_of(space)));
  std::vector<MirrorWalk> walks;
  for (std::size_t p = 1; p < starts.size(); ++p) {
    walks.emplace_back(places, starts[p - 1], starts[p]);
  }
  for_chunks("suan::find_columns", space, walks.size(),
             [&](std::size_t p) { walks[p].find_columns(); });
  Offset columns = 0;
  for (const auto& walk : walks) columns += walk.columns();
  // Many threads and a scattered matrix: each thread would need room for all columns.
  if (columns > a.entries()) return guess_mirrors(space, a, values, use);
  for (auto& walk : walks) walk.allocate();
  return sum_over_parts(space, walks.size(), [&](std::size_t p) {
           return walks[p].visit(a.entries(), values, use);
         }) == 0;
}

/// Whether most mirrors are where the guess says, judged by the first entries of a few rows.
template <Scalar T>
bool guesses_well(const CsrView<T>& a) {
  constexpr std::uint32_t rows = 64;
  constexpr Offset most_of_row = 64;
  const EntryPlaces places(a);
  Offset entries = 0;
  Offset right = 0;
  for (std::uint32_t r = 0; r < rows; ++r) {
    // Scattered, because on a grid equal steps may hit only its boundary.
    const std::uint64_t fraction = r * 2654435769u;  // of 2^32
    const auto i = static_cast<LocalIndex>(fraction * static_cast<std::uint64_t>(a.rows) >> 32);
    const Offset begin = places.offsets[i];
    const Offset end = std::min(places.offsets[i + 1], begin + most_of_row);
    entries += end - begin;
    for (Offset k = begin; k < end; ++k) {
      const LocalIndex j = places.indices[k];
      right += places.is_mirror(places.guess(i, k, j), i, j) ? 1 : 0;
    }
  }
  return 10 * right >= 9 * entries;
}

#endif

/// Calls use(k, mirror) for the entries k that have a mirror. Returns whether all have one and all
/// rows increase strictly. If not, some entries may have been visited, perhaps with another entry
/// than their mirror. `values` are what `use` reads at the mirrors, or null. A sample of the rows
/// rejects most other matrices at once. Waits for the device.
template <Scalar T, class Use>
bool visit_mirrors(const ExecutionSpace& space, const CsrView<T>& a,
                   [[maybe_unused]] const T* values, const Use& use) {
  constexpr LocalIndex sample = 512;
  if (a.rows != a.columns) return false;
  if (a.rows == 0) return true;  // there may be no offsets, not even one
  const auto look = KOKKOS_LAMBDA(Offset, Offset){};
  if (!search_mirrors(space, a, a.rows / sample + 1, look)) return false;
#if SUAN_HAVE_CUDA
  return search_mirrors(space, a, 1, use);
#else
  // A wrong guess costs a search, which is more than the walk's bookkeeping.
  return guesses_well(a) ? guess_mirrors(space, a, values, use)
                         : walk_mirrors(space, a, values, use);
#endif
}

}  // namespace suan::kernels
