// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over the rows of a matrix whose rows are in two parts, as those of a distributed one: `a`
// with the columns of this rank, and `remote` with those of others, of which row k is row
// row_numbers(k). One thread sums a row, so the bits depend on the matrix alone. The functions
// check nothing.
//
// Bytes: entries * (v + 4) + rows * 8 + rows * v, with v the bytes of a value.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

template <Scalar T>
struct RowParts {
  CsrView<T> a;
  CsrView<T> remote;
  DeviceView<const LocalIndex> row_numbers;
};

/// sums(i) = sum of |a_ij| over the columns j that are not in the block of row i: blocks have
/// `block_rows` rows, and columns alike.
template <Scalar T>
void sums_outside_blocks(const ExecutionSpace& space, const RowParts<T>& parts,
                         LocalIndex block_rows, const DeviceView<Real<T>>& sums);

/// sums(i) = sum of |a_ij / unit(i)|^2, with unit(i) the largest |a_ij| of the row.
template <Scalar T>
void sums_of_squares(const ExecutionSpace& space, const RowParts<T>& parts,
                     const DeviceView<Real<T>>& units, const DeviceView<Real<T>>& sums);

}  // namespace suan::kernels
