// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Compact SELL times several vectors.
#pragma once

#include "kernels/sell_view.hpp"

namespace suan::kernels {

/// Y = alpha A X + beta Y, with beta zero never reading Y. A column of Y has the same bits with any
/// number of columns beside it, in any storage that loses nothing, on any number of threads.
template <Scalar T, class Code>
void multiply_sell_block(const ExecutionSpace& space, T alpha, const SellView<T, Code>& m,
                         const RowMajor<const T>& x, T beta, const RowMajor<T>& y);

}  // namespace suan::kernels
