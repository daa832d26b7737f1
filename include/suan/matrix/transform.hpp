// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices made from one other matrix, of one rank: the same entries in other places.
//
// None of these changes its argument; results have arrays of their own unless a sentence says that
// they share some. Structure and bits do not depend on the number of threads.
#pragma once

#include "suan/kernels/transpose.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// A^T. Its rows increase by the row of A, also when those of A are not sorted; duplicates stay.
template <Scalar T>
Csr<T> transpose(const Csr<T>& a);
/// A^H
template <Scalar T>
Csr<T> conjugate_transpose(const Csr<T>& a);

/// Transposes matrices of one structure: for values that change again and again. Results share
/// their structure. Memory: 8 bytes per entry beside the structure of both.
template <Scalar T>
class Transposition {
 public:
  explicit Transposition(const Csr<T>& a);
  /// @throws DimensionMismatch or InvalidArgument when `a` has another size or structure.
  Csr<T> transpose(const Csr<T>& a) const;
  Csr<T> conjugate_transpose(const Csr<T>& a) const;

 private:
  kernels::CsrView<T> pattern_;
  kernels::TransposePlan<T> plan_;
};

}  // namespace suan
