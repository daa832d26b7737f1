// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda.hpp"

namespace suan::kernels::cuda {

RowLengths row_lengths(const ExecutionSpace& space, LocalIndex rows,
                       const DeviceView<const Offset>& offsets) {
  if (rows == 0) return {};
  RowLengths result{rows, 0, 0};
  Kokkos::parallel_reduce(
      "suan::csr longest row",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(space, 0, rows),
      KOKKOS_LAMBDA(Offset i, Offset & most) {
        most = Kokkos::max(most, offsets(i + 1) - offsets(i));
      },
      Kokkos::Max<Offset>(result.longest));
  Kokkos::deep_copy(result.entries, Kokkos::subview(offsets, static_cast<std::size_t>(rows)));
  return result;
}

}  // namespace suan::kernels::cuda
