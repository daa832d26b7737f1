// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What multigrid chooses for options left at "auto".
#pragma once

#include "multigrid/scan.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// Whether there is something to choose.
bool is_open(const AmgOptions& options);

/// Replaces "auto" in `coarsening` and `strength`; returns the reasons. Only where the coarsening
/// is open does it choose anything else: whether the prolongator is smoothed. Options that
/// aggregation alone has, and a near null space, decide for that. `vectors` are those that were
/// given of the near null space; 0 where none was.
std::vector<std::string> choose(const MatrixScan& scan, LocalIndex vectors, AmgOptions& options);

/// @throws InvalidArgument for options that the named coarsening cannot use.
void refuse_unused(const AmgOptions& options, LocalIndex vectors);

/// What the scan shows that multigrid cannot solve with, or is seldom fit for; or empty. Of a
/// Hermitian matrix the first must be refused.
std::string indefinite_by(const MatrixScan& scan);
std::string diagonal_lacks(const MatrixScan& scan);

}  // namespace suan::multigrid
