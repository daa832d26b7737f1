// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Nodes whose rows have the same columns, as those of most meshes do: what is found out about one
// row holds for all of them.
#pragma once

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

/// In kernels: whether the rows from `begin` to `end` have the same columns, in the same order.
KOKKOS_INLINE_FUNCTION bool have_same_columns(const DeviceView<const Offset>& offsets,
                                              const DeviceView<const LocalIndex>& columns,
                                              LocalIndex begin, LocalIndex end) {
  const Offset first = offsets(begin);
  const Offset length = offsets(begin + 1) - first;
  for (LocalIndex i = begin + 1; i < end; ++i) {
    const Offset at = offsets(i);
    if (offsets(i + 1) - at != length) return false;
    LocalIndex difference = 0;  // without a branch for each: so loops become vector instructions
    for (Offset k = 0; k < length; ++k) difference |= columns(first + k) ^ columns(at + k);
    if (difference != 0) return false;
  }
  return true;
}

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION bool have_same_columns(const RowsView<T>& a, LocalIndex begin,
                                                   LocalIndex end) {
  return have_same_columns(a.own.offsets, a.own.indices, begin, end) &&
         (!a.has_ghosts || have_same_columns(a.ghost.offsets, a.ghost.indices, begin, end));
}

/// For rows that have the same columns, the first being `row`: calls body(node, in_ghost, k, end)
/// for their blocks in the order of global numbers. A block is entries k to end - 1 of each row in
/// that part of the matrix.
template <Scalar T, class Body>
KOKKOS_INLINE_FUNCTION void visit_equal_rows(const RowsView<T>& a, const NodeIndex& nodes,
                                             const GlobalOrder& order, LocalIndex row,
                                             const Body& body) {
  constexpr LocalIndex none = std::numeric_limits<LocalIndex>::max();
  Offset at[2] = {0, 0};
  const auto next = [&](bool in_ghost) {
    const auto& part = in_ghost ? a.ghost : a.own;
    const Offset k = part.offsets(row) + at[in_ghost];
    if (k == part.offsets(row + 1)) return none;
    return order.place(nodes.node(part.indices(k) + (in_ghost ? a.owned : 0)));
  };
  LocalIndex place[2] = {next(false), a.has_ghosts ? next(true) : none};
  while (place[0] != none || place[1] != none) {
    const bool in_ghost = place[1] < place[0];
    const LocalIndex here = place[in_ghost];
    const Offset begin = at[in_ghost];
    while (place[in_ghost] == here) {
      ++at[in_ghost];
      place[in_ghost] = next(in_ghost);
    }
    body(order.number(here), in_ghost, begin, at[in_ghost]);
  }
}

}  // namespace suan::multigrid
