// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/coarsening.hpp"

namespace suan::multigrid {

/// Coarse points as in classical multigrid, with the AirOptions of options.coarsening: a
/// restriction that is nearly ideal, and interpolation from one point. Collective.
/// @throws InvalidArgument if `hermitian`: the cycle would not be Hermitian, and classical
/// multigrid is as good; unless nodes have one unknown and `near_null` is the constant.
template <Scalar T>
std::unique_ptr<Coarsening<T>> make_air(const DistributedMatrix<T>& a,
                                        const MultiVector<T>& near_null, const AmgOptions& options,
                                        bool hermitian);

/// The smoother of a level where none is named, by the splitting of its structure. It is applied
/// after the correction only. Collective.
template <Scalar T>
std::unique_ptr<Smoother<T>> make_air_smoother(const Level<T>& level, const AmgOptions& options);

}  // namespace suan::multigrid
