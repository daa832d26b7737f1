// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Conversion of matrices to dense arrays and lists of entries, and back.
#pragma once

#include <vector>

#include "suan/kernels/spmm.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// All elements, row-major, in device memory; duplicates are added in order.
/// @throws NotSupported when they take more than most_bytes; the message says how many.
template <Scalar T>
RowMajor<T> to_dense(const Csr<T>& a, std::int64_t most_bytes = std::int64_t{1} << 30);

/// The elements larger than `drop` in magnitude become entries, and so does NaN; 0 drops exact
/// zeros only. Rows increase.
/// @throws InvalidArgument when drop is negative or NaN; NotSupported for 2^31 rows or columns.
template <Scalar T>
Csr<T> from_dense(const RowMajor<const T>& dense, Real<T> drop = 0);

/// The entries of this rank's rows with global indices, row by row, in host memory: the input of
/// from_triplets. Within a row this rank's own columns come first.
template <Scalar T>
std::vector<Triplet<T>> to_triplets(const DistributedMatrix<T>& a);

}  // namespace suan
