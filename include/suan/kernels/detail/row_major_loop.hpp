// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A loop over the elements of a row-major array.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Calls element(i, c) for i < rows and c < columns, independently of each other: on a device with
/// one thread each, coalesced; on the host with one thread per row.
template <class Element>
void for_elements(const char* label, const ExecutionSpace& space, std::size_t rows,
                  std::size_t columns, const Element& element) {
  using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;
  if (rows == 0 || columns == 0) return;
  const auto k = static_cast<std::int64_t>(columns);
  const auto n = static_cast<std::int64_t>(rows);
#if SUAN_HAVE_CUDA
  Kokkos::parallel_for(
      label, Range(space, 0, n * k), KOKKOS_LAMBDA(std::int64_t at) { element(at / k, at % k); });
#else
  Kokkos::parallel_for(label, Range(space, 0, n), [=](std::int64_t i) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < k; ++c) element(i, c);
  });
#endif
}

}  // namespace suan::kernels
