// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices that have an entry (j, i) for each entry (i, j): finite elements, finite volumes,
// graphs. Their transpose has their own structure, so that only values move.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// Where row j of A, which increases strictly, has the column i of entry k, (i, j); -1 if nowhere.
template <Scalar T>
KOKKOS_FUNCTION Offset mirror_of(const CsrView<T>& a, LocalIndex i, Offset k, LocalIndex j) {
  Offset low = a.offsets(j);
  Offset high = a.offsets(j + 1);
  // On a grid it stands as far from the end as k from the beginning.
  const Offset guess = high - 1 - (k - a.offsets(i));
  if (guess >= low && a.indices(guess) == i) return guess;
  while (low < high) {
    const Offset middle = low + (high - low) / 2;
    if (a.indices(middle) < i) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < a.offsets(j + 1) && a.indices(low) == i ? low : Offset(-1);
}

#if !SUAN_HAVE_CUDA
/// Asks for what row i will read elsewhere: on a grid more places than the hardware follows.
template <Scalar T>
void prefetch_mirrors(const CsrView<T>& a, LocalIndex i) {
  const Offset begin = a.offsets(i);
  for (Offset k = begin; k < a.offsets(i + 1); ++k) {
    const Offset guess = Kokkos::max(Offset(0), a.offsets(a.indices(k) + 1) - 1 - (k - begin));
    __builtin_prefetch(a.indices.data() + guess);
    __builtin_prefetch(a.values.data() + guess);
  }
}
#endif

/// Calls use(k, mirror) for the entries k of each step-th row that have a mirror. Whether all have
/// one, and all these rows increase strictly. Waits for the device.
template <Scalar T, class Use>
bool visit_mirrors(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
                   LocalIndex step, const Use& use) {
#if !SUAN_HAVE_CUDA
  // Short rows meet few other places; there it costs more than it gains.
  const bool prefetch = step == 1 && a.entries() >= 12 * Offset{a.rows};
  constexpr LocalIndex rows_ahead = 4;
#endif
  Offset missing = 0;
  Kokkos::parallel_reduce(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          space, 0, a.rows / step + (a.rows % step != 0 ? 1 : 0)),
      KOKKOS_LAMBDA(LocalIndex r, Offset & sum) {
        const LocalIndex i = r * step;
#if !SUAN_HAVE_CUDA
        if (prefetch && a.rows - i > rows_ahead) prefetch_mirrors(a, i + rows_ahead);
#endif
        LocalIndex previous = -1;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const LocalIndex j = a.indices(k);
          const Offset mirror = j > previous ? mirror_of(a, i, k, j) : Offset(-1);
          previous = j;
          if (mirror < 0) {
            ++sum;
          } else {
            use(k, mirror);
          }
        }
      },
      missing);
  return missing == 0;
}

/// The same for all rows, after a look at a sample that refuses most other matrices at once. After
/// false some entries may have been visited.
template <Scalar T, class Use>
bool visit_all_mirrors(const ExecutionSpace& space, const CsrView<T>& a, const Use& use) {
  constexpr LocalIndex sample = 512;
  if (a.rows != a.columns) return false;
  const LocalIndex step = a.rows / sample + 1;
  return visit_mirrors("suan::look_for_mirrors", space, a, step, KOKKOS_LAMBDA(Offset, Offset){}) &&
         visit_mirrors("suan::visit_mirrors", space, a, 1, use);
}

}  // namespace suan::kernels
