// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The fused vector passes of methods for general matrices that keep a few vectors only.
#pragma once

#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

/// Sums over one rank's elements: x^H y, x^H x and y^H y.
template <Scalar T>
struct PairSums {
  SumOf<T> xy{};
  WideReal<T> xx = 0;
  WideReal<T> yy = 0;
};

/// Sums over one rank's elements: s^H r for a shadow residual s, and r^H r.
template <Scalar T>
struct ShadowSums {
  SumOf<T> sr{};
  WideReal<T> rr = 0;
};

/// Reads x and y.
template <Scalar T>
PairSums<T> pair_sums(const ExecutionSpace& space, const DeviceView<const T>& x,
                      const DeviceView<const T>& y);

/// z = alpha x + beta y + gamma z. Reads x, y, z, writes z.
template <Scalar T>
void combine(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<const T>& y, T gamma, const DeviceView<T>& z);

/// r = r - alpha q; returns s^H r and r^H r. Reads r, q, s, writes r.
template <Scalar T>
ShadowSums<T> subtract_with_shadow(const ExecutionSpace& space, T alpha,
                                   const DeviceView<const T>& q, const DeviceView<const T>& s,
                                   const DeviceView<T>& r);

/// x = x + alpha p + omega q; r = r - omega t; returns s^H r and r^H r. Reads x, p, q, t, r, s,
/// writes x, r. q may be r.
template <Scalar T>
ShadowSums<T> bicgstab_update(const ExecutionSpace& space, T alpha, const DeviceView<const T>& p,
                              T omega, const DeviceView<const T>& q, const DeviceView<const T>& t,
                              const DeviceView<const T>& s, const DeviceView<T>& x,
                              const DeviceView<T>& r);

/// u = r + beta q; p = u + beta (q + beta p). Reads r, q, p, writes u, p.
template <Scalar T>
void cgs_directions(const ExecutionSpace& space, T beta, const DeviceView<const T>& r,
                    const DeviceView<const T>& q, const DeviceView<T>& u, const DeviceView<T>& p);

/// q = u - alpha v; u = u + q. Reads u, v, writes q, u.
template <Scalar T>
void cgs_split(const ExecutionSpace& space, T alpha, const DeviceView<const T>& v,
               const DeviceView<T>& u, const DeviceView<T>& q);

/// d = y + beta d; x = x + eta d; d is not read when beta is zero. Reads y, d, x, writes d, x.
template <Scalar T>
void add_direction(const ExecutionSpace& space, const DeviceView<const T>& y, T beta, T eta,
                   const DeviceView<T>& d, const DeviceView<T>& x);

/// Pseudo-random elements in [-1, 1] that depend only on the seed and the global index; that of
/// x(0) is `first`. Writes x.
template <Scalar T>
void fill_random(const ExecutionSpace& space, std::uint64_t seed, GlobalIndex first,
                 const DeviceView<T>& x);

}  // namespace suan::kernels
