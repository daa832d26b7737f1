// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Restriction that makes coarse equations free of fine points.
#pragma once

#include "multigrid/splitting.hpp"

namespace suan::multigrid {

struct NearlyIdeal {
  LocalIndex distance = 2;  // 1 or 2
  LocalIndex most = 24;     // fine points of a row
};

/// R has the identity at coarse points. With F and C for the fine and coarse ones, the ideal row
/// -A_CF A_FF^-1 beside it makes R A zero in the columns F. Here the row of coarse point i has
/// entries z at some fine points near it, S_i, for which R A is zero in the columns S_i: the dense
/// system
///     sum over k in S_i of z_k a_kj = -a_ij for j in S_i.
/// S_i are the fine points within `distance` of i along the edges of `graph`, and of more than
/// `most` those with the largest sums, over paths, of products of |a_jk| / max_l |a_jl|. Decoupled
/// points are fine ones here. An unknown of the system that has no pivot is zero. (T. A.
/// Manteuffel, J. Ruge, B. S. Southworth, "Nonsymmetric algebraic multigrid based on local
/// approximate ideal restriction (lAIR)", SIAM J. Sci. Comput. 40 (2018), A4105-A4130.)
///
/// Rows of A of other ranks are fetched once. Columns increase, and systems are solved in the order
/// of global numbers: the bits depend neither on threads nor on ranks.
///
/// Memory: the points S_i twice, and for each worker of `RowWorkers` a dense matrix of the longest
/// of them. Collective.
template <Scalar T>
DistributedMatrix<T> ideal_restriction(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                       const Splitting& splitting, const NearlyIdeal& options);

}  // namespace suan::multigrid
