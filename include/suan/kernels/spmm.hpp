// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times several vectors at once, CSR, on one rank. The functions check nothing.
//
// Bytes per call, with v the bytes of a value and k vectors: entries * (v + 4) + rows * 8 +
// columns * k v (X, read once) + rows * k v (Y), and another rows * k v when beta is not zero: the
// matrix moves once for all k.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// n rows of k elements, one row behind the other: k vectors of n elements, side by side.
template <class T>
using RowMajor = Kokkos::View<T**, Kokkos::LayoutRight, MemorySpace>;

/// Found once when a product is prepared, for so many vectors. Through the long rows, hints change
/// the order of sums; without any, each row is summed by one thread. On a device there are none.
template <Scalar T>
struct SpmmHints {
  SpmmHints() = default;
  SpmmHints(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors);

  LongRows<T> long_rows;
  /// columns_are_scattered() of A and the rows of X.
  bool scattered = false;
};

/// Y = alpha A X + beta Y, with beta zero never reading Y. The order of a row's sums depends on
/// its length alone. `hints` are those of A, or none. Fastest when the number of vectors is a
/// multiple of 8; on a GPU one thread computes one element of Y.
template <Scalar T>
void spmm(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
          T beta, const RowMajor<T>& y, const SpmmHints<T>& hints = {});

}  // namespace suan::kernels
