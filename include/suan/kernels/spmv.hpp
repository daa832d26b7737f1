// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse matrix times vector, CSR, on one rank. The functions check nothing.
//
// Bytes per call, with v the bytes of a value: entries * (v + 4) + rows * 8 + columns * v (x, read
// once) + rows * v (y), and another rows * v when beta is not zero.
#pragma once

#include "suan/core/types.hpp"
#include "suan/kernels/spmv_hints.hpp"

namespace suan::kernels {

/// The single offset of a matrix without rows. It allocates nothing, so such a matrix may be a
/// member of anything, even before Kokkos is initialised. A device cannot read it, so there is none
/// there, and kernels without rows do not read it.
inline DeviceView<const Offset> offset_of_no_rows() {
#if SUAN_HAVE_CUDA
  return {};
#else
  static constexpr Offset zero = 0;
  return {&zero, 1};
#endif
}

/// The arrays of a CSR matrix; row i has the entries offsets(i) to offsets(i + 1) - 1.
template <Scalar T>
struct CsrView {
  LocalIndex rows = 0;
  LocalIndex columns = 0;
  DeviceView<const Offset> offsets = offset_of_no_rows();
  DeviceView<const LocalIndex> indices;
  DeviceView<const T> values;
  Offset entries() const { return static_cast<Offset>(values.extent(0)); }
};

/// y = alpha A x + beta y; y is not read when beta is zero. `hints` are those of A, or none.
template <Scalar T>
void spmv(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const DeviceView<const T>& x,
          T beta, const DeviceView<T>& y, const SpmvHints<T>& hints = {});

/// y = A x; returns x^H y. A is square.
template <Scalar T>
T spmv_dot(const ExecutionSpace& space, const CsrView<T>& a, const DeviceView<const T>& x,
           const DeviceView<T>& y, const SpmvHints<T>& hints = {});

/// r = b - A x; returns r^H r.
template <Scalar T>
Real<T> spmv_residual(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const T>& x, const DeviceView<const T>& b,
                      const DeviceView<T>& r, const SpmvHints<T>& hints = {});

/// y(rows(i)) += alpha (A x)_i for each row i of A; returns the sum of conj(left(rows(i))) times
/// what was added, or zero when `left` is empty. This is the part of a distributed product that
/// reads ghost entries: only rows with such entries are stored.
template <Scalar T>
T spmv_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                const DeviceView<const LocalIndex>& rows, const DeviceView<const T>& x,
                const DeviceView<T>& y, const DeviceView<const T>& left);

}  // namespace suan::kernels
