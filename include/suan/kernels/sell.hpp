// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A compact SELL format for products on one rank, after SELL-C-sigma (M. Kreutzer et al., SIAM J.
// Sci. Comput. 36 (2014), C401-C423): slices of a few consecutive rows, in which the k-th entries
// of the rows stand side by side as far as the shortest row goes. What longer rows have beyond that
// follows row by row, so that lengths need no padding and sorting the rows would gain nothing.
//
// Each slice keeps its columns in the smallest way that fits:
// - runs: entries of all rows stand in consecutive columns, of which one is kept (grids, bands);
// - runs with gaps: some rows lack an entry there, as at the ends of a grid's lines. Bits say which
//   rows have one, and a value stands in each gap that no product uses. At most one gap to four
//   entries, or one to each where values are kept once;
// - near: 16-bit distances from the slice's first column;
// - far: 32-bit columns.
// Values that are the same in all rows of a run are kept once (constant coefficients).
#pragma once

#include "suan/kernels/format_plan.hpp"

namespace suan::kernels {

/// The layout of `a`, from one look at its structure.
template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                               std::shared_ptr<const ValueFacts<T>> facts);

/// Bytes that make_sell would need for its arrays, without making them.
template <Scalar T>
std::int64_t sell_bytes(const ExecutionSpace& space, const CsrView<T>& a,
                        ValueStorage storage = ValueStorage::lossless);

/// `a` in the format above, with arrays of its own. Bytes per product: about
/// entries * (v + c) + rows * (24 / slice_rows) beside the vectors, with v the bytes of a value and
/// c between 4 / slice_rows (runs; twice that with gaps) and 4 (far). y has the same bits on any
/// number of threads.
/// @throws NotSupported when T has no such storage or float16 cannot hold a value.
template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                                   ValueStorage storage = ValueStorage::lossless);

}  // namespace suan::kernels
