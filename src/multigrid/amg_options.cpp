// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace suan {

const OptionTable<AmgOptions>& AmgOptions::table() {
  static const auto table =
      OptionTable<AmgOptions>()
          .typed_node("coarsening", &AmgOptions::coarsening, coarsening_types,
                      "How the unknowns of coarser levels are found.")
          .number(
              "theta", &AmgOptions::theta, -1, 1,
              "Entries with |a_ij| below theta sqrt(a_ii a_jj) are weak, and half of it on each "
              "next level; with classical coarsening and air those below theta times the "
              "largest of the row. Larger values keep to strong directions.")
          .choice("strength", &AmgOptions::strength, {"auto", "absolute", "signed"},
                  "Of aggregation: entries are strong by their absolute values, or negative ones "
                  "alone are; auto is signed where positive ones have weight in most rows.")
          .choice(
              "first_aggregates", &AmgOptions::first_aggregates, {"auto", "small", "large"},
              "Of aggregation: the size of aggregates on the first level. Large ones make "
              "set-up and levels cheaper, for a few iterations more; auto takes them for scalar "
              "problems with short rows.")
          .number("block_size", &AmgOptions::block_size, 1, 32,
                  "Unknowns of each node, in consecutive rows, that are aggregated together.")
          .number("relaxed_vectors", &AmgOptions::relaxed_vectors, 0, 16,
                  "Of aggregation: vectors that relaxation finds for the near null space, where "
                  "none are known.")
          .number("levels", &AmgOptions::levels, 1, 100, "Limit on the number of levels.")
          .number("coarse_rows", &AmgOptions::coarse_rows, 1, 4000,
                  "A level with at most so many rows is the last, and is solved by a dense "
                  "factorisation.")
          .number("rank_rows", &AmgOptions::rank_rows, -1, 1e9,
                  "Levels with fewer rows for each rank are moved to fewer ranks, which saves "
                  "messages; negative: 1000, on GPUs 50000; 0: none is moved.")
          .choice("precision", &AmgOptions::precision, {"auto", "single", "same"},
                  "That of the hierarchy: single, or the same as that of the matrix; auto is same "
                  "for prolongators that are not smoothed, else single.")
          .choice(
              "cycle", &AmgOptions::cycle, {"v", "w", "f", "k"},
              "How often coarser levels are visited: once, twice, twice with a V-cycle the second "
              "time, or twice with the coefficients of a Krylov method.")
          .value("smooth_prolongator", &AmgOptions::smooth_prolongator,
                 "Whether the prolongator is smoothed; without that, take K-cycles.")
          .number("memory", &AmgOptions::memory, 0, 1e18,
                  "Bytes that the ranks of a node may use for the set-up and the hierarchy, beside "
                  "A; 0: what is free. Cheaper ways are taken to stay below, or it is refused.")
          .typed_node("smoother", &AmgOptions::smoother, smoother_types,
                      "What smooths errors on each level.");
  return table;
}

}  // namespace suan
