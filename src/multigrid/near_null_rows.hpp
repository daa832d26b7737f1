// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// The rows of the near null space that belong to the owned columns of A, then those of the ghosts.
/// Collective.
template <Scalar T>
RowMajor<const T> near_null_rows(const DistributedMatrix<T>& a, const MultiVector<T>& near_null);

/// The vectors, each divided by a power of two near its largest element: sums of squares do not
/// overflow then, and no vector is lost beside another one. @throws InvalidArgument, on all ranks,
/// unless there are 1 to 32 vectors, all finite and none zero. Collective.
template <Scalar T>
MultiVector<T> scaled_near_null(const MultiVector<T>& near_null);

}  // namespace suan::multigrid
