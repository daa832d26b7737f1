// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Finding a column in a sorted row, on the host and on devices.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The index of the first of the increasing columns [begin, end) that is not below `column`; `end`
/// when all are below.
KOKKOS_FORCEINLINE_FUNCTION Offset first_not_below(const LocalIndex* columns, Offset begin,
                                                   Offset end, LocalIndex column) {
  while (begin < end) {
    const Offset middle = begin + (end - begin) / 2;
    if (columns[middle] < column) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace suan::kernels
