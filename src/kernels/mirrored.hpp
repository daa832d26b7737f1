// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices that have an entry (j, i) for each entry (i, j): finite elements, finite volumes,
// graphs. Their transpose has their own structure, so that only values move.
#pragma once

#include "core/threads.hpp"
#include "kernels/bisection.hpp"
#include "kernels/host_csr.hpp"

namespace suan::kernels {

/// Where the entries of a matrix are, in plain pointers, which stay in registers.
struct EntryPlaces {
  template <Scalar T>
  explicit EntryPlaces(const CsrView<T>& a)
      : offsets(a.offsets.data()), indices(a.indices.data()) {}

  const Offset* offsets;
  const LocalIndex* indices;

  /// Where row j, which increases strictly, has the column i of entry k, (i, j); -1 if nowhere.
  KOKKOS_FORCEINLINE_FUNCTION Offset mirror_of(LocalIndex i, Offset k, LocalIndex j) const {
    const Offset end = offsets[j + 1];
    // On a grid it stands as far from the end as k from the beginning.
    const Offset guess = end - 1 - (k - offsets[i]);
    if (guess >= offsets[j] && indices[guess] == i) return guess;
    const Offset found = first_not_below(indices, offsets[j], end, i);
    return found < end && indices[found] == i ? found : Offset(-1);
  }

  /// Calls use(k, mirror) for the entries of row i that have a mirror. How many have none, or do
  /// not come behind the entry before them.
  template <class Use>
  KOKKOS_FORCEINLINE_FUNCTION Offset visit_row(LocalIndex i, const Use& use) const {
    Offset missing = 0;
    LocalIndex previous = -1;
    const Offset end = offsets[i + 1];
    for (Offset k = offsets[i]; k < end; ++k) {
      const LocalIndex j = indices[k];
      const Offset mirror = j > previous ? mirror_of(i, k, j) : Offset(-1);
      previous = j;
      if (mirror < 0) {
        ++missing;
      } else {
        use(k, mirror);
      }
    }
    return missing;
  }

#if !SUAN_HAVE_CUDA
  /// Asks for what row i will read elsewhere: on a grid more places than the hardware follows. The
  /// values there as well, unless null.
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void prefetch_mirrors(LocalIndex i, const T* values) const {
    const Offset begin = offsets[i];
    for (Offset k = begin; k < offsets[i + 1]; ++k) {
      const Offset guess = Kokkos::max(Offset(0), offsets[indices[k] + 1] - 1 - (k - begin));
      __builtin_prefetch(indices + guess);
      if (values != nullptr) __builtin_prefetch(values + guess);
    }
  }
#endif
};

/// Calls use(k, mirror) for the entries k of each step-th row that have a mirror. Whether all have
/// one, and all these rows increase strictly. `values` are what `use` reads at the mirrors, or
/// null. Waits for the device.
template <Scalar T, class Use>
bool visit_mirrors(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
                   LocalIndex step, [[maybe_unused]] const T* values, const Use& use) {
  if (a.rows == 0) return true;  // there may be no offsets, not even one
  const EntryPlaces places(a);
  Offset missing = 0;
#if SUAN_HAVE_CUDA
  Kokkos::parallel_reduce(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          space, 0, a.rows / step + (a.rows % step != 0 ? 1 : 0)),
      KOKKOS_LAMBDA(LocalIndex r, Offset & sum) { sum += places.visit_row(r * step, use); },
      missing);
#else
  // Short rows meet few other places; there it costs more than it gains.
  const bool prefetch = step == 1 && a.entries() >= 12 * Offset{a.rows};
  constexpr LocalIndex rows_ahead = 4;
  const auto parts =
      split_rows(places.offsets, a.rows, static_cast<std::size_t>(detail::threads_of(space)));
  Kokkos::parallel_reduce(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::size_t>>(space, 0,
                                                                          parts.size() - 1),
      [&](std::size_t part, Offset& sum) {
        const EntryPlaces own = places;
        // 64 bits, because the last step may go beyond 2^31.
        const Offset end = parts[part + 1];
        for (Offset r = (parts[part] + Offset{step} - 1) / step * step; r < end; r += step) {
          const auto i = static_cast<LocalIndex>(r);
          if (prefetch && a.rows - i > rows_ahead) own.prefetch_mirrors(i + rows_ahead, values);
          sum += own.visit_row(i, use);
        }
      },
      missing);
#endif
  return missing == 0;
}

/// The same for all rows, after a look at a sample that refuses most other matrices at once. After
/// false some entries may have been visited.
template <Scalar T, class Use>
bool visit_all_mirrors(const ExecutionSpace& space, const CsrView<T>& a, const T* values,
                       const Use& use) {
  constexpr LocalIndex sample = 512;
  if (a.rows != a.columns) return false;
  const LocalIndex step = a.rows / sample + 1;
  const auto look = KOKKOS_LAMBDA(Offset, Offset){};
  return visit_mirrors<T>("suan::look_for_mirrors", space, a, step, nullptr, look) &&
         visit_mirrors<T>("suan::visit_mirrors", space, a, 1, values, use);
}

}  // namespace suan::kernels
