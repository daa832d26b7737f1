// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sorting a short list in a kernel.
#pragma once

#include "suan/core/types.hpp"

namespace suan::multigrid {

template <class Before>
KOKKOS_INLINE_FUNCTION void sift_down(LocalIndex* list, LocalIndex root, LocalIndex count,
                                      const Before& before) {
  while (2 * root + 1 < count) {
    LocalIndex child = 2 * root + 1;
    if (child + 1 < count && before(list[child], list[child + 1])) ++child;
    if (!before(list[root], list[child])) return;
    const LocalIndex moved = list[root];
    list[root] = list[child];
    list[child] = moved;
    root = child;
  }
}

/// In place; before(x, y) is an order without ties. Insertion for short lists, a heap for others.
template <class Before>
KOKKOS_INLINE_FUNCTION void sort_list(LocalIndex* list, LocalIndex count, const Before& before) {
  constexpr LocalIndex short_list = 48;
  if (count <= short_list) {
    for (LocalIndex k = 1; k < count; ++k) {
      const LocalIndex value = list[k];
      LocalIndex place = k;
      for (; place > 0 && before(value, list[place - 1]); --place) list[place] = list[place - 1];
      list[place] = value;
    }
    return;
  }
  for (LocalIndex root = count / 2; root-- > 0;) sift_down(list, root, count, before);
  for (LocalIndex end = count - 1; end > 0; --end) {
    const LocalIndex moved = list[0];
    list[0] = list[end];
    list[end] = moved;
    sift_down(list, 0, end, before);
  }
}

}  // namespace suan::multigrid
