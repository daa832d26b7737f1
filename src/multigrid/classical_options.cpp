// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/amg.hpp"

namespace suan {

const OptionTable<ClassicalOptions>& ClassicalOptions::table() {
  static const auto table =
      OptionTable<ClassicalOptions>()
          .number("max_entries", &ClassicalOptions::max_entries, 1, 1e6,
                  "Entries of a row of the prolongator; more of them converge faster, and make "
                  "coarser levels denser.")
          .number("truncation", &ClassicalOptions::truncation, 0, 1,
                  "Entries of the prolongator below this share of the largest of their row are "
                  "dropped.")
          .number("aggressive_levels", &ClassicalOptions::aggressive_levels, 0, 100,
                  "So many first levels are coarsened twice at once: less memory, more iterations.")
          .value(
              "fewer_points", &ClassicalOptions::fewer_points,
              "Whether coarse points that no other point needs are left out, as by default: "
              "coarser levels are smaller, iterations more where strong directions are not those "
              "of a grid.")
          .number("max_row_sum", &ClassicalOptions::max_row_sum, 0, 1,
                  "Rows whose sum is more than this share of the diagonal entry are only smoothed; "
                  "with 1, none are.");
  return table;
}

const OptionTable<AirOptions>& AirOptions::table() {
  static const auto table =
      OptionTable<AirOptions>()
          .number("distance", &AirOptions::distance, 1, 2,
                  "Distance of the fine points in a row of the restriction from its coarse point; "
                  "2 is more exact, and dearer.")
          .number(
              "restriction_theta", &AirOptions::restriction_theta, 0, 1,
              "Entries with -a_ij below this share of the largest of their row do not count for "
              "that distance.")
          .number("max_fine_points", &AirOptions::max_fine_points, 1, 200,
                  "Fine points in a row of the restriction; its set-up solves a dense system of "
                  "that size.")
          .number("fine_sweeps", &AirOptions::fine_sweeps, 1, 100,
                  "Sweeps over fine points, before one over coarse points.")
          .number(
              "filter", &AirOptions::filter, 0, 1,
              "Entries of coarse matrices below this share of the largest beside the diagonal of "
              "their row are added to the diagonal; 0 keeps all.");
  return table;
}

std::vector<OptionType> coarsening_types() {
  const auto type = [](const char* name, const char* sentence, const OptionSchema& options) {
    return OptionType{name, sentence, std::make_shared<const OptionSchema>(options)};
  };
  return {
      type("auto", "By a scan of the matrix: see the notes of the report.", {}),
      type("aggregation", "Smoothed aggregates of strongly connected unknowns.", {}),
      type("classical", "Some of the unknowns, with extended+i interpolation: for scalar problems.",
           ClassicalOptions::table()),
      type("air", "Approximate ideal restriction, for convection: no Hermitian matrices.",
           AirOptions::table())};
}

}  // namespace suan
