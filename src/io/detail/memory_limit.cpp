// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <limits>
#include <string>

#include "io/detail/matrix_market_text.hpp"

namespace suan::detail {
namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

/// The number in a file that holds one; infinity when there is none ("max").
double number_in(const char* path) {
  std::ifstream in(path);
  double value = 0;
  return in >> value ? value : std::numeric_limits<double>::infinity();
}

/// Bytes that this node can still give: what the kernel estimates, or the limit of a control group
/// (whose usage counts cached files, so it cannot be subtracted). Infinity where neither is known.
double free_bytes() {
  double available = std::numeric_limits<double>::infinity();
  std::ifstream in("/proc/meminfo");
  std::string word;
  while (in >> word) {
    if (word == "MemAvailable:") {
      double kib = 0;
      if (in >> kib) available = kib * 1024;
      break;
    }
  }
  return std::min({available, number_in("/sys/fs/cgroup/memory.max"),
                   number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

std::string in_gib(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GiB", bytes / gib);
  return text;
}

}  // namespace

int ranks_on_this_node(const Communicator& comm) {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  const auto mine = static_cast<std::int64_t>(std::hash<std::string>{}(name));
  const auto all = comm.all_gather(mine);
  return static_cast<int>(std::count(all.begin(), all.end(), mine));
}

void check_memory(const InputFile& file, const MatrixMarketText& text, std::size_t bytes_per_entry,
                  double limit_gib, int ranks, int ranks_here) {
  const double entries =
      static_cast<double>(text.header.stored_entries) * (text.mirrored() ? 2.0 : 1.0);
  const double all = entries * static_cast<double>(bytes_per_entry) +
                     static_cast<double>(text.header.rows) * sizeof(Offset);
  const double here = all / ranks * ranks_here;
  const double limit = limit_gib > 0 ? limit_gib * gib : free_bytes() / 2;
  if (here <= limit) return;
  throw OutOfMemory(message(
      file.path(), ", line ", text.size_line, ": reading ", text.header.stored_entries,
      " entries in ", text.header.rows, " rows needs about ", in_gib(here), " on this node, more ",
      "than ", limit_gib > 0 ? "the limit memory_limit_gib allows, " : "half of its free memory, ",
      in_gib(limit), limit_gib > 0 ? "; raise it" : "; set memory_limit_gib to allow more",
      " or use more nodes"));
}

}  // namespace suan::detail
