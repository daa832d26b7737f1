// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Merging two rows.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// Calls use(column, index in A or -1, index in B or -1) for each column that row i has in A or B,
/// in increasing order. The rows of both increase strictly.
template <Scalar T, class Use>
KOKKOS_FORCEINLINE_FUNCTION void merge_row(const CsrView<T>& a, const CsrView<T>& b, LocalIndex i,
                                           const Use& use) {
  Offset k = a.offsets(i);
  Offset l = b.offsets(i);
  const Offset a_end = a.offsets(i + 1);
  const Offset b_end = b.offsets(i + 1);
  while (k < a_end || l < b_end) {
    const LocalIndex from_a = k < a_end ? a.indices(k) : a.columns;
    const LocalIndex from_b = l < b_end ? b.indices(l) : a.columns;
    const bool in_a = from_a <= from_b;
    const bool in_b = from_b <= from_a;
    use(in_a ? from_a : from_b, in_a ? k : Offset(-1), in_b ? l : Offset(-1));
    if (in_a) ++k;
    if (in_b) ++l;
  }
}

}  // namespace suan::kernels
