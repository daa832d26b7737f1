// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with the basis of a Krylov space: k vectors stored as the columns of one array.
#pragma once

#include <span>

#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

/// n rows, column-major, so that each basis vector is contiguous.
template <class T>
using Basis = ColumnMajor<T>;

/// h_j = V(:, j)^H w for j < h.size(), this rank's part. On the host V and w are read once; on a
/// device w is read once per four columns.
template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h);

/// w = w - V(:, 0..h.size()) h; returns this rank's part of w^H w, or 0 without a column. On the
/// host V is read once, and w read and written once.
template <Scalar T>
WideReal<T> multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                       const DeviceView<T>& w);

}  // namespace suan::kernels
