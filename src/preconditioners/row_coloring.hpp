// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Colours of the rows of a distributed matrix.
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail {

struct RowColors {
  LocalIndex colors = 0;              // on all ranks
  DeviceView<const LocalIndex> each;  // of this rank's rows
};

/// Two rows one of which has an entry in the column of the other have different colours: greedily,
/// the smallest free one in the order of a hash of global row numbers, whatever the ranks. (M. T.
/// Jones, P. E. Plassmann, "A parallel graph coloring heuristic", SIAM J. Sci. Comput. 14 (1993),
/// 654-669.) compute_coloring() is the same for one rank. Collective.
template <Scalar T>
RowColors color_rows(const DistributedMatrix<T>& a);

}  // namespace suan::detail
