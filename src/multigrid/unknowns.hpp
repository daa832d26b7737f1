// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several unknowns at each point, each of which classical multigrid treats by itself.
#pragma once

#include "multigrid/splitting.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

/// The unknown of each owned and ghost row of a matrix: its global number modulo `count`.
template <Scalar T>
DeviceView<const LocalIndex> unknowns_of_rows(const DistributedMatrix<T>& a, LocalIndex count);
/// Those of this rank's coarse points, from those of the rows.
DeviceView<const LocalIndex> unknowns_of_coarse(const Splitting& splitting,
                                                const DeviceView<const LocalIndex>& unknowns);
/// Those of owned rows, followed by those of the ghosts of an exchange. Collective.
DeviceView<const LocalIndex> with_ghosts(const Exchange& exchange,
                                         const DeviceView<const LocalIndex>& owned);

/// @throws InvalidArgument, on all ranks, unless vector c has the same number, not zero, in the
/// rows i with i mod count = c, and zeros elsewhere, for each of `count` vectors. Collective.
template <Scalar T>
void require_constants(const MultiVector<T>& near_null, LocalIndex count);

}  // namespace suan::multigrid
