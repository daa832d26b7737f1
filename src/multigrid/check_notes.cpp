// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a measured hierarchy should be told of itself, in words.
#include <algorithm>
#include <cmath>

#include "multigrid/check.hpp"

namespace suan::multigrid {

namespace {

using Notes = std::vector<std::string>;

void add_contraction(const std::vector<double>& factors, Notes& notes) {
  constexpr double hardly = 0.9;
  bool all_contract = true;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (factors[k] < hardly) continue;
    all_contract = false;
    notes.push_back(message("level ", k,
                            factors[k] < 1 ? " hardly contracts" : " does not contract",
                            ": a cycle from there multiplies the residual by ", factors[k]));
  }
  if (all_contract) return;
  notes.push_back(
      "begin with the lowest of these levels: the near null space of the matrix may have vectors "
      "that were not given, as rigid-body modes, or nodes more unknowns than block_size, or "
      "another smoother or theta is needed");
}

/// The lowest level whose cycle is not Hermitian spoils all above it.
void add_asymmetry(const std::vector<double>& asymmetry, const AmgReport& report, double rounding,
                   Notes& notes) {
  const double most = 1e3 * rounding;
  for (std::size_t k = asymmetry.size(); k-- > 0;) {
    if (asymmetry[k] <= most) continue;
    const std::string found =
        std::isfinite(asymmetry[k])
            ? message(
                  " is not symmetric although A is: for a cycle M from there, x^H M y and y^H M "
                  "x differ by ",
                  asymmetry[k], " of themselves")
            : std::string(" is not positive definite although A is");
    notes.push_back(message("level ", k, found,
                            "; smooth() and smooth_adjoint() of what smooths it, ",
                            report.levels[k].smoother,
                            ", may be no adjoints, or diverge: take another smoother, such as "
                            "gauss_seidel, or GMRES in place of CG"));
    return;
  }
}

double per_row(const AmgLevel& level) {
  return static_cast<double>(level.entries) / static_cast<double>(level.rows);
}

/// What makes coarse matrices smaller.
std::string proposal(const AmgOptions& options, std::size_t level, bool loses_few_rows) {
  if (options.coarsening == "classical") {
    return loses_few_rows ? "a smaller theta makes fewer coarse points"
                          : message("aggressive_levels of ", level,
                                    " or more, or fewer max_entries, keep its rows short");
  }
  if (options.coarsening == "air") {
    return "a larger filter, a larger restriction_theta or fewer max_fine_points keep its rows "
           "short";
  }
  return message(
      "a smaller theta makes larger aggregates",
      options.smooth_prolongator ? ", and smooth_prolongator=false with cycle=k shorter rows" : "");
}

/// Coarse levels whose products cost as much as those of finer ones.
void add_growth(const AmgReport& report, const AmgOptions& options, LocalIndex vectors,
                Notes& notes) {
  constexpr double much = 1;            // times the entries of the level above
  constexpr double long_row = 100;      // nodes
  constexpr double considerable = 0.1;  // of the entries of A
  const auto& levels = report.levels;
  for (std::size_t k = 1; k < levels.size(); ++k) {
    if (levels[k].rows == 0 || levels[k - 1].rows == 0) continue;
    const auto entries = static_cast<double>(levels[k].entries);
    const bool is_considerable =
        entries > considerable * static_cast<double>(levels.front().entries);
    const bool grows = entries > much * static_cast<double>(levels[k - 1].entries);
    const bool is_long =
        per_row(levels[k]) > std::max(per_row(levels.front()), long_row * std::max(vectors, 1));
    if (!is_considerable || (!grows && !is_long)) continue;
    const double ratio =
        static_cast<double>(levels[k - 1].rows) / static_cast<double>(levels[k].rows);
    notes.push_back(message("level ", k, " has ", levels[k].entries, " entries, ",
                            std::round(per_row(levels[k])), " a row, for ", levels[k - 1].entries,
                            " of level ", k - 1, ", ", std::round(per_row(levels[k - 1])),
                            " a row, and 1 row for ", std::round(10 * ratio) / 10, ": ",
                            proposal(options, k, ratio < 2)));
  }
  constexpr double large = 2.5;
  if (report.operator_complexity() <= large) return;
  notes.push_back(message("the operator complexity is ", report.operator_complexity(),
                          ": a cycle costs several times so many products with A"));
}

void add_interpolation(const std::vector<double>& missed, const AmgOptions& options, Notes& notes) {
  constexpr double most = 0.1;
  for (std::size_t k = 0; k < missed.size(); ++k) {
    if (!(missed[k] > most)) continue;
    notes.push_back(message(
        "the prolongator to level ", k, " misses ", missed[k], " of the near null space",
        options.coarsening == "classical"
            ? ": its rows do not sum to one; a smaller truncation or theta, or more max_entries, "
              "interpolate more of it"
        : options.coarsening == "air"
            ? ": a smaller theta leaves fewer rows without a coarse point"
            : ": a smaller theta leaves fewer rows without aggregates and drops fewer entries"));
  }
}

}  // namespace

std::vector<std::string> notes_on(const AmgCheck& measured, const AmgReport& report,
                                  const AmgOptions& options, LocalIndex vectors, double rounding) {
  Notes notes;
  add_contraction(measured.factors, notes);
  add_asymmetry(measured.asymmetry, report, rounding, notes);
  add_interpolation(measured.interpolation, options, notes);
  add_growth(report, options, vectors, notes);
  return notes;
}

}  // namespace suan::multigrid
