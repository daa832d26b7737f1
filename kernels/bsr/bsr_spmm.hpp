// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Block matrices (BSR) times several vectors.
#pragma once

#include "kernels/bsr/bsr_view.hpp"

namespace suan::kernels {

/// Y = alpha A X + beta Y; Y is not read when beta is zero. A column of Y has the same bits
/// whatever the number of columns, of threads, and the storage, as long as that loses nothing.
/// Fill-in changes nothing, even where X holds infinity or NaN.
template <Scalar T, class Code>
void bsr_spmm(const ExecutionSpace& space, T alpha, const BsrView<T, Code>& m,
              const RowMajor<const T>& x, T beta, const RowMajor<T>& y);

}  // namespace suan::kernels
