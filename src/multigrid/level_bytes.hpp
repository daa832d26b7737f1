// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that what is made keeps.
#pragma once

#include "multigrid/level.hpp"

namespace suan::multigrid {

/// Bytes of this rank that a level keeps; of the matrix only below the finest level.
template <Scalar T>
double kept_bytes(const Level<T>& level, bool is_finest);

/// Those of the factorisation of a last level with so many rows on all ranks.
template <Scalar T>
double factor_bytes(double rows, bool hermitian);

}  // namespace suan::multigrid
