// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Dividing a sequence of rows, slices or blocks among threads.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The first item of part `part` of `parts`, which are alike in cost; `count` for part `parts`.
/// before(i), which never decreases, is what the items before item i cost, for i <= count.
template <class Before>
LocalIndex first_of_part(LocalIndex count, int part, int parts, const Before& before) {
  if (part == parts) return count;
  const Offset total = before(count);
  const Offset wanted = total / parts * part + total % parts * part / parts;
  LocalIndex low = 0;
  LocalIndex high = count;
  while (low < high) {
    const LocalIndex middle = low + (high - low) / 2;
    if (before(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace suan::kernels
