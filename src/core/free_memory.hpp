// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What memory this machine can still give, and what this process has taken.
#pragma once

#include <filesystem>
#include <string>

namespace suan::detail {

/// The smallest memory limit, in bytes, of this process's control groups: its own group and all its
/// ancestors, in both versions of control groups. Infinity if there is none. `root` replaces the
/// root of the file system.
double control_group_limit(const std::filesystem::path& root = "/");

/// Bytes that this node can still give: what the kernel estimates, or the limit of a control group
/// (whose usage counts cached files, so it cannot be subtracted). Infinity where neither is known.
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

/// "1.5 GiB".
std::string in_gib(double bytes);

}  // namespace suan::detail
