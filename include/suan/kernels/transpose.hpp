// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transpose of a CSR matrix, on one rank. Where there is an entry (j, i) for each entry (i, j),
// and rows increase strictly, the structure is that of A and shared with it: each value is read at
// the place of its mirror image. Otherwise by counting: each part of the rows counts its entries
// per column, sums of the counts are places, and each part writes its entries to its places. F. G.
// Gustavson, "Two fast algorithms for sparse matrices: multiplication and permuted transposition",
// ACM Trans. Math. Softw. 4 (1978), 250-269.
//
// The functions check nothing. Rows of the result are in increasing order of the rows of A;
// duplicates stay, in their order. Structure and bits do not depend on the number of threads.
//
// With CUDA entries are sorted by column in place of counting, on the device.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// A^T or, when `conjugated`, A^H. Memory beside both matrices: at most 8 bytes per entry, in fact
/// 8 per column and thread, when counting with fewer threads when that would be more; none where
/// most mirror images are guessed right. With CUDA 24 bytes per entry, and what CUB asks for, where
/// they have to be sorted.
template <Scalar T>
CsrView<T> transpose(const ExecutionSpace& space, const CsrView<T>& a, bool conjugated);

/// The structure of A^T, and for each of its entries the place in A: for matrices whose values
/// change while their structure stays. 8 bytes per entry beside the structure.
template <Scalar T>
class TransposePlan {
 public:
  TransposePlan() = default;
  TransposePlan(const ExecutionSpace& space, const CsrView<T>& a);

  /// The transpose of a matrix of the plan's structure with these values; results share the
  /// structure.
  CsrView<T> apply(const ExecutionSpace& space, const DeviceView<const T>& values,
                   bool conjugated) const;

 private:
  CsrView<T> structure_;  // without values
  DeviceView<const Offset> source_;
};

}  // namespace suan::kernels
