// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which row of a level stands behind each row of the next one.
#pragma once

#include <vector>

#include "multigrid/level.hpp"

namespace suan::multigrid {

/// For each of this rank's rows of the next level, the row of this level whose owner owns it: the
/// first row of an aggregate's root, or the coarse point. They do not decrease, and with them a
/// distribution of this level gives that of the next one, before that moves to fewer ranks. Empty
/// where they are not known, which is the same on all ranks. Collective.
template <Scalar T>
std::vector<GlobalIndex> rows_behind(const Level<T>& level);

/// The distribution of the next level, from that of this one and any part of the rows behind on
/// each rank. Collective.
Layout layout_behind(const Layout& fine, const std::vector<GlobalIndex>& part);

/// That with these points of the rows `fine`, which this rank owns, and no ghosts. Which fine ones
/// are decoupled is not known. Collective.
Splitting splitting_behind(const Layout& fine, const std::vector<GlobalIndex>& behind);

}  // namespace suan::multigrid
