// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One look at a matrix, by which multigrid chooses its ways.
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// Rows with more than so many times the mean number of entries, and more than `least_hub`, are
/// hubs: meshes have none, of order up to four.
inline constexpr Offset hub_factor = 10;
inline constexpr Offset least_hub = 100;

/// What rows have at most on a level, unless they are hubs. `entries` are those of all rows.
Offset longest_row(std::int64_t entries, GlobalIndex rows);

/// Counts of rows: the same on any number of ranks, up to rounding in sums of a row.
struct MatrixScan {
  GlobalIndex rows = 0;
  std::int64_t entries = 0;
  GlobalIndex hubs = 0;
  /// Without entries beside the diagonal that are not zero, as of Dirichlet conditions.
  GlobalIndex isolated = 0;
  /// Whose positive entries beside the diagonal sum up to more than 8 % of all, where they
  /// are real: phases of unknowns would change signs.
  GlobalIndex positive = 0;
  GlobalIndex zero_sums = 0;  ///< whose sums are rounding
  /// Whose diagonal entry is missing or zero, or has a negative real part.
  GlobalIndex zero_diagonals = 0;
  GlobalIndex negative_diagonals = 0;
  /// Whether the real part of x^H A x is negative for x = 1, by more than rounding.
  bool is_negative_for_ones = false;
  /// Of 6 to 2 the largest number of consecutive rows that form nodes: at least four in five rows,
  /// beside isolated ones, have full blocks of that size. 1 if there is none, or a rank has no
  /// whole nodes.
  LocalIndex block_size = 1;
};

/// Bytes: those of the matrix read. Collective.
template <Scalar T>
MatrixScan scan(const DistributedMatrix<T>& a);

}  // namespace suan::multigrid
