// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Norms of a matrix on one rank, and its distance from its transpose. All are computed in double. A
// NaN entry makes the result NaN. A matrix that is not sorted() is copied and sorted first, because
// duplicates count as their sum.
#pragma once

#include "suan/matrix/csr.hpp"

namespace suan {

/// The largest column sum of |a_ij|. Memory: a transpose. The same bits on any number of threads.
template <Scalar T>
double norm_one(const Csr<T>& a);
/// The largest row sum of |a_ij|. The same bits on any number of threads.
template <Scalar T>
double norm_infinity(const Csr<T>& a);
/// sqrt of the sum of |a_ij|^2, without overflow on the way. The same bits for the same number of
/// threads.
template <Scalar T>
double norm_frobenius(const Csr<T>& a);
/// The largest |a_ij|.
template <Scalar T>
double norm_max(const Csr<T>& a);

/// How far a square matrix is from being symmetric. For a distributed matrix, and without a
/// transpose, analyse() tells by hash whether it is symmetric, and whether it is Hermitian up to
/// rounding.
struct Asymmetry {
  /// Entries (i, j) without an entry (j, i); 0 for a symmetric structure.
  Offset unmatched_entries = 0;
  double symmetric = 0;  ///< max |a_ij - a_ji|, an absent entry being zero
  double hermitian = 0;  ///< max |a_ij - conj(a_ji)|
};

/// Memory: a transpose. @throws InvalidArgument unless A is square.
template <Scalar T>
Asymmetry asymmetry(const Csr<T>& a);

}  // namespace suan
