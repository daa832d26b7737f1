// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors at once, on one rank.
#pragma once

#include <type_traits>

#include "suan/kernels/spmm.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// Several vectors side by side: n rows of k elements, one row behind the other.
template <class T>
using MultiVector = kernels::RowMajor<T>;

/// Y = alpha A X + beta Y; Y is not read when beta is zero. The matrix is read once for all
/// vectors.
/// @throws DimensionMismatch naming both operands; InvalidArgument when X and Y share elements.
template <Scalar T>
void multiply(std::type_identity_t<T> alpha, const Csr<T>& a,
              const std::type_identity_t<MultiVector<const T>>& x, std::type_identity_t<T> beta,
              const std::type_identity_t<MultiVector<T>>& y);

}  // namespace suan
