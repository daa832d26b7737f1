// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/ways.hpp"

namespace suan::multigrid {

std::vector<Way> ways_to_set_up(const AmgOptions& asked, bool is_rounded) {
  std::vector<Way> ways;
  ways.push_back({asked, {}});
  if (is_rounded) return ways;
  if (asked.coarsening == "classical") {
    auto classical = ClassicalOptions::table().from(asked.coarsening);
    const auto add = [&](const char* name) {
      ways.push_back({asked, name});
      ways.back().options.coarsening = OptionNode("classical", classical);
    };
    if (classical.aggressive_levels == 0) {
      classical.aggressive_levels = 1;
      add("the first level is coarsened twice at once (aggressive_levels = 1)");
    }
    if (classical.max_entries > 2) {
      classical.max_entries = 2;
      add("rows of the prolongator have two entries (max_entries = 2, aggressive_levels > 0)");
    }
  } else if (asked.coarsening == "aggregation" && asked.smooth_prolongator &&
             asked.precision != "single") {
    if (asked.first_aggregates != "large") {
      ways.push_back({asked, "the aggregates of the first level are large (first_aggregates)"});
      ways.back().options.first_aggregates = "large";
    }
    ways.push_back({asked, "the prolongator is not smoothed, with K-cycles"});
    ways.back().options.smooth_prolongator = false;
    ways.back().options.cycle = "k";
  }
  return ways;
}

}  // namespace suan::multigrid
