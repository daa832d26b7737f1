// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Interpolation from coarse points within distance two.
#pragma once

#include "multigrid/row_truncation.hpp"
#include "multigrid/splitting.hpp"

namespace suan::multigrid {

/// "Extended+i" interpolation. With C_i the coarse points within distance two along strong
/// connections, the value at a fine point i is the sum over j in C_i of w_ij times those there,
///     w_ij = -(a_ij + sum_k a_ik b_kj / s_k) / (a_ii + sum_n a_in + sum_k a_ik b_ki / s_k),
///     s_k = sum of b_kl over l in C_i and l = i,
/// with k the fine points on which i depends, n the other neighbours outside of C_i, and b_kl =
/// a_kl where that is negative (its real part, as in classical_strength()), else 0. A point k
/// without such entries counts as an n. Rows are truncated, and rescaled to keep their sums;
/// decoupled points, whose errors smoothing alone makes small, count nowhere, and have empty rows.
/// Where A has zero row sums, rows of P have the sum one. (H. De Sterck, R. D. Falgout, J. W.
/// Nolting, U. M. Yang, "Distance-two interpolation for parallel algebraic multigrid", Numer.
/// Linear Algebra Appl. 15 (2008), 115-139.)
///
/// Points n add to the diagonal only if they are of the same unknown as i; `unknowns` is as for
/// classical_strength(). Where the sum in the denominator is not a thousandth of a_ii, which takes
/// negative row sums, it goes without the points n.
///
/// If A is Hermitian, up to rounding, a_ki is taken from a_ik; else row k is searched for it.
///
/// All sums are in an order that global numbers decide: the bits depend neither on threads nor on
/// ranks.
///
/// Bytes: A is read twice, and fine rows read the lists of those on which they depend; P's entries
/// are written twice. Collective.
template <Scalar T>
DistributedMatrix<T> interpolation(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                   const Splitting& splitting,
                                   const DeviceView<const LocalIndex>& unknowns,
                                   const Truncation& truncation, bool hermitian);

}  // namespace suan::multigrid
