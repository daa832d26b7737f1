// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that a file may need, checked before anything is allocated.
#pragma once

#include <string>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

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
