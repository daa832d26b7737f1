// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How many entries P and R A P will have, from a sample of the graph, before they are made.
#pragma once

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

struct Reach {
  double near = 1;        ///< aggregates with an entry in a row of P, on average over nodes
  double coarse = 1;      ///< aggregates connected with one in R A P, itself too, over aggregates
  double aggregated = 1;  ///< the share of nodes that belong to an aggregate
};

/// Of this rank's part: what lies behind nodes of other ranks is not seen. `of` has the aggregate
/// of each owned and ghost node by local number. A row of a smoothed P has entries for the
/// aggregates of the node and its strong neighbours; so aggregates are connected in R A P by steps
/// from a member to a neighbour, along an entry of A, and to another neighbour. Not collective.
///
/// Of nodes, some thousands are looked at; of aggregates, as many as take a few milliseconds,
/// evenly spaced: 8 to 128. Those with more than some thousands of nodes around them are cut short.
template <Scalar T>
Reach sample_reach(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                   const DeviceView<const LocalIndex>& of, bool smoothed);

}  // namespace suan::multigrid
