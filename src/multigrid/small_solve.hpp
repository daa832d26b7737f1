// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solving with a small dense matrix in a kernel.
#pragma once

#include "suan/core/types.hpp"

namespace suan::multigrid {

/// x = M^-1 x by Gauss, with row pivots, for a row-major matrix of `size` rows, which is
/// overwritten. An unknown without a pivot becomes zero.
template <Scalar T>
KOKKOS_INLINE_FUNCTION void solve_small(T* m, T* x, LocalIndex size) {
  constexpr Real<T> negligible = 16 * std::numeric_limits<Real<T>>::epsilon();
  Real<T> largest = 0;
  for (LocalIndex k = 0; k < size; ++k) {
    LocalIndex pivot = k;
    Real<T> most = 0;
    for (LocalIndex r = k; r < size; ++r) {
      const Real<T> entry = Kokkos::abs(m[r * size + k]);
      if (entry > most) {
        most = entry;
        pivot = r;
      }
    }
    largest = Kokkos::max(largest, most);
    if (!(most > negligible * largest)) {
      for (LocalIndex r = k; r < size; ++r) m[r * size + k] = T{};
      continue;
    }
    for (LocalIndex c = k; pivot != k && c < size; ++c) {
      Kokkos::kokkos_swap(m[k * size + c], m[pivot * size + c]);
    }
    if (pivot != k) Kokkos::kokkos_swap(x[k], x[pivot]);
    for (LocalIndex r = k + 1; r < size; ++r) {
      if (m[r * size + k] == T{}) continue;
      const T factor = m[r * size + k] / m[k * size + k];
      for (LocalIndex c = k + 1; c < size; ++c) m[r * size + c] -= factor * m[k * size + c];
      x[r] -= factor * x[k];
    }
  }
  for (LocalIndex k = size; k-- > 0;) {
    for (LocalIndex c = k + 1; c < size; ++c) x[k] -= m[k * size + c] * x[c];
    x[k] = m[k * size + k] == T{} ? T{} : x[k] / m[k * size + k];
  }
}

}  // namespace suan::multigrid
