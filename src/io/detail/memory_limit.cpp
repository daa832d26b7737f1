// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/memory_limit.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

namespace suan::detail {
namespace {

namespace fs = std::filesystem;

constexpr double gib = 1024.0 * 1024.0 * 1024.0;
constexpr double unlimited = std::numeric_limits<double>::infinity();

/// What a file of any size may need: less than a second's work.
constexpr double harmless_bytes = 256.0 * 1024 * 1024;
/// Beyond that, this many bytes per byte of the file: compressed zeros reach 1030, and a text with
/// one entry for each hundred rows 100.
constexpr double most_per_byte = 2000;

/// The number in a file that holds one; infinity when there is none ("max").
double number_in(const fs::path& path) {
  std::ifstream in(path);
  double value = 0;
  return in >> value ? value : unlimited;
}

/// The smallest limit of the group `group` ("/a/b") and of those above it, in the files `name` of
/// the tree at `tree`. In a container the tree may begin below the group's path: a missing file is
/// no limit.
double smallest_limit(const fs::path& tree, const std::string& group, const char* name) {
  double limit = number_in(tree / name);
  for (fs::path place = fs::path(group).relative_path(); !place.empty();
       place = place.parent_path()) {
    limit = std::min(limit, number_in(tree / place / name));
  }
  return limit;
}

/// Whether "memory" is in a list like "cpu,memory".
bool names_memory(const std::string& controllers) {
  return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

/// Bytes that this node can still give: what the kernel estimates, or the limit of a control group
/// (whose usage counts cached files, so it cannot be subtracted). Infinity where neither is known.
double free_bytes() {
  double available = unlimited;
  std::ifstream in("/proc/meminfo");
  std::string word;
  while (in >> word) {
    if (word == "MemAvailable:") {
      double kib = 0;
      if (in >> kib) available = kib * 1024;
      break;
    }
  }
  return std::min(available, control_group_limit());
}

std::string in_gib(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GiB", bytes / gib);
  return text;
}

}  // namespace

double control_group_limit(const fs::path& root) {
  const fs::path tree = root / "sys/fs/cgroup";
  // The roots, too, in case the process's own groups are unknown.
  double limit = std::min(number_in(tree / "memory.max"),
                          number_in(tree / "memory" / "memory.limit_in_bytes"));
  // "0::/a/b" is the group of version 2, "4:cpu,memory:/a/b" one of version 1.
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      limit = std::min({limit, smallest_limit(tree, group, "memory.max"),
                        smallest_limit(tree / "unified", group, "memory.max")});
    } else if (names_memory(controllers)) {
      limit = std::min(limit, smallest_limit(tree / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return limit;
}

void require_memory(const std::string& what, double bytes, double limit_gib, int ranks,
                    int ranks_here) {
  const double here = bytes / ranks * ranks_here;
  const double limit = limit_gib > 0 ? limit_gib * gib : free_bytes() / 2;
  if (here <= limit) return;
  throw OutOfMemory(
      message(what, " needs about ", in_gib(here), " on this node, more than ",
              limit_gib > 0 ? "the limit memory_limit_gib allows, " : "half of its free memory, ",
              in_gib(limit), limit_gib > 0 ? "; raise it" : "; set memory_limit_gib to allow more",
              " or use more nodes"));
}

void require_plausible(const std::string& what, double bytes, double file_bytes, double limit_gib) {
  if (limit_gib > 0 || bytes <= std::max(harmless_bytes, most_per_byte * file_bytes)) return;
  throw OutOfMemory(message(what, " needs about ", in_gib(bytes), ", more than ", most_per_byte,
                            " times the ", file_bytes,
                            " bytes of the file, so its sizes are probably wrong; if they are "
                            "right, set memory_limit_gib to what may be used"));
}

}  // namespace suan::detail
