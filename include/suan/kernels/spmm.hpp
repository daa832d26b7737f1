// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times several vectors (SpMM), CSR, on one rank. The functions check nothing.
//
// Bytes per call, with v the bytes of a value and k vectors: entries * (v + 4) + rows * 8 +
// columns * k v (X, read once) + rows * k v (Y), and another rows * k v when beta is not zero: the
// matrix moves once for all k.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// Y = alpha A X + beta Y; Y is not read when beta is zero. The order of a row's sums depends on
/// its length alone. `hints` are those of A, or none. Fastest when the number of vectors is a
/// multiple of 8; on a GPU one thread computes one element of Y.
template <Scalar T>
void spmm(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
          T beta, const RowMajor<T>& y, const SpmvHints<T>& hints = {});

/// Row rows(i) of Y += alpha times row i of A X: spmv_add_rows for several vectors.
template <Scalar T>
void spmm_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                   const DeviceView<const LocalIndex>& rows, const RowMajor<const T>& x,
                   const RowMajor<T>& y);

}  // namespace suan::kernels
