// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/coarsening.hpp"

namespace suan::multigrid {

/// Smoothed aggregation. `near_null` is distributed as the rows of `a`. Collective.
template <Scalar T>
std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const DistributedMatrix<T>& a,
                                                         const MultiVector<T>& near_null,
                                                         const AmgOptions& options);

}  // namespace suan::multigrid
