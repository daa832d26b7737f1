// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of several vectors with each other and with small dense matrices.
#pragma once

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// X^H Y, row-major: x.columns() rows of y.columns() elements, the same on all ranks. X and Y may
/// be the same. Collective. @throws DimensionMismatch when the layouts differ.
template <Scalar T>
std::vector<T> inner_products(const MultiVector<T>& x, const MultiVector<T>& y);

/// Y = alpha X C + beta Y with a small row-major matrix C of x.columns() rows and y.columns()
/// columns, the same on all ranks; Y is not read when beta is zero. @throws DimensionMismatch
/// naming the operands; InvalidArgument when X and Y share elements.
template <Scalar T>
void multiply_small(T alpha, const MultiVector<T>& x, std::span<const std::type_identity_t<T>> c,
                    std::type_identity_t<T> beta, MultiVector<T>& y);

}  // namespace suan
