// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The solution of one row of a triangular system, shared by all schedules.
#pragma once

#include "suan/kernels/trsv.hpp"

namespace suan::kernels {

/// Solves one row at a time. The sum ends with the entry next to the diagonal: on a grid its result
/// is the latest one, so little has to wait for it. For the same reason the diagonal is inverted
/// separately.
template <Scalar T, Triangle triangle, Diagonal diagonal>
struct TriangularRows {
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
  const T* b;
  T* x;
  LocalIndex rows;

  KOKKOS_FORCEINLINE_FUNCTION void solve(LocalIndex i) const {
    Offset begin = offsets[i];
    Offset end = offsets[i + 1];
    T inverse(1);
    if constexpr (diagonal == Diagonal::stored) {
      inverse /= triangle == Triangle::lower ? values[--end] : values[begin++];
    }
    T sum = b[i];
    if constexpr (triangle == Triangle::lower) {
      for (Offset k = begin; k < end; ++k) sum -= values[k] * x[indices[k]];
    } else {
      for (Offset k = end - 1; k >= begin; --k) sum -= values[k] * x[indices[k]];
    }
    x[i] = diagonal == Diagonal::stored ? sum * inverse : sum;
  }

  /// Rows at the positions [first, last); see TrsvStructure.
  KOKKOS_FORCEINLINE_FUNCTION void solve_positions(LocalIndex first, LocalIndex last) const {
    for (LocalIndex p = first; p < last; ++p) solve(row_at(p));
  }

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex row_at(LocalIndex position) const {
    return triangle == Triangle::lower ? position : rows - 1 - position;
  }

#if !SUAN_HAVE_CUDA
  KOKKOS_FORCEINLINE_FUNCTION void prefetch_vectors(LocalIndex i) const {
    __builtin_prefetch(b + i, 0, 2);
    __builtin_prefetch(x + i, 1, 2);
  }
#endif
};

/// Calls use(TriangularRows<...>) with the rows of the plan's kind.
template <Scalar T, class Use>
void with_triangular_rows(const CsrView<T>& a, Triangle triangle, Diagonal diagonal,
                          const DeviceView<const T>& b, const DeviceView<T>& x, const Use& use) {
  const auto call = [&]<Triangle t, Diagonal d>() {
    use(TriangularRows<T, t, d>{a.offsets.data(), a.indices.data(), a.values.data(), b.data(),
                                x.data(), a.rows});
  };
  const bool stored = diagonal == Diagonal::stored;
  if (triangle == Triangle::lower) {
    if (stored) return call.template operator()<Triangle::lower, Diagonal::stored>();
    return call.template operator()<Triangle::lower, Diagonal::unit>();
  }
  if (stored) return call.template operator()<Triangle::upper, Diagonal::stored>();
  call.template operator()<Triangle::upper, Diagonal::unit>();
}

}  // namespace suan::kernels
