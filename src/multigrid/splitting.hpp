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

/// Coarse points in rounds. Of the points whose fate is open, those become coarse that have more
/// weight than any open one on which they depend or which depends on them; then points that depend
/// on a new coarse one become fine. The weight is the number of open points that depend on a point,
/// and a hash of its row's number. A point on which none depends any more, but which itself depends
/// on three or more, becomes fine: those lead on to coarse points, from which interpolation at
/// distance two takes its value. Not so unless `is_sparing`.
///
/// With weights that count all points, and without the last rule, this is the parallel modified
/// independent set: H. De Sterck, U. M. Yang, J. J. Heys, "Reducing complexity in parallel
/// algebraic multigrid preconditioners", SIAM J. Matrix Anal. Appl. 27 (2006), 1019-1039. It leaves
/// up to a third more coarse points, many of which no other point needs. As there, no two coarse
/// points depend on each other; points on which none depends at the beginning are fine.
///
/// The result depends on the graph alone, since all ranks do the same rounds. Ruge and Stueben's
/// first pass on each rank, the other half of HMIS, would make it depend on the distribution, and
/// is not here for that reason. Collective.
Splitting split(const StrengthGraph& graph, Isolated isolated, bool is_sparing = true);

/// The same splitting for a matrix with the same rows and maybe other ghosts. Collective.
Splitting with_ghosts_of(const Exchange& columns, const Splitting& splitting);

/// The global numbers of this rank's rows that are coarse points, increasing.
std::vector<GlobalIndex> coarse_rows(const Splitting& splitting, const Layout& rows);

}  // namespace suan::multigrid
