// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The filtered matrix A_F, from which the prolongator is smoothed: A with its weak entries taken
// out and added to the diagonal, so that A_F B = A B for the near null space B.
#pragma once

#include "multigrid/strong_blocks.hpp"

namespace suan::multigrid {

template <Scalar T>
struct Filtered {
  LocalIndex rows = 0;
  NodeIndex nodes;
  DeviceView<const Offset> graph_offsets;
  DeviceView<const LocalIndex> neighbours;
  /// The entries of A_F beside its diagonal: those of strong connections and of the row's own node,
  /// in the order of their global columns. If rows are nodes these are the edges of the graph.
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> columns;
  DeviceView<const T> values;
  /// Instead of these three, with nodes of several rows on the host.
  StrongBlocks<T> blocks;
  /// The inverse of A_F's diagonal. Weak entries are not in it where that would leave less than a
  /// tenth of A's.
  DeviceView<const Real<T>> inverse;
  /// With several vectors: the products of each row's weak entries and the near null space.
  RowMajor<const T> weak;
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
