// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Lists of the vertices that are not done yet: algorithms on graphs work in rounds on fewer and
// fewer of them.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

using WorkList = DeviceView<LocalIndex>;

/// Copies those of the first `count` elements of `list` for which keep(v) holds to `kept`, in
/// order; returns their number. Waits.
template <class Keep>
LocalIndex filter(const char* label, const ExecutionSpace& space, const WorkList& list,
                  LocalIndex count, const WorkList& kept, const Keep& keep) {
  LocalIndex total = 0;
  Kokkos::parallel_scan(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex k, LocalIndex & place, bool last) {
        const LocalIndex v = list(k);
        if (!keep(v)) return;
        if (last) kept(place) = v;
        ++place;
      },
      total);
  return total;
}

}  // namespace suan::kernels
