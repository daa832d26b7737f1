// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Looking for a column in a sorted row, on any processor.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The first of the increasing columns [begin, end) of an array that is not below `column`; `end`
/// when all are.
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
