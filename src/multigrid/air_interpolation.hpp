// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Interpolation from one point.
#pragma once

#include "multigrid/splitting.hpp"

namespace suan::multigrid {

/// The value at a fine point is that at the coarse point on which it depends most, by the largest
/// -Re a_ij; or, if it depends on fine points only, that which the one of them has on which it
/// depends most of those that have one. Points that are decoupled, or farther away, have empty
/// rows. Of equal entries the first one counts. Collective.
template <Scalar T>
DistributedMatrix<T> one_point_interpolation(const DistributedMatrix<T>& a,
                                             const StrengthGraph& graph,
                                             const Splitting& splitting);

}  // namespace suan::multigrid
