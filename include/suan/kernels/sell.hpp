// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A compact SELL format for products on one rank, after SELL-C-sigma (M. Kreutzer et al., SIAM J.
// Sci. Comput. 36 (2014), C401-C423): slices of a few consecutive rows, in which the k-th entries
// of the rows are adjacent up to the length of the shortest row. The tails of longer rows follow
// row by row, so there is no padding, and sorting the rows would gain nothing.
//
// Each slice stores its columns in the smallest form that fits:
// - runs: adjacent entries of all rows are in consecutive columns, of which one is stored (grids,
// bands);
// - runs with gaps: some rows lack an entry there, as at the ends of grid lines. Bits say which
// rows have
//   one; a gap holds a value that no product uses. At most one gap per four entries, or one per
//   entry if values are shared;
// - near: 16-bit distances from the slice's first column;
// - far: 32-bit columns.
// Values that are the same in all rows of a run are stored once (constant coefficients).
#pragma once

#include "suan/kernels/format_plan.hpp"

namespace suan::kernels {

/// The layout of `a`, from one pass over its structure.
template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                               std::shared_ptr<const ValueFacts<T>> facts);

/// Bytes that make_sell would need for its arrays, without allocating them.
template <Scalar T>
std::int64_t sell_bytes(const ExecutionSpace& space, const CsrView<T>& a,
                        ValueStorage storage = ValueStorage::lossless);

/// `a` in the format above, with its own arrays. Bytes per product, besides the vectors: about
/// entries * (v + c) + rows * (24 / slice_rows), with v the bytes of a value and c between 4 /
/// slice_rows (runs; twice that with gaps) and 4 (far). y has the same bits on any number of
/// threads.
/// @throws NotSupported when T has no such storage or float16 cannot hold a value.
template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                                   ValueStorage storage = ValueStorage::lossless);

/// `a` in the format above for vectors of a wider type T, with values and structure as `a` has
/// them: the sums are those of T. For T = double and float values, T = Complex and ComplexFloat
/// values. with_values() of the result gives null.
template <Scalar T, Scalar Stored>
std::shared_ptr<const PreparedFormat<T>> make_mixed_sell(const ExecutionSpace& space,
                                                         const CsrView<Stored>& a);

}  // namespace suan::kernels
