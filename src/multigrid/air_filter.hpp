// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// A with the entries beside the diagonal that are below `share` times the largest of these in
/// their row added to the diagonal, so that sums of rows stay. Rows where that would take more than
/// half of the diagonal, or without a diagonal entry, stay as they are. The bits depend neither on
/// threads nor on ranks. Collective.
template <Scalar T>
DistributedMatrix<T> lumped(const DistributedMatrix<T>& a, double share);

}  // namespace suan::multigrid
