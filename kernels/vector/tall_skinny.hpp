// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of tall and skinny matrices in row-major order: multivectors with each other and with
// small dense matrices. The functions check nothing.
#pragma once

#include "suan/kernels/spmm.hpp"

namespace suan::kernels {

/// result = X^H Y, this rank's part: a small row-major matrix in host memory, with x.extent(1) rows
/// and y.extent(1) columns. The same number of threads gives the same bits. X and Y are read once
/// while they have up to 64 columns each. With CUDA this is a call of cuBLAS.
template <Scalar T>
void inner_products(const ExecutionSpace& space, const RowMajor<const T>& x,
                    const RowMajor<const T>& y, T* result);

/// Y = alpha X C + beta Y; Y is not read when beta is zero. C is a small row-major matrix in host
/// memory, with x.extent(1) rows and y.extent(1) columns. X is not Y. With CUDA this is a call of
/// cuBLAS; C may be changed after the call unless it is in pinned memory.
template <Scalar T>
void multiply_small(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, const T* c,
                    T beta, const RowMajor<T>& y);

}  // namespace suan::kernels
