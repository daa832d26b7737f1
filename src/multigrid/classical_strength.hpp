// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which unknowns determine another one: strength of connection in classical multigrid.
#pragma once

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

struct ClassicalStrength {
  double theta = 0.25;
  /// Rows whose sum is more than this share of their diagonal entry depend on no other: smoothing
  /// alone makes their errors small. With 1, there are none.
  double max_row_sum = 0.9;
  /// Otherwise rows that strength() refuses depend on no other.
  bool refuses_rows = true;
};

/// Row i depends strongly on j if
///     -Re a_ij >= theta max_k -Re a_ik > 0,
/// with k and j not i: a directed graph. Diagonal entries are positive, so that entries of the
/// other sign are positive couplings, across which smooth errors are not alike; of complex entries
/// the real part counts, since errors that are nearly constant make the rest cancel. Only entries
/// between rows of the same unknown count; `unknowns` has the unknown of each owned and ghost row,
/// or no elements if there is one. (A. Brandt, S. McCormick, J. Ruge, "Algebraic multigrid (AMG)
/// for sparse matrix equations", in: Sparsity and its Applications, Cambridge 1984, 257-284. J.
/// Ruge, K. Stueben, "Algebraic multigrid", in: Multigrid Methods, SIAM 1987, 73-130.)
///
/// Bytes: twice those of the matrix read, and 4 an edge written. Collective.
/// @throws InvalidArgument, on all ranks, as strength(), if rows are refused.
template <Scalar T>
StrengthGraph classical_strength(const DistributedMatrix<T>& a, const Nodes& nodes,
                                 const DeviceView<const LocalIndex>& unknowns,
                                 const ClassicalStrength& options);

}  // namespace suan::multigrid
