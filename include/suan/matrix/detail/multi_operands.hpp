// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Argument checks of products with several vectors.
#pragma once

#include "suan/vector/blas1.hpp"
#include "suan/vector/detail/overlap.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::detail {

/// Checks that Y = A X is possible for an operator from `columns` to `rows`.
/// @throws DimensionMismatch naming both operands.
template <Scalar T>
void require_multi_operands(const char* what, const Layout& rows, const Layout& columns,
                            const MultiVector<T>& x, const MultiVector<T>& y) {
  require_same_layout(what, "X", x.layout(), "the columns of the operator", columns);
  require_same_layout(what, "Y", y.layout(), "the rows of the operator", rows);
  require_same_columns(what, "X", x.columns(), "Y", y.columns());
}

}  // namespace suan::detail
