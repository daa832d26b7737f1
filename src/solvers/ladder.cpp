// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "solvers/ladder.hpp"

namespace suan::detail {

namespace {

/// Its interpolation has the weights of the entries, which smoothed aggregates lose where these
/// differ much from one neighbour to the next.
Rung classical(const AmgOptions& first, double theta) {
  return {{.coarsening = "classical", .theta = theta, .block_size = first.block_size},
          message("amg with classical coarsening and theta ", theta)};
}

}  // namespace

// Where nodes have several unknowns, but nothing is known of their near null space, classical
// multigrid for each unknown by itself took a third to two thirds of the iterations of aggregation
// (elasticity). A larger threshold keeps to the directions in which errors of each vary slowly.
Rung first_rung(std::int64_t block_size) {
  if (block_size == 1) return {{}, "amg"};
  return {{.coarsening = "classical", .theta = 0.5, .block_size = block_size},
          message("amg with nodes of ", block_size, " rows")};
}

std::vector<Rung> next_rungs(const AmgOptions& first) {
  if (first.coarsening == "classical") {
    return {{{.coarsening = "aggregation", .block_size = first.block_size}, "amg by aggregation"},
            classical(first, first.block_size > 1 ? 0.7 : 0.5)};
  }
  return {classical(first, 0.25), classical(first, 0.5)};
}

}  // namespace suan::detail
