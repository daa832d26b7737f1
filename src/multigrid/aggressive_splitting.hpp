// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Aggressive coarsening: the coarse points of coarse points.
#pragma once

#include "multigrid/coarse_points.hpp"

namespace suan::multigrid {

/// The coarse points of a splitting are split once more, as strongly connected where a path of one
/// or two strong connections leads from one to the other (the variant "A1"). Returns which rows
/// remain coarse; those of the first splitting that do not are fine. Points that are far from all
/// others remain coarse. (K. Stueben, "Algebraic multigrid (AMG): an introduction with
/// applications", in: U. Trottenberg, C. Oosterlee, A. Schueller, Multigrid, Academic Press 2001,
/// 413-532; U. M. Yang, "On long-range interpolation operators for aggressive coarsening", Numer.
/// Linear Algebra Appl. 17 (2010), 453-472.) Collective.
template <Scalar T>
Splitting split_again(const DistributedMatrix<T>& a, const FoundPoints<T>& found,
                      const Splitting& splitting);

/// This rank's rows that are coarse points, increasing.
DeviceView<const LocalIndex> coarse_rows(const Splitting& splitting, LocalIndex owned);

}  // namespace suan::multigrid
