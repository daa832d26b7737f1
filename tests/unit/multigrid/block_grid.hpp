// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Nodes whose rows have the same columns, or not.
#pragma once

#include <cmath>
#include <utility>

#include "suan/matrix/assembly.hpp"

namespace suan::test {

/// Nodes of three unknowns on a grid of n^2 points, each connected with its four neighbours by
/// blocks of which some entries are zero. With these in the matrix, all rows of a node have the
/// same columns.
template <Scalar T>
DistributedMatrix<T> block_grid(const Layout& layout, GlobalIndex n, bool has_zeros) {
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const GlobalIndex x = i / 3 % n;
    const GlobalIndex y = i / 3 / n;
    for (const auto& [dx, dy] : {std::pair{0, -1}, {-1, 0}, {0, 0}, {1, 0}, {0, 1}}) {
      if (x + dx < 0 || x + dx >= n || y + dy < 0 || y + dy >= n) continue;
      for (GlobalIndex k = 0; k < 3; ++k) {
        const GlobalIndex j = 3 * (x + dx + n * (y + dy)) + k;
        const bool is_zero = i != j && (i + j) % 4 == 0;
        const double rough = 1 + 0.5 * std::sin(static_cast<double>((i + 1) * (j + 1) % 101));
        const double value = i == j ? 20 : is_zero ? 0 : (dy == 0 ? -1 : -0.5) * rough;
        if (!is_zero || has_zeros) row.add(j, T(static_cast<Real<T>>(value)));
      }
    }
  });
}

}  // namespace suan::test
