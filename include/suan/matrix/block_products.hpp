// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors at once, on one rank.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "suan/kernels/tall_skinny.hpp"
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

/// X^H Y, row-major: x.extent(1) rows of y.extent(1) elements. X and Y may be the same.
/// @throws DimensionMismatch when they have different numbers of rows.
template <Scalar T>
std::vector<T> inner_products(const MultiVector<const T>& x, const MultiVector<const T>& y);

/// Y = alpha X C + beta Y with a small matrix C, row-major, of x.extent(1) rows of y.extent(1)
/// elements; Y is not read when beta is zero. @throws DimensionMismatch naming the operands;
/// InvalidArgument when X and Y share elements.
template <Scalar T>
void multiply_small(T alpha, const MultiVector<const T>& x,
                    std::span<const std::type_identity_t<T>> c, std::type_identity_t<T> beta,
                    const std::type_identity_t<MultiVector<T>>& y);

}  // namespace suan
