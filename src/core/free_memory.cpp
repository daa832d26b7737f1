// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/free_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

namespace suan::detail {
namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

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

/// The bytes of a line "name 123 kB" of a file; negative if there is none.
double bytes_after(const char* path, const std::string& name) {
  std::ifstream in(path);
  for (std::string word; in >> word;) {
    double kib = 0;
    if (word == name && in >> kib) return 1024 * kib;
  }
  return -1;
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

double free_bytes() {
  const double available = bytes_after("/proc/meminfo", "MemAvailable:");
  return std::min(available < 0 ? unlimited : available, control_group_limit());
}

ResidentBytes resident_bytes() {
  return {bytes_after("/proc/self/status", "VmRSS:"), bytes_after("/proc/self/status", "VmHWM:")};
}

void return_free_memory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

std::string in_gib(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GiB", bytes / (1024.0 * 1024.0 * 1024.0));
  return text;
}

}  // namespace suan::detail
