// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/coarsening.hpp"

namespace suan::multigrid {

/// Classical multigrid, with the ClassicalOptions of options.coarsening: coarser levels are subsets
/// of the points of finer ones. `hermitian` says whether `a` is, up to rounding. Collective.
/// @throws InvalidArgument unless `near_null` has the constants: others could not be used.
template <Scalar T>
std::unique_ptr<Coarsening<T>> make_classical(const DistributedMatrix<T>& a,
                                              const MultiVector<T>& near_null,
                                              const AmgOptions& options, bool hermitian);

}  // namespace suan::multigrid
