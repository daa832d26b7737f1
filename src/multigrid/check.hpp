// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What can be seen of a hierarchy, and measured on it.
#pragma once

#include "multigrid/hierarchy.hpp"

namespace suan::multigrid {

/// As Amg::check(), with the near null space of the finest level. Collective.
template <Scalar T>
AmgCheck check(const Hierarchy<T>& hierarchy, const MultiVector<T>& near_null);

/// What the measured numbers, and the sizes of the levels, say: which level, and what to try.
/// `vectors` of the near null space make as many rows of a coarse node; `rounding` is the precision
/// of the levels.
std::vector<std::string> notes_on(const AmgCheck& measured, const AmgReport& report,
                                  const AmgOptions& options, LocalIndex vectors, double rounding);

/// As Amg::aggregates().
template <Scalar T>
std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>& hierarchy);

}  // namespace suan::multigrid
