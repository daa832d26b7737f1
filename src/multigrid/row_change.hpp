// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// The largest sum of |a_ij / a_ii - b_ij / b_ii| in a row, for matrices of the same structure:
/// what a smoothed prolongator made from A misses of B. Infinite if it cannot be known, because
/// they share their values or a diagonal entry is zero. Collective.
template <Scalar T>
double row_change(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b);

}  // namespace suan::multigrid
