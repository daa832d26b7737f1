// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::multigrid {

/// `before`, and `count` vectors that A maps to nearly zero, where nobody knows such vectors:
/// pseudo-random ones, from the numbers of rows, of which a Chebyshev iteration for A x = 0 has
/// left what smoothers hardly reduce. After M. Brezina, R. Falgout, S. MacLachlan, T. Manteuffel,
/// S. McCormick, J. Ruge, "Adaptive smoothed aggregation", SIAM Review 47 (2005), 317-346, section
/// 3, without its cycles over coarser levels. The same on any number of ranks, up to rounding.
/// Collective. @throws as Chebyshev.
template <Scalar T>
MultiVector<T> with_relaxed_vectors(const DistributedMatrix<T>& a, const MultiVector<T>& before,
                                    LocalIndex count);

}  // namespace suan::multigrid
