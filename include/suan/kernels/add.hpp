// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sum of two sparse matrices, CSR, on one rank: each row by merging. The function checks nothing.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// alpha A + beta B. The rows of both increase strictly, and so do those of the result; entries
/// that happen to be zero stay. Reads both structures twice.
template <Scalar T>
CsrView<T> add(const ExecutionSpace& space, T alpha, const CsrView<T>& a, T beta,
               const CsrView<T>& b);

}  // namespace suan::kernels
