// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Blocks times several vectors.
#pragma once

#include "kernels/bsr_view.hpp"

namespace suan::kernels {

/// Y = alpha A X + beta Y, with beta zero never reading Y. A column of Y has the same bits with any
/// number of columns beside it, in any storage that loses nothing, on any number of threads.
/// Fill-in changes nothing, also where X holds infinity or NaN.
template <Scalar T, class Code>
void multiply_bsr_block(const ExecutionSpace& space, T alpha, const BsrView<T, Code>& m,
                        const RowMajor<const T>& x, T beta, const RowMajor<T>& y);

}  // namespace suan::kernels
