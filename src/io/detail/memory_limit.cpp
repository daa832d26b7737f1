// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/memory_limit.hpp"

#include <algorithm>

#include "core/free_memory.hpp"

namespace suan::detail {
namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

/// What a file of any size may need: less than a second's work.
constexpr double harmless_bytes = 256.0 * 1024 * 1024;
/// Beyond that, this many bytes per byte of the file: compressed zeros reach 1030, and a text with
/// one entry for each hundred rows 100.
constexpr double most_per_byte = 2000;

}  // namespace

void require_memory(const std::string& what, double bytes, double limit_gib, int ranks,
                    int ranks_here) {
  const double here = bytes / ranks * ranks_here;
  const double limit = limit_gib > 0 ? limit_gib * gib : free_bytes() / 2;
  if (here <= limit) return;
  throw OutOfMemory(message(
      what, " needs about ", in_units(here), " on this node, more than ",
      limit_gib > 0 ? "the limit memory_limit_gib allows, " : "half of its free memory, ",
      in_units(limit), limit_gib > 0 ? "; raise it" : "; set memory_limit_gib to allow more",
      " or use more nodes"));
}

void require_plausible(const std::string& what, double bytes, double file_bytes, double limit_gib) {
  if (limit_gib > 0 || bytes <= std::max(harmless_bytes, most_per_byte * file_bytes)) return;
  throw OutOfMemory(message(what, " needs about ", in_units(bytes), ", more than ", most_per_byte,
                            " times the ", file_bytes,
                            " bytes of the file, so its sizes are probably wrong; if they are "
                            "right, set memory_limit_gib to what may be used"));
}

}  // namespace suan::detail
