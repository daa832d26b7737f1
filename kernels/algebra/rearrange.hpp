// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Selecting, sorting and scaling the rows and columns of a CSR matrix, on one rank. The functions
// check nothing; their results do not depend on the number of threads.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// Row i of the result is row rows(i) of A, with column j renumbered to column_of(j), or dropped
/// where that is negative. Entries keep their order. `columns` is the new number of columns.
template <Scalar T>
CsrView<T> select(const ExecutionSpace& space, const CsrView<T>& a,
                  const DeviceView<const LocalIndex>& rows,
                  const DeviceView<const LocalIndex>& column_of, LocalIndex columns);

/// The same matrix with strictly increasing rows; duplicates are added in order. With CUDA this
/// runs on the host, on copies of the arrays.
template <Scalar T>
CsrView<T> sort_rows(const ExecutionSpace& space, const CsrView<T>& a);

/// diag(left) A diag(right), which shares the structure of A. An empty view stands for ones.
template <Scalar T>
CsrView<T> scale(const ExecutionSpace& space, const DeviceView<const T>& left, const CsrView<T>& a,
                 const DeviceView<const T>& right);

}  // namespace suan::kernels
