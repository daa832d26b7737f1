// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/filtered.hpp"
#include "multigrid/tentative.hpp"

namespace suan::multigrid {

/// P = (I - omega D^-1 A_F) P~, the smoothed prolongator, with P~ the tentative one. Row i has
/// entries in the coarse rows of its node's aggregate and of those of the strong neighbours: the
/// few aggregates are listed per node, and sums are formed in their places, without a product of
/// sparse matrices. A weak entry counts as if its node were a member of the row's own aggregate, so
/// that P R = B - omega D^-1 A B: for one vector unless its lumping would leave too small a
/// diagonal, for several unless a weak entry is in a row whose aggregate has dropped a dependent
/// vector, which does not represent that of another node. Rows of nodes without an aggregate are
/// empty. The bits depend neither on threads nor on ranks. `near_null` has the rows of the owned
/// and ghost columns. Collective.
template <Scalar T>
DistributedMatrix<T> make_prolongator(const DistributedMatrix<T>& a, const Filtered<T>& filtered,
                                      const Tentative<T>& tentative,
                                      const RowMajor<const T>& near_null, double omega);

/// P~ itself.
template <Scalar T>
DistributedMatrix<T> make_unsmoothed_prolongator(const DistributedMatrix<T>& a, const Nodes& nodes,
                                                 const Tentative<T>& tentative,
                                                 const RowMajor<const T>& near_null);

}  // namespace suan::multigrid
