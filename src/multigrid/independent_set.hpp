// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/multigrid/strength.hpp"

namespace suan::multigrid {

/// What a node may be for independent_set(), in its own words.
enum class Status : std::uint8_t { out, candidate, root };

/// Decides the candidates among `status`, of owned and ghost nodes: on return they are roots or
/// out, and the roots are a maximal set of candidates no two of which are within `distance`, 2 or
/// 3, in the graph that the candidates span. It is maximal where the graph is symmetric: else a
/// candidate may also end as out without a root near it. Depends on the global numbers of nodes
/// alone. Collective.
void independent_set(const StrengthGraph& graph, int distance, std::uint64_t seed,
                     const DeviceView<Status>& status);

}  // namespace suan::multigrid
