// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a rank in kernels: entries in the order of their global columns, so that sums have
// the same bits on any number of ranks.
#pragma once

#include "comm/refresh.hpp"
#include "matrix/local_rows.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/multigrid/strength.hpp"

namespace suan::multigrid {

/// Columns are numbered as in the matrix's IndexMap: owned ones first, then ghosts.
template <Scalar T>
struct RowsView {
  kernels::CsrView<T> own;
  kernels::CsrView<T> ghost;
  LocalIndex below = 0;  // ghosts below the owned columns
  LocalIndex owned = 0;  // columns
  bool has_ghosts = false;

  RowsView() = default;
  explicit RowsView(const detail::LocalRows<T>& rows)
      : own(rows.own),
        ghost(rows.ghost),
        below(rows.below),
        owned(rows.own.columns),
        has_ghosts(!rows.ghosts.empty()) {}

  /// Calls body(column, value) for the entries of row i.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex i, const Body& body) const {
    if (!has_ghosts) {
      for (Offset k = own.offsets(i); k < own.offsets(i + 1); ++k) {
        body(own.indices(k), own.values(k));
      }
      return;
    }
    detail::visit_row(own, ghost, below, i, [&](bool in_ghost, Offset k) {
      if (in_ghost) {
        body(owned + ghost.indices(k), ghost.values(k));
      } else {
        body(own.indices(k), own.values(k));
      }
    });
  }
  KOKKOS_FORCEINLINE_FUNCTION Offset length(LocalIndex i) const {
    return own.offsets(i + 1) - own.offsets(i) +
           (has_ghosts ? ghost.offsets(i + 1) - ghost.offsets(i) : 0);
  }
};

/// A number that increases with the global one: the place among ghosts below, own, ghosts above.
struct GlobalOrder {
  LocalIndex owned = 0;
  LocalIndex below = 0;

  GlobalOrder() = default;
  explicit GlobalOrder(const IndexMap& map)
      : owned(map.owned()), below(detail::count_below(map.ghost_numbers(), map.layout().first())) {}

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex place(LocalIndex number) const {
    if (number < owned) return below + number;
    return number - owned < below ? number - owned : number;
  }
  KOKKOS_FORCEINLINE_FUNCTION bool is_own(LocalIndex place) const {
    return place >= below && place < below + owned;
  }
  /// The inverse of place().
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex number(LocalIndex place) const {
    if (is_own(place)) return place - below;
    return place < below ? owned + place : place;
  }
};

/// Which node a column belongs to, and which rows a node has, in kernels.
struct NodeIndex {
  DeviceView<const LocalIndex> first;
  DeviceView<const LocalIndex> of;
  bool is_row = true;

  NodeIndex() = default;
  explicit NodeIndex(const Nodes& nodes)
      : first(nodes.first), of(nodes.of), is_row(nodes.is_row()) {}

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex node(LocalIndex column) const {
    return is_row ? column : of(column);
  }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex begin(LocalIndex node) const {
    return is_row ? node : first(node);
  }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex end(LocalIndex node) const {
    return is_row ? node + 1 : first(node + 1);
  }
};

using suan::detail::refresh;

}  // namespace suan::multigrid
