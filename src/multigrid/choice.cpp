// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/choice.hpp"

#include <algorithm>

#include "suan/multigrid/strength.hpp"

namespace suan::multigrid {

namespace {

/// One hub in a thousand rows makes the products of smoothed prolongators dense; fewer are left out
/// of the aggregates, and that is all.
bool is_graph_with_hubs(const MatrixScan& scan) {
  return scan.hubs > 0 && scan.rows <= 1000 * scan.hubs;
}

bool has_positive_entries(const MatrixScan& scan) {
  return 2 * scan.positive > scan.rows - scan.isolated;
}

/// Where rows are short, as those of problems in the plane, classical multigrid took half of the
/// iterations of aggregation with entries 1.6 times as many on all levels; with longer rows the
/// work was the same, and the set-up twice as long.
bool has_short_rows(const MatrixScan& scan) { return scan.entries <= 10 * scan.rows; }

/// What says aggregation beside its name; or empty.
std::string named_by(const AmgOptions& options, LocalIndex vectors) {
  if (vectors > 0) return "vectors of the near null space were given";
  if (options.block_size > 1) return message("block_size is ", options.block_size);
  if (options.theta >= 0) return message("theta is ", options.theta);
  if (options.strength != "auto") return message("strength is ", options.strength);
  if (options.first_aggregates != "auto") {
    return message("first_aggregates is ", options.first_aggregates);
  }
  if (options.relaxed_vectors > 0) {
    return message("relaxed_vectors is ", options.relaxed_vectors);
  }
  if (!options.smooth_prolongator) return "the prolongator is not to be smoothed";
  return {};
}

std::string choose_coarsening(const MatrixScan& scan, LocalIndex vectors, AmgOptions& options) {
  const auto why = named_by(options, vectors);
  options.coarsening.set_type("aggregation");
  if (!why.empty()) return "coarsening by aggregation: " + why;
  if (is_graph_with_hubs(scan)) {
    options.smooth_prolongator = false;
    return message("coarsening by aggregation, not smoothed: ", scan.hubs, " of ", scan.rows,
                   " rows have more than ", hub_factor, " times the mean number of entries");
  }
  if (has_positive_entries(scan) && has_short_rows(scan)) {
    options.coarsening.set_type("classical");
    // Errors are smooth along directions of no grid line.
    if (options.coarsening.find("fewer_points") == nullptr) {
      options.coarsening.set("fewer_points", false);
    }
    return message("coarsening is classical: positive entries beside the diagonal have weight in ",
                   scan.positive, " of ", scan.rows, " rows, which are short");
  }
  return "coarsening by aggregation: no rows are hubs, and short rows have no positive entries of "
         "weight beside the diagonal";
}

}  // namespace

bool is_open(const AmgOptions& options) {
  return options.coarsening == "auto" ||
         (options.coarsening == "aggregation" && options.strength == "auto");
}

void refuse_unused(const AmgOptions& options, LocalIndex vectors) {
  if (options.coarsening == "classical" || options.coarsening == "air") {
    const auto& type = options.coarsening.type();
    if (options.strength != "auto") {
      throw InvalidArgument(message("amg: strength ", options.strength,
                                    " is for aggregation, but coarsening is ", type,
                                    ", which counts negative entries alone"));
    }
    const auto refuse = [&type](const char* option) {
      throw InvalidArgument(
          message("amg: ", option, " is for aggregation, but coarsening is ", type));
    };
    if (!options.smooth_prolongator) refuse("smooth_prolongator");
    if (options.first_aggregates != "auto") refuse("first_aggregates");
    if (options.relaxed_vectors > 0) refuse("relaxed_vectors");
  }
  const auto known = std::max(options.block_size, std::int64_t{vectors});
  if (options.strength == "signed" && known + options.relaxed_vectors > 1) {
    throw InvalidArgument(message("amg: strength signed is for scalar problems, but block_size is ",
                                  options.block_size, ", and ", vectors + options.relaxed_vectors,
                                  " vectors of the near null space were given or asked for"));
  }
  if (known + options.relaxed_vectors > Nodes::most_rows) {
    throw InvalidArgument(message("amg: relaxed_vectors is ", options.relaxed_vectors, ", beside ",
                                  known, " vectors of the near null space, but all may be ",
                                  Nodes::most_rows));
  }
}

std::vector<std::string> choose(const MatrixScan& scan, LocalIndex vectors, AmgOptions& options) {
  std::vector<std::string> notes;
  if (options.coarsening == "auto") notes.push_back(choose_coarsening(scan, vectors, options));
  if (options.coarsening == "aggregation" && options.strength == "auto") {
    const bool is_scalar = options.block_size == 1 && vectors <= 1 && options.relaxed_vectors == 0;
    options.strength = is_scalar && has_positive_entries(scan) ? "signed" : "absolute";
    if (options.strength == "signed") {
      notes.push_back(message("strength is signed: positive entries beside the diagonal have ",
                              "weight in ", scan.positive, " of ", scan.rows, " rows"));
    }
  }
  if (options.block_size == 1 && scan.block_size > 1) {
    notes.push_back(message("rows look like nodes of ", scan.block_size,
                            " unknowns, which block_size ", scan.block_size, " keeps together"));
  }
  if (scan.rows > 0 && scan.zero_sums == scan.rows)
    notes.push_back("all rows have the sum zero: A is singular");
  return notes;
}

std::string indefinite_by(const MatrixScan& scan) {
  if (!scan.is_negative_for_ones) return {};
  return "the sum of all entries, which is x^H A x for x = 1, is negative, as in Helmholtz "
         "problems";
}

std::string diagonal_lacks(const MatrixScan& scan) {
  if (scan.negative_diagonals > 0) {
    return message(scan.negative_diagonals, " of ", scan.rows,
                   " diagonal entries are negative, as in ", "indefinite problems");
  }
  if (scan.zero_diagonals == 0) return {};
  return message(scan.zero_diagonals, " of ", scan.rows,
                 " diagonal entries are zero or missing, as ", "in saddle point problems");
}

}  // namespace suan::multigrid
