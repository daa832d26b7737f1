// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From row lengths to an empty matrix, on the device.
#pragma once

#include "suan/core/detail/memory.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// The arrays of a matrix that is being filled.
template <Scalar T>
struct NewCsr {
  DeviceView<Offset> offsets;
  DeviceView<LocalIndex> indices;
  DeviceView<T> values;
  CsrView<T> finish(LocalIndex rows, LocalIndex columns) const {
    return {rows, columns, offsets, indices, values};
  }
};

/// A matrix whose row i has count(i) entries. Waits for the device.
template <Scalar T, class Count>
NewCsr<T> allocate_rows(const ExecutionSpace& space, LocalIndex rows, const Count& count) {
  NewCsr<T> result;
  result.offsets =
      detail::allocate<Offset>("suan::Csr::offsets", static_cast<std::size_t>(rows) + 1);
  const auto offsets = result.offsets;
  Offset entries = 0;
  // One step more than there are rows, to set the last offset.
  Kokkos::parallel_scan(
      "suan::count_rows",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0,
                                                                           std::int64_t(rows) + 1),
      KOKKOS_LAMBDA(std::int64_t i, Offset & sum, bool final) {
        if (final) offsets(i) = sum;
        if (i < rows) sum += count(static_cast<LocalIndex>(i));
      },
      entries);
  space.fence("suan::count_rows");
  const auto size = static_cast<std::size_t>(entries);
  result.indices = detail::allocate<LocalIndex>("suan::Csr::indices", size);
  result.values = detail::allocate<T>("suan::Csr::values", size);
  return result;
}

}  // namespace suan::kernels
