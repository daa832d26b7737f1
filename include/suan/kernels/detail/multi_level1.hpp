// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Level-1 kernels on several row-major vectors, the elements of one rank. They check nothing.
#pragma once

#include <span>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// y = column c of X.
template <Scalar T>
void copy_column(const ExecutionSpace& space, const RowMajor<const T>& x, std::size_t c,
                 const DeviceView<T>& y);

/// Column c of Y = x.
template <Scalar T>
void set_column(const ExecutionSpace& space, const DeviceView<const T>& x, const RowMajor<T>& y,
                std::size_t c);

/// Column c of Y = column columns[c] of X.
template <Scalar T>
void gather_columns(const ExecutionSpace& space, const RowMajor<const T>& x,
                    std::span<const LocalIndex> columns, const RowMajor<T>& y);

/// Column columns[c] of Y = column c of X.
template <Scalar T>
void scatter_columns(const ExecutionSpace& space, const RowMajor<const T>& x,
                     std::span<const LocalIndex> columns, const RowMajor<T>& y);

/// Column c of Y = 0.
template <Scalar T>
void clear_column(const ExecutionSpace& space, const RowMajor<T>& y, std::size_t c);

/// result[c] = column c of X, conjugated, times column c of Y, this rank's part; `result` is in
/// host memory. The same number of threads gives the same bits.
template <Scalar T>
void column_dots(const ExecutionSpace& space, const RowMajor<const T>& x,
                 const RowMajor<const T>& y, T* result);

/// Y = alpha X + beta Y; Y is not read when beta is zero.
template <Scalar T>
void axpby(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
           const RowMajor<T>& y);

/// Row i of Z = alpha d_i times row i of X + beta times row i of Z; Z is not read when beta is
/// zero.
template <Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& d,
              const RowMajor<const T>& x, T beta, const RowMajor<T>& z);

}  // namespace suan::kernels
