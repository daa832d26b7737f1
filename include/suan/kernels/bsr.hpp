// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Blocked compressed rows for products on one rank: dense blocks of b x b entries, b from 2 to 8,
// one 32-bit column for each. For several unknowns per point (elasticity, flow), whose entries come
// in such blocks; elsewhere blocks are filled in where the matrix has no entry.
//
// Rows begin at multiples of b, blocks at columns that are multiples of b. The last rows and
// columns need not be multiples of b: the last blocks reach back over the ones before, with fill-in
// there, so that nothing beyond x is read.
//
// Fill-in changes nothing beside the order of sums, also when x holds infinity or NaN: it is stored
// as -0, which no entry is (one that was is stored as 0), and a row whose sum is NaN is summed
// again without it.
#pragma once

#include "suan/kernels/format_plan.hpp"

namespace suan::kernels {

inline constexpr int smallest_block = 2;
inline constexpr int largest_block = 8;

/// Bytes that blocks of each size would need for their arrays: element b, estimated from up to 64
/// samples of 840 rows each when there are more rows, exact otherwise. Rows of `a` increase.
template <Scalar T>
std::array<std::int64_t, largest_block + 1> estimate_bsr_bytes(const ExecutionSpace& space,
                                                               const CsrView<T>& a,
                                                               int value_bytes);

/// The block size that needs the fewest bytes by that estimate; of equal ones the largest.
template <Scalar T>
int find_block_size(const ExecutionSpace& space, const CsrView<T>& a,
                    ValueStorage storage = ValueStorage::same);

/// The layout of `a` in blocks, from one look at its structure. A matrix whose rows do not increase
/// strictly is sorted first, and entries of one place are added in their order.
/// @throws InvalidArgument when block is not in [2, 8].
template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                              int block,
                                              std::shared_ptr<const ValueFacts<T>> facts);

/// Bytes that make_bsr would need for its arrays, without making them.
template <Scalar T>
std::int64_t bsr_bytes(const ExecutionSpace& space, const CsrView<T>& a, int block,
                       ValueStorage storage = ValueStorage::lossless);

/// `a` in blocks, with arrays of its own. Bytes per product, beside the vectors: for each block
/// b^2 v + 4 and for each row 8 / b, with v the bytes of a value. y has the same bits on any number
/// of threads.
/// @throws InvalidArgument when block is not in [2, 8]; NotSupported when T has no such storage or
/// it cannot hold a value. A dictionary takes one value fewer than in sell. Turned back, rows
/// increase; fill-in is left out, and zeros that the matrix stores are there.
template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                                  int block,
                                                  ValueStorage storage = ValueStorage::lossless);

}  // namespace suan::kernels
