// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What memory this machine can still give, and what this process has taken.
#pragma once

#include <filesystem>
#include <string>

namespace suan::detail {

/// What the control groups of this process have left, in bytes: the limit of its own group or of
/// one of its ancestors, in both versions of control groups, less what processes in that hold
/// (which cached files are not); the smallest. Infinity if there is no limit. `root` replaces the
/// root of the file system.
double control_group_left(const std::filesystem::path& root = "/");

/// Bytes that this node can still give: what the kernel estimates, or what a control group has
/// left. Infinity where neither is known.
double free_bytes();

/// Bytes of this process: resident now, and at most so far. Negative if the system does not tell.
struct ResidentBytes {
  double now = -1;
  double peak = -1;
};
ResidentBytes resident_bytes();

/// Gives what has been freed back to the system, where the allocator keeps it: arrays of up to 32
/// MB that it once had to ask for. Nothing if this cannot be done.
void return_free_memory() noexcept;

/// "1.5 GiB", or in smaller units.
std::string in_units(double bytes);

}  // namespace suan::detail
