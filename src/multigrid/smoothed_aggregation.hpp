// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/coarsening.hpp"

namespace suan::multigrid {

/// Smoothed aggregation. `near_null` is distributed as the rows of the finest matrix, and must
/// outlive the result. R is P^H if `is_hermitian`.
/// Else it is Q^H, with Q the prolongator of A^H for the aggregates of (A + A^H) / 2: smoothing by
/// A alone would leave rows of R as rough as they are (M. Sala, R. S. Tuminaro, "A new
/// Petrov-Galerkin smoothed aggregation preconditioner for nonsymmetric linear systems", SIAM J.
/// Sci. Comput. 31 (2008), 143-166, where also the damping differs). Collective.
template <Scalar T>
std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const MultiVector<T>& near_null,
                                                         const AmgOptions& options,
                                                         bool is_hermitian);

}  // namespace suan::multigrid
