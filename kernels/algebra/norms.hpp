// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Norms of a CSR matrix, and its distance from its transpose, on one rank. The functions check
// nothing and take duplicates as separate entries. NaN anywhere gives NaN.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// max over i of sum over j of |a_ij|, summed in double.
template <Scalar T>
double norm_infinity(const ExecutionSpace& space, const CsrView<T>& a);
/// max over i, j of |a_ij|
template <Scalar T>
double norm_max(const ExecutionSpace& space, const CsrView<T>& a);
/// sqrt of the sum of all |a_ij|^2, without overflow where the result is finite.
template <Scalar T>
double norm_frobenius(const ExecutionSpace& space, const CsrView<T>& a);

/// The result of compare().
struct Difference {
  Offset only_one = 0;  ///< positions where only one of the two has an entry
  double largest = 0;   ///< max |a_ij - b_ij|, an absent entry being zero
};
/// Compares A, entry by entry, with B or, when `conjugated`, with its conjugate. Rows of both
/// increase strictly.
template <Scalar T>
Difference compare(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                   bool conjugated);

}  // namespace suan::kernels
