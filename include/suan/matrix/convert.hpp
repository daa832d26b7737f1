// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices as dense arrays and as lists of entries, and back.
#pragma once

#include <vector>

#include "suan/distributed/assembly.hpp"
#include "suan/kernels/spmm.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// All elements, row by row, in device memory; entries of one place are added in their order.
/// @throws NotSupported when they take more than most_bytes, and says how many they take.
template <Scalar T>
RowMajor<T> to_dense(const Csr<T>& a, std::int64_t most_bytes = std::int64_t{1} << 30);

/// The elements beyond `drop` in magnitude as entries; NaN is one, too. With 0 that is what is not
/// zero. Rows increase.
/// @throws InvalidArgument when drop is negative or NaN; NotSupported for 2^31 rows or columns.
template <Scalar T>
Csr<T> from_dense(const RowMajor<const T>& dense, Real<T> drop = 0);

/// The entries of this rank's rows with global numbers, row by row, in host memory: what
/// from_triplets takes. Within a row those of this rank's columns come first.
template <Scalar T>
std::vector<Triplet<T>> to_triplets(const DistributedMatrix<T>& a);

}  // namespace suan
