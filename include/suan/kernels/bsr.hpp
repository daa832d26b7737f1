// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Block CSR (BSR) for products on one rank: dense blocks of b x b entries, b from 2 to 8, with one
// 32-bit column each. For several unknowns per point (elasticity, flow), whose entries come in such
// blocks; where the matrix has no entry, a block is filled in.
//
// Block rows start at multiples of b, blocks at columns that are multiples of b. The numbers of
// rows and columns need not be multiples of b: the last blocks overlap the ones before, with
// fill-in there, so that nothing beyond x is read.
//
// Fill-in changes only the order of sums, even when x holds infinity or NaN: it is stored as -0,
// which no entry is (an entry of -0 is stored as 0), and a row whose sum is NaN is summed again
// without it.
#pragma once

#include "suan/kernels/format_plan.hpp"

namespace suan::kernels {

inline constexpr int smallest_block = 2;
inline constexpr int largest_block = 8;

/// Bytes that the arrays would need with blocks of each size: element b, estimated from up to 64
/// samples of 840 rows for larger matrices, else exact. The rows of `a` increase.
template <Scalar T>
std::array<std::int64_t, largest_block + 1> estimate_bsr_bytes(const ExecutionSpace& space,
                                                               const CsrView<T>& a,
                                                               int value_bytes);

/// The block size that needs the fewest bytes by that estimate; among equals the largest.
template <Scalar T>
int find_block_size(const ExecutionSpace& space, const CsrView<T>& a,
                    ValueStorage storage = ValueStorage::same);

/// The layout of `a` in blocks, from one pass over its structure. A matrix whose rows do not
/// increase strictly is sorted first; duplicates are added in order.
/// @throws InvalidArgument when block is not in [2, 8].
template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                              int block,
                                              std::shared_ptr<const ValueFacts<T>> facts);

/// Bytes that make_bsr would need for its arrays, without allocating them.
template <Scalar T>
std::int64_t bsr_bytes(const ExecutionSpace& space, const CsrView<T>& a, int block,
                       ValueStorage storage = ValueStorage::lossless);

/// `a` in blocks, with its own arrays. Bytes per product, besides the vectors: b^2 v + 4 per block
/// and 8 / b per row, where v is the bytes of a value. y has the same bits on any number of
/// threads. Converted back, rows increase; fill-in is left out, explicit zeros are kept.
/// @throws InvalidArgument when block is not in [2, 8]; NotSupported when T has no such storage or
/// it cannot hold a value. A dictionary holds one value fewer than in sell.
template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                                  int block,
                                                  ValueStorage storage = ValueStorage::lossless);

}  // namespace suan::kernels
