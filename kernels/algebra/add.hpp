// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The sum of two sparse matrices in CSR, on one rank, by merging rows. The function checks nothing.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// alpha A + beta B. Columns increase strictly in each row of both, and of the result; explicit
/// zeros are kept. Reads both structures twice.
template <Scalar T>
CsrView<T> add(const ExecutionSpace& space, T alpha, const CsrView<T>& a, T beta,
               const CsrView<T>& b);

}  // namespace suan::kernels
