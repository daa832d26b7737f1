// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/free_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <array>
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

/// The number after `name` in a file of lines "name number"; 0 if there is none.
double number_after(const fs::path& path, const std::string& name) {
  std::ifstream in(path);
  for (std::string word; in >> word;) {
    double value = 0;
    if (word == name && in >> value) return value;
  }
  return 0;
}

/// A version of control groups: the files with the limit of a group, and what its line in
/// memory.stat is called that counts what processes hold, but no cached files.
struct GroupFiles {
  const char* limit;
  const char* held;
};
constexpr GroupFiles files_of_version_2 = {"memory.max", "anon"};
constexpr GroupFiles files_of_version_1 = {"memory.limit_in_bytes", "total_rss"};

/// What the group of a folder has left.
double left_in(const fs::path& place, const GroupFiles& files) {
  const double limit = number_in(place / files.limit);
  if (limit == unlimited) return unlimited;
  return std::max(0.0, limit - number_after(place / "memory.stat", files.held));
}

/// The smallest of the group `group` ("/a/b") and of those above it in the tree at `tree`. In a
/// container the tree may begin below the group's path: a missing file is no limit.
double smallest(const fs::path& tree, const std::string& group, const GroupFiles& files) {
  double result = left_in(tree, files);
  for (fs::path place = fs::path(group).relative_path(); !place.empty();
       place = place.parent_path()) {
    result = std::min(result, left_in(tree / place, files));
  }
  return result;
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

double control_group_left(const fs::path& root) {
  const fs::path tree = root / "sys/fs/cgroup";
  // The roots, too, in case the process's own groups are unknown.
  double result =
      std::min(left_in(tree, files_of_version_2), left_in(tree / "memory", files_of_version_1));
  // "0::/a/b" is the group of version 2, "4:cpu,memory:/a/b" one of version 1.
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      result = std::min(result, smallest(tree, group, files_of_version_2));
      result = std::min(result, smallest(tree / "unified", group, files_of_version_2));
    } else if (names_memory(controllers)) {
      result = std::min(result, smallest(tree / "memory", group, files_of_version_1));
    }
  }
  return result;
}

double free_bytes() {
  const double available = bytes_after("/proc/meminfo", "MemAvailable:");
  return std::min(available < 0 ? unlimited : available, control_group_left());
}

ResidentBytes resident_bytes() {
  return {bytes_after("/proc/self/status", "VmRSS:"), bytes_after("/proc/self/status", "VmHWM:")};
}

void return_free_memory() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

std::string in_units(double bytes) {
  constexpr std::array<const char*, 4> units = {"bytes", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  for (; unit + 1 < units.size() && bytes >= 1000; ++unit) bytes /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %s", bytes, units[unit]);
  return text;
}

}  // namespace suan::detail
