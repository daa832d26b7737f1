// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The fused vector passes of the methods for Hermitian matrices, beside those of cg_update.hpp.
// Sums are those of one rank's elements.
#pragma once

#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

/// u^H u and the real part of v^H u.
template <class R>
struct LanczosSums {
  R uu = 0;
  R vu = 0;
};

/// u = a q + b v + c u; u is not read when c is zero. Per element: reads q, v, u, writes u.
template <Scalar T>
LanczosSums<WideReal<T>> lanczos_vector(const ExecutionSpace& space, T a,
                                        const DeviceView<const T>& q, T b,
                                        const DeviceView<const T>& v, T c, const DeviceView<T>& u);

/// u = a z + b w + c u; x = x + t u. Per element: reads z, w, u, x, writes u, x.
template <Scalar T>
void minres_update(const ExecutionSpace& space, T a, const DeviceView<const T>& z, T b,
                   const DeviceView<const T>& w, T c, const DeviceView<T>& u, T t,
                   const DeviceView<T>& x);

/// r = a r + b v; returns r^H r. Per element: reads r, v, writes r.
template <Scalar T>
WideReal<T> scaled_sum(const ExecutionSpace& space, T a, const DeviceView<T>& r, T b,
                       const DeviceView<const T>& v);

/// x = x + s w + t z; w = a w + b z. Per element: reads x, w, z, writes x, w.
template <Scalar T>
void symmlq_update(const ExecutionSpace& space, T s, T t, const DeviceView<T>& x, T a,
                   const DeviceView<T>& w, T b, const DeviceView<const T>& z);

/// p = z + beta p; q = s + beta q; returns q^H q. Neither p nor q is read when beta is zero. Per
/// element: reads z, s, p, q, writes p, q.
template <Scalar T>
WideReal<T> update_directions(const ExecutionSpace& space, T beta, const DeviceView<const T>& z,
                              const DeviceView<const T>& s, const DeviceView<T>& p,
                              const DeviceView<T>& q);

/// x = x + alpha p; r = r - alpha q; returns r^H r. Per element: reads x, p, r, q, writes x, r.
template <Scalar T>
WideReal<T> update_solution(const ExecutionSpace& space, T alpha, const DeviceView<const T>& p,
                            const DeviceView<const T>& q, const DeviceView<T>& x,
                            const DeviceView<T>& r);

/// z = z + alpha t; returns the real part of r^H z. Per element: reads t, r, z, writes z.
template <Scalar T>
WideReal<T> update_with_product(const ExecutionSpace& space, T alpha, const DeviceView<const T>& t,
                                const DeviceView<const T>& r, const DeviceView<T>& z);

/// z = n + beta z; w = w - alpha z. z is not read when beta is zero. Per element: reads n, z, w,
/// writes z, w.
template <Scalar T>
void update_pair(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& n,
                 const DeviceView<T>& z, const DeviceView<T>& w);

/// p = u + beta p; s = w + beta s; x = x + alpha p; r = r - alpha s. Neither p nor s is read when
/// beta is zero; u may be r. Per element: reads u, w, p, s, x, r, writes p, s, x, r.
template <Scalar T>
void fused_cg_update(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& u,
                     const DeviceView<const T>& w, const DeviceView<T>& p, const DeviceView<T>& s,
                     const DeviceView<T>& x, const DeviceView<T>& r);

/// r^H r, r^H u and u^H w.
template <Scalar T>
struct ThreeProducts {
  WideReal<T> rr = 0;
  SumOf<T> ru{};
  SumOf<T> uw{};
};

/// In one pass. Per element: reads r, u, w.
template <Scalar T>
ThreeProducts<T> three_products(const ExecutionSpace& space, const DeviceView<const T>& r,
                                const DeviceView<const T>& u, const DeviceView<const T>& w);

}  // namespace suan::kernels
