// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/cg.hpp.
#pragma once

#include "suan/solvers/cg.hpp"

#include <array>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/solvers/detail/cg_steps.hpp"

namespace suan {

namespace detail {

/// r = r - alpha q
template <Scalar T>
kernels::CgSumsOf<kernels::WideReal<T>> update_residual(kernels::WideReal<T> alpha,
                                                        const Vector<T>& q,
                                                        const DeviceView<const T>& d,
                                                        Vector<T>& r) {
  const auto sums = kernels::cg_update_residual<T>(
      ExecutionSpace(), static_cast<T>(static_cast<Real<T>>(alpha)), q.view(), d, r.view());
  std::array<kernels::WideReal<T>, 2> both = {sums.rr, sums.rz};
  r.layout().comm().sum(std::span<kernels::WideReal<T>>(both));
  return {both[0], both[1]};
}

template <Scalar T>
T scalar(kernels::WideReal<T> x) {
  return static_cast<T>(static_cast<Real<T>>(x));
}

/// Checks in the first step of a run, with the residual r, p = M r and q = A p: whether the units
/// must change, and whether M is not positive definite. False when the method must stop.
template <Scalar T, class Run>
bool may_go_on(Run& run, kernels::WideReal<T> rho, kernels::WideReal<T> p_a_p, const Vector<T>& r,
               const Vector<T>& p, const Vector<T>& q) {
  if (run.leaves_range(static_cast<double>(rho), static_cast<double>(p_a_p))) {
    const auto r_norm = static_cast<double>(norm2(r));
    const double direction_gain = static_cast<double>(norm2(p)) / r_norm;
    if (run.rescale(direction_gain, static_cast<double>(norm2(q)) / r_norm)) return false;
  }
  return positive(run, rho);
}

}  // namespace detail

template <Scalar T>
void Cg<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const auto m = run.m.access();
  if (m.is_identity() || m.is_diagonal()) {
    iterate_diagonal(run, m.diagonal, x, r);
  } else {
    iterate_general(run, x, r);
  }
}

// Per row and iteration, besides the product p -> q with p^H q (which reads p and writes q):
//   r, q, d read, r written; then x, p, r, d read, x, p written: 10 values, 8 without d.
template <Scalar T>
void Cg<T>::iterate_diagonal(Run& run, const DeviceView<const T>& d, Vector<T>& x, Vector<T>& r) {
  using Number = kernels::WideReal<T>;
  const ExecutionSpace space;
  const std::int64_t vectors = (run.m.access().is_identity() ? 8 : 10) *
                               static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(2);
  Vector<T>& p = kept[0];
  Vector<T>& q = kept[1];
  run.m.apply(r, p);              // p = D r
  const T first_rho = dot(r, p);  // rho = r^H D r
  if (detail::is_not_hermitian(first_rho, r, p)) {
    detail::end_not_hermitian(run, first_rho);
    return;
  }
  Number rho = real_part(first_rho);
  bool is_first = true;
  while (!run.limit_reached()) {
    const Number p_a_p = real_part(run.a.apply_dot(p, q));  // q = A p
    if (is_first && !detail::may_go_on(run, rho, p_a_p, r, p, q)) return;
    is_first = false;
    Number alpha = 0;
    if (!detail::step_length(run, rho, p_a_p, alpha)) return;
    const auto sums = detail::update_residual<T>(alpha, q, d, r);  // r = r - alpha q
    run.count_bytes(run.a.bytes_per_apply() + vectors);
    const bool done = run.finished(static_cast<double>(std::sqrt(sums.rr)));
    if (done || !detail::positive(run, sums.rz)) {
      if (std::isfinite(sums.rr)) axpy(detail::scalar<T>(alpha), p, x);
      return;
    }
    const Number beta = sums.rz / rho;
    rho = sums.rz;
    kernels::cg_update_direction<T>(space, detail::scalar<T>(alpha), detail::scalar<T>(beta), d,
                                    r.view(), p.view(),
                                    x.view());  // x = x + alpha p, p = D r + beta p
  }
}

// Per row and iteration, besides the products: r, q read, r written; r, z read (rho); x, p, z read,
// x, p written in two passes: 11 values; 13 if M varies.
//
// If M varies, beta is that of Polak and Ribiere, z^H (r - r_old) / rho, with which each direction
// is conjugate to the previous one whatever M was (Notay, SIAM J. Sci. Comput. 22 (2000),
// 1444-1460).
template <Scalar T>
void Cg<T>::iterate_general(Run& run, Vector<T>& x, Vector<T>& r) {
  using Number = kernels::WideReal<T>;
  const bool varies = run.m.varies();
  const std::int64_t bytes =
      run.a.bytes_per_apply() + run.m.bytes_per_apply() +
      (varies ? 13 : 11) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(3);
  Vector<T>& p = kept[0];
  Vector<T>& q = kept[1];
  Vector<T>& z = kept[2];
  run.m.apply(r, p);              // p = M r
  const T first_rho = dot(r, p);  // rho = r^H M r
  if (detail::is_not_hermitian(first_rho, r, p)) {
    detail::end_not_hermitian(run, first_rho);
    return;
  }
  Number rho = real_part(first_rho);
  bool is_first = true;
  while (!run.limit_reached()) {
    const Number p_a_p = real_part(run.a.apply_dot(p, q));  // q = A p
    if (is_first && !detail::may_go_on(run, rho, p_a_p, r, p, q)) return;
    is_first = false;
    Number alpha = 0;
    if (!detail::step_length(run, rho, p_a_p, alpha)) return;
    const auto sums = detail::update_residual<T>(alpha, q, {}, r);  // r = r - alpha q
    run.count_bytes(bytes);
    if (std::isfinite(sums.rr)) axpy(detail::scalar<T>(alpha), p, x);  // x = x + alpha p
    if (run.finished(static_cast<double>(std::sqrt(sums.rr)))) return;
    run.m.apply(r, z);  // z = M r
    const T r_z = dot(r, z);
    if (detail::is_not_hermitian(r_z, r, z)) {
      detail::end_not_hermitian(run, r_z);
      return;
    }
    const Number rho_new = real_part(r_z);
    if (!detail::positive(run, rho_new)) return;
    const Number numerator = varies ? -alpha * real_part(dot(z, q)) : rho_new;
    axpby(T(1), z, detail::scalar<T>(numerator / rho), p);  // p = z + beta p
    rho = rho_new;
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Cg<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
