// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The fused vector passes of the conjugate gradient method. An empty `d` stands for the identity.
#pragma once

#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

/// Sums over one rank's elements: r^H r and r^H (d r).
template <class R>
struct CgSumsOf {
  R rr = 0;
  R rz = 0;
};
using CgSums = CgSumsOf<double>;

/// r = r - alpha q; returns r^H r and r^H (d r). Per element: reads r, q, d, writes r.
template <Scalar T>
CgSumsOf<WideReal<T>> cg_update_residual(const ExecutionSpace& space, T alpha,
                                         const DeviceView<const T>& q, const DeviceView<const T>& d,
                                         const DeviceView<T>& r);

/// x = x + alpha p; p = d r + beta p. Per element: reads x, p, r, d, writes x, p. Moving the
/// update of x here saves reading p a second time.
template <Scalar T>
void cg_update_direction(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& d,
                         const DeviceView<const T>& r, const DeviceView<T>& p,
                         const DeviceView<T>& x);

// The same for several vectors, each with its own coefficients; these and the sums are in host
// memory, one for each vector.

/// Column c of R = R - alpha[c] Q; sums[c] of its elements.
template <Scalar T>
void cg_update_residual(const ExecutionSpace& space, const T* alpha, const RowMajor<const T>& q,
                        const DeviceView<const T>& d, const RowMajor<T>& r,
                        CgSumsOf<WideReal<T>>* sums);

/// Column c of X = X + alpha[c] P, where alpha[c] is not zero; column c of P = D R + beta[c] P.
template <Scalar T>
void cg_update_direction(const ExecutionSpace& space, const T* alpha, const T* beta,
                         const DeviceView<const T>& d, const RowMajor<const T>& r,
                         const RowMajor<T>& p, const RowMajor<T>& x);

}  // namespace suan::kernels
