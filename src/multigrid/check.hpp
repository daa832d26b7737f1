// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What can be seen of a hierarchy, and measured on it.
#pragma once

#include "multigrid/hierarchy.hpp"

namespace suan::multigrid {

/// As Amg::check(). Collective.
template <Scalar T>
AmgCheck check(const Hierarchy<T>& hierarchy);

/// As Amg::aggregates().
template <Scalar T>
std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>& hierarchy);

}  // namespace suan::multigrid
