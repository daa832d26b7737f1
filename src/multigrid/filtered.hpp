// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The filtered matrix A_F, from which the prolongator is smoothed: A with its weak entries taken
// out and added to the diagonal, so that A_F B = A B for the near null space B. It is never stored.
#pragma once

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

template <Scalar T>
struct Filtered {
  RowsView<T> a;
  NodeIndex nodes;
  GlobalOrder order;
  DeviceView<const Offset> offsets;  // of the strength graph
  DeviceView<const LocalIndex> neighbours;
  /// The inverse of A_F's diagonal, and whether weak entries are in it: they are not where that
  /// would leave less than a tenth of A's.
  DeviceView<const Real<T>> inverse;
  DeviceView<const char> lumps;

  /// Calls body(column, value, is strong) for the entries of row i of A, in the order of their
  /// global columns. Those of the row's own node are strong.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex i, const Body& body) const {
    const LocalIndex self = nodes.node(i);
    Offset at = offsets(self);
    const Offset end = offsets(self + 1);
    a.visit(i, [&](LocalIndex j, const T& value) {
      const LocalIndex node = nodes.node(j);
      if (node == self) {
        body(j, value, true);
        return;
      }
      const LocalIndex place = order.place(node);
      while (at < end && order.place(neighbours(at)) < place) ++at;
      body(j, value, at < end && neighbours(at) == node);
    });
  }
};

/// `near_null` has the rows of the owned and ghost columns. With several vectors the diagonal is
/// that of A: what weak entries add to it is then no number. Collective.
template <Scalar T>
Filtered<T> make_filtered(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                          const RowMajor<const T>& near_null);

/// An estimate of the spectral radius of D^-1 A_F, with D the diagonal of A_F: the largest Ritz
/// value of ten Lanczos steps from a vector of hashes of row numbers, and at most the largest sum
/// of a row. All sums are exact or maxima: the same bits on any number of threads and ranks.
/// Collective.
template <Scalar T>
double spectral_radius(const Filtered<T>& a, const Exchange& columns);

}  // namespace suan::multigrid
