// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How the next level moves to fewer ranks, when it is made and when it is read.
#pragma once

#include "multigrid/level.hpp"

namespace suan::multigrid {

/// The ranks to which a level should move, or none. Collective.
template <Scalar T>
std::optional<Agglomeration> to_fewer_ranks(const DistributedMatrix<T>& coarse,
                                            std::int64_t rank_rows) {
  const auto ranks = fewer_ranks(coarse, rank_rows);
  if (!ranks) return std::nullopt;
  return Agglomeration(coarse.comm(), *ranks);
}

/// Moves the matrix of the next level as `fine.agglomeration` says, and P and R with it. Collective
/// over the ranks of `fine`.
template <Scalar T>
void move_coarse(Level<T>& fine, DistributedMatrix<T>& coarse) {
  const Layout rows = fine.agglomeration->moved(coarse.row_layout());
  fine.p = redistributed(fine.p, fine.a.row_layout(), rows);
  fine.r = redistributed(fine.r, rows, fine.a.row_layout());
  coarse = fine.agglomeration->moved(coarse);
}

}  // namespace suan::multigrid
