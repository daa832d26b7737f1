// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that a file may need, checked before anything is allocated.
#pragma once

#include <filesystem>
#include <string>

#include "suan/distributed/communicator.hpp"

namespace suan::detail {

/// The smallest memory limit, in bytes, of this process's control groups: its own group and all its
/// ancestors, in both versions of control groups. Infinity if there is none. `root` replaces the
/// root of the file system.
double control_group_limit(const std::filesystem::path& root = "/");

/// How many ranks of `comm` run on this node. Collective.
int ranks_on_this_node(const Communicator& comm);

/// What is to be read: "a.mtx, line 2: reading 5 entries in 3 rows" begins the message. `bytes` are
/// needed on all ranks together, for what a file of `file_bytes` bytes announces.
struct MemoryNeed {
  std::string what;
  double bytes = 0;
  double file_bytes = 0;
};

/// Refuses what this node's memory does not suffice for. `limit_gib` is the limit per node; 0: half
/// of the free memory, and no more than a file of that size can mean: a few bytes can announce a
/// thousand million rows, which nobody should wait for unasked. `ranks_here` of all `ranks` run on
/// this node. Not collective, so within together(). @throws OutOfMemory
void require_memory(const MemoryNeed& need, double limit_gib, int ranks, int ranks_here);

}  // namespace suan::detail
