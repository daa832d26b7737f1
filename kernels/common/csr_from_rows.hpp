// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Converting a format back to CSR, on the device.
#pragma once

#include "kernels/common/new_csr.hpp"

namespace suan::kernels {

/// The entries of `m` as CSR, where m.visit_row(i, entry) calls entry(column, value) for each entry
/// of row i.
template <Scalar T, class Matrix>
CsrView<T> csr_from_rows(const char* label, const ExecutionSpace& space, const Matrix& m,
                         LocalIndex columns) {
  const auto result = allocate_rows<T>(
      space, m.rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        m.visit_row(i, [&count](LocalIndex, const T&) { ++count; });
        return count;
      });
  const auto offsets = result.offsets;
  const auto indices = result.indices;
  const auto values = result.values;
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, m.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        m.visit_row(i, [&](LocalIndex column, const T& value) {
          indices(at) = column;
          values(at) = value;
          ++at;
        });
      });
  space.fence(label);
  return result.finish(m.rows, columns);
}

}  // namespace suan::kernels
