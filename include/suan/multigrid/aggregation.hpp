// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Aggregates: the groups of nodes that become the nodes of a coarser level.
#pragma once

#include "suan/multigrid/strength.hpp"

namespace suan {

/// Which aggregate each node belongs to. An aggregate belongs to the rank that owns its root, and
/// aggregates are numbered in the order of their roots: their numbers do not depend on the number
/// of ranks.
struct Aggregates {
  static constexpr GlobalIndex none = -1;
  Layout layout;
  /// The aggregate of each owned and ghost node, or `none` for nodes without strong connections
  /// and, in a graph that is not symmetric, for some that no aggregate is near.
  DeviceView<const GlobalIndex> of;
  /// The global number of the root of each of this rank's aggregates.
  DeviceView<const GlobalIndex> roots{};
};

struct AggregationOptions {
  /// What the first phase leaves over forms an aggregate of its own only with at least this share
  /// of the mean size; else it joins its neighbours.
  double least_share = 0.65;
  /// No two roots of the first phase are within this distance: 2, or 3 for larger aggregates.
  int distance = 2;
};

/// Aggregates of a graph, which should be symmetric. Roots are a maximal set of nodes no two of
/// which are within distance 2 (or 3), found by rounds of hashed priorities (N. Bell, S. Dalton, L.
/// Olson, "Exposing fine-grained parallelism in algebraic multigrid methods", SIAM J. Sci. Comput.
/// 34 (2012), C123-C152; B. Kelley, S. Rajamanickam, "Parallel, portable algorithms for distance-2
/// maximal independent set and graph coarsening", IPDPS 2022, 280-290):
/// 1. each root takes its neighbours, and with distance 3 the nodes beside these join them as in 3;
/// 2. a second such set among what is left forms aggregates that are large enough;
/// 3. each node that is left joins the aggregate with which it has the most connections, and of
///    several the first.
/// The same aggregates for any number of threads and ranks. Collective.
Aggregates aggregate(const StrengthGraph& graph, const AggregationOptions& options = {});

}  // namespace suan
