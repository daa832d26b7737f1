// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The points of a level that are those of the next one, in classical multigrid.
#pragma once

#include "suan/multigrid/strength.hpp"

namespace suan::multigrid {

/// Which points are coarse, numbered in the order of their rows. A coarse point belongs to the rank
/// that owns its row.
struct Splitting {
  static constexpr GlobalIndex fine = -1;
  /// Without strong connections: no other point is interpolated from it, nor it from others.
  static constexpr GlobalIndex decoupled = -2;

  Layout coarse;
  /// The coarse number of each owned and ghost row, or one of the above.
  DeviceView<const GlobalIndex> numbers;
};

/// What becomes of points that depend on no other.
enum class Isolated { are_decoupled, are_coarse };

/// Coarse points by the parallel modified independent set: of the points whose fate is open, those
/// become coarse that more points depend on than on any open point which they depend on or which
/// depends on them; points that depend on a new coarse one become fine, and so on. Equal numbers
/// are ordered by hashes of row numbers. Points on which none depends are fine. So no two coarse
/// points depend on each other, and each fine point depends on a coarse one, unless none depends on
/// itself. (H. De Sterck, U. M. Yang, J. J. Heys, "Reducing complexity in parallel algebraic
/// multigrid preconditioners", SIAM J. Matrix Anal. Appl. 27 (2006), 1019-1039.)
///
/// The result depends on the graph alone: it is that of deciding one point after the other, in the
/// order of their priorities. Ruge and Stueben's first pass on each rank, the other half of HMIS,
/// would make it depend on the distribution, and is not here for that reason. Collective.
Splitting split(const StrengthGraph& graph, Isolated isolated = Isolated::are_decoupled);

}  // namespace suan::multigrid
