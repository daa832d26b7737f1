// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Compact SELL times several vectors.
#pragma once

#include "kernels/sell/sell_view.hpp"

namespace suan::kernels {

/// Y = alpha A X + beta Y; Y is not read when beta is zero. A column of Y has the same bits
/// whatever the number of columns, of threads, and the storage, as long as that loses nothing.
template <Scalar T, class Code>
void sell_spmm(const ExecutionSpace& space, T alpha, const SellView<T, Code>& m,
               const RowMajor<const T>& x, T beta, const RowMajor<T>& y);

}  // namespace suan::kernels
