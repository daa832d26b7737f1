// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Orderings from other libraries, if this build has them.
#pragma once

#include <vector>

#include "kernels/graph/graph.hpp"

namespace suan::detail {

bool have_metis() noexcept;
bool have_amd() noexcept;

/// The old number of each new vertex. @throws NotSupported as compute_ordering() does.
std::vector<LocalIndex> metis_order(const kernels::GraphView& graph);
std::vector<LocalIndex> amd_order(const kernels::GraphView& graph);

}  // namespace suan::detail
