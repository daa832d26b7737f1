// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that a file may need, checked before anything is allocated.
#pragma once

#include <filesystem>
#include <string>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// The smallest memory limit, in bytes, of this process's control groups: its own group and all its
/// ancestors, in both versions of control groups. Infinity if there is none. `root` replaces the
/// root of the file system.
double control_group_limit(const std::filesystem::path& root = "/");

/// Refuses more than this node's memory can hold: `bytes` on all `ranks` together, of which
/// `ranks_here` run on this node. `limit_gib` is the limit per node; 0: half of the free memory.
/// `what` begins the message: "a.mtx, line 2: reading 5 entries in 3 rows". Not collective, so
/// within together(). @throws OutOfMemory
void require_memory(const std::string& what, double bytes, double limit_gib, int ranks,
                    int ranks_here);

/// Refuses to read `bytes` from a file of `file_bytes` when no limit was given (0) and the size is
/// implausible for such a file: a few bytes can declare a thousand million rows, which would take
/// very long. Otherwise as above.
void require_plausible(const std::string& what, double bytes, double file_bytes, double limit_gib);

}  // namespace suan::detail
