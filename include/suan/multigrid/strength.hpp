// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Strength of connection: which entries of a matrix decide how its unknowns are aggregated.
#pragma once

#include <limits>

#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

/// The rows of a matrix in groups that are aggregated as one: the unknowns at a point of a mesh, or
/// single rows. Local node numbers count the owned nodes first, then the ghosts by global number,
/// as an IndexMap does.
struct Nodes {
  static constexpr LocalIndex most_rows = 32;

  Layout layout;
  /// Its map has as ghosts the nodes of the ghost columns.
  Exchange exchange;
  /// The first row of each owned node, and the end; empty if each row is a node.
  DeviceView<const LocalIndex> first;
  /// The node of each owned and ghost column; empty if each row is a node.
  DeviceView<const LocalIndex> of;

  LocalIndex owned() const noexcept { return layout.local_size(); }
  LocalIndex size() const noexcept { return owned() + exchange.map()->ghosts(); }
  bool is_row() const noexcept { return of.extent(0) == 0; }
};

/// Nodes of `block_size` consecutive rows of a square matrix. Collective.
/// @throws DimensionMismatch, on all ranks, unless rows and columns are distributed alike and each
/// rank has a multiple of block_size rows; InvalidArgument unless 1 <= block_size <= 32.
template <Scalar T>
Nodes make_nodes(const DistributedMatrix<T>& a, LocalIndex block_size);
/// Nodes of different sizes, at most 32 rows: `first` has the first row of each owned node, and the
/// end. Collective.
/// @throws, on all ranks, DimensionMismatch unless rows and columns are distributed alike and the
/// end is this rank's number of rows; InvalidArgument unless the first element is 0 and each node
/// has 0 to 32 rows.
template <Scalar T>
Nodes make_nodes(const DistributedMatrix<T>& a, const DeviceView<const LocalIndex>& first);

/// The strong connections of the owned nodes, without values. The neighbours of node i are at
/// offsets(i) to offsets(i + 1) - 1, in the order of their global numbers and without i itself.
struct StrengthGraph {
  Nodes nodes;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
};

/// Which entries count in strength().
struct StrengthMeasure {
  /// Only those whose real part is negative, measured by that part: smooth errors do not have
  /// similar values across positive ones. For nodes of one row.
  bool is_signed = false;
  /// Nodes with more entries than this (or blocks; their own included) have no strong connections.
  /// So the hubs of a graph stay out of the aggregates, which would otherwise grow around them and
  /// make coarser levels dense.
  Offset longest = std::numeric_limits<Offset>::max();
};

/// Nodes i and j are strongly connected if
///     w_ij = |a_ij| / sqrt(|a_ii| |a_jj|) >= min(theta, m_i / 2, m_j / 2),
/// with m_i the largest w_ij of node i: a fixed threshold alone would drop all connections of, say,
/// a 27-point Laplacian. For Hermitian matrices the graph is symmetric, bit for bit. |a_ij| of
/// nodes with several rows is the Frobenius norm of the block. (P. Vanek, J. Mandel, M. Brezina,
/// "Algebraic multigrid by smoothed aggregation for second and fourth order elliptic problems",
/// Computing 56 (1996), 179-196.)
///
/// Bytes: twice those of the matrix read, and 4 an edge written. Collective.
/// @throws InvalidArgument, on all ranks, for a row with an entry that is not finite, or whose
/// diagonal entry is missing or not positive, with its number; and for a signed measure of nodes
/// with several rows.
template <Scalar T>
StrengthGraph strength(const DistributedMatrix<T>& a, const Nodes& nodes, double theta,
                       const StrengthMeasure& measure = {});

namespace multigrid {
/// The check of rows that strength() makes, alone, for a square matrix. Collective.
template <Scalar T>
void require_rows(const DistributedMatrix<T>& a);
/// The part of it that refuses entries that are not finite. Collective.
template <Scalar T>
void require_finite_rows(const DistributedMatrix<T>& a);
}  // namespace multigrid

}  // namespace suan
