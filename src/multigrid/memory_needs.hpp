// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that a set-up needs from a level on, by formulas for the sizes of arrays.
#pragma once

#include "multigrid/level.hpp"
#include "multigrid/reach.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// Bytes of a rank, beside A.
struct Need {
  double hierarchy = 0;
  double peak = 0;
};

/// A level, as far as it is known when its coarse one has been found.
struct LevelSizes {
  double rows = 0;
  double entries = 0;
  double nodes = 0;
  double edges = 0;    // of the graph
  double vectors = 1;  // of the near null space, or 1
  double coarse_nodes = 0;
  double coarse_rows = 0;
  double ghosts = 0;  // rows of other ranks in whose columns this one has entries
  int ranks = 1;
  Reach reach;
  bool is_row = true;  // nodes are rows
};

/// Bytes of this rank for strength of connection and coarse nodes of the finest level, if all
/// connections are strong: no set-up needs less at its peak.
template <Scalar T>
double start_bytes(const DistributedMatrix<T>& a, const AmgOptions& options, bool hermitian);

/// What a set-up by aggregation needs from this level on, the level itself included unless it is
/// the finest; `options.levels` count from here. `sizes` are of this
/// rank. Sizes of arrays by formula; below the next level, ratios as on grids.
template <Scalar T>
Need need_of_aggregation(const LevelSizes& sizes, const AmgOptions& options, bool hermitian,
                         bool is_finest);

/// The same from P and R of a level, which are made, with the entries of a sample of the rows of
/// R A P. Not collective.
template <Scalar T>
Need need_of_product(const Level<T>& level, const AmgOptions& options, bool hermitian,
                     bool is_finest);

}  // namespace suan::multigrid
