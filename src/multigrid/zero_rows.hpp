// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// Where a part of A that is singular and not connected with the rest becomes one row of the coarse
/// matrix R A P, or one for each vector of the near null space, all of its entries are rounding
/// (32 eps beside that of R diag(A) R^H): the diagonal entry is replaced by that of R diag(A) R^H,
/// which has the right size, so that it can be divided by. Returns how many there are on all ranks.
/// `coarse` must not share its values with another matrix. Collective.
template <Scalar T>
GlobalIndex decouple_zero_rows(const DistributedMatrix<T>& a, const DistributedMatrix<T>& r,
                               DistributedMatrix<T>& coarse);

}  // namespace suan::multigrid
