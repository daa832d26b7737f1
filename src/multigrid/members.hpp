// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The members of a rank's aggregates, wherever they are.
#pragma once

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

/// Members by number: the rank's own nodes, then those that other ranks have sent with their rows
/// of the near null space.
template <Scalar T>
struct Members {
  LocalIndex owned = 0;  // nodes
  GlobalIndex first_node = 0;
  NodeIndex nodes;
  RowMajor<const T> own_rows;
  DeviceView<const GlobalIndex> sent_nodes;      // global numbers
  DeviceView<const LocalIndex> sent_aggregates;  // local numbers
  DeviceView<const LocalIndex> sent_first;       // of their rows in sent_rows, and the end
  RowMajor<const T> sent_rows;
  /// The members of each aggregate, by global number: those of aggregate c are list(begins(c)) to
  /// list(begins(c + 1) - 1).
  DeviceView<const Offset> begins;
  DeviceView<const LocalIndex> list;

  KOKKOS_FORCEINLINE_FUNCTION GlobalIndex global(LocalIndex m) const {
    return m < owned ? first_node + m : sent_nodes(m - owned);
  }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex rows(LocalIndex m) const {
    return m < owned ? nodes.end(m) - nodes.begin(m)
                     : sent_first(m - owned + 1) - sent_first(m - owned);
  }
  /// The first of its rows of the near null space.
  KOKKOS_FORCEINLINE_FUNCTION const T* values(LocalIndex m) const {
    return m < owned ? &own_rows(nodes.begin(m), 0) : &sent_rows(sent_first(m - owned), 0);
  }
};

/// `of` has the aggregate of each node by local number, in the map of `aggregates`. Members in
/// aggregates of other ranks are sent there. Collective.
template <Scalar T>
Members<T> find_members(const Nodes& nodes, const Exchange& aggregates,
                        const DeviceView<const LocalIndex>& of, const RowMajor<const T>& rows);

}  // namespace suan::multigrid
