// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transpose of a CSR matrix, on one rank. If there is an entry (j, i) for each entry (i, j),
// and rows increase strictly, the structure is that of A and shared with it: each value is read
// from its mirror image. Otherwise by counting sort: each part of the rows counts its entries per
// column, prefix sums of the counts give their positions, and each part writes its entries there.
// F. G. Gustavson, "Two fast algorithms for sparse matrices: multiplication and permuted
// transposition", ACM Trans. Math. Softw. 4 (1978), 250-269.
//
// The functions check nothing. The entries of a row of the result are in the order of the rows of
// A; duplicates are kept, in order. Structure and bits do not depend on the number of threads.
//
// With CUDA, entries are sorted by column on the device instead of counted.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// A^T or, when `conjugated`, A^H. Workspace: none where most mirror images are guessed right; for
/// the counting sort 8 bytes per column and thread, with fewer threads where that would exceed 8
/// bytes per entry. With CUDA, sorting needs 24 bytes per entry plus CUB's workspace.
template <Scalar T>
CsrView<T> transpose(const ExecutionSpace& space, const CsrView<T>& a, bool conjugated);

/// The structure of A^T, and for each of its entries the position in A: for matrices whose values
/// change while their structure stays. 8 bytes per entry besides the structure.
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
