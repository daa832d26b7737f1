// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Who will send to whom, where each rank knows only to whom it sends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// A number for a rank, or from one.
struct RankCount {
  int rank = 0;
  std::int64_t count = 0;
};

/// Each rank names others, each once and none of them itself, with a number for each; the result is
/// the ranks that named this one, increasing, with their numbers. The time grows with the number of
/// neighbours and the logarithm of the number of ranks, the memory with the neighbours alone.
/// Collective.
///
/// T. Hoefler, C. Siebert, A. Lumsdaine, "Scalable communication protocols for dynamic sparse data
/// exchange", PPoPP 2010, algorithm 2 (NBX). Without MPI, and on one rank, nobody is named.
/// @throws OutOfMemory on all ranks.
std::vector<RankCount> find_senders(const Communicator& comm, std::span<const RankCount> named);

}  // namespace suan::detail
