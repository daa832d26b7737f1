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

/// Replaces the lengths of rows in lengths[0 .. rows) by the offsets of rows; returns the last one.
/// Waits for the device.
inline Offset scan_lengths(const ExecutionSpace& space, const DeviceView<Offset>& lengths) {
  const auto rows = static_cast<std::int64_t>(lengths.extent(0)) - 1;
  Offset entries = 0;
  // One step more than there are rows, to set the last offset.
  Kokkos::parallel_scan(
      "suan::scan_lengths",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, rows + 1),
      KOKKOS_LAMBDA(std::int64_t i, Offset & sum, bool final) {
        const Offset length = i < rows ? lengths(i) : 0;
        if (final) lengths(i) = sum;
        sum += length;
      },
      entries);
  space.fence("suan::scan_lengths");
  return entries;
}

/// A matrix whose row i has count(i) entries; each is counted once. Waits for the device.
template <Scalar T, class Count>
NewCsr<T> allocate_rows(const ExecutionSpace& space, LocalIndex rows, const Count& count) {
  NewCsr<T> result;
  result.offsets =
      detail::allocate<Offset>("suan::Csr::offsets", static_cast<std::size_t>(rows) + 1);
  const auto offsets = result.offsets;
  Kokkos::parallel_for(
      "suan::count_rows",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, rows),
      KOKKOS_LAMBDA(LocalIndex i) { offsets(i) = count(i); });
  const auto size = static_cast<std::size_t>(scan_lengths(space, offsets));
  result.indices = detail::allocate<LocalIndex>("suan::Csr::indices", size);
  result.values = detail::allocate<T>("suan::Csr::values", size);
  return result;
}

}  // namespace suan::kernels
