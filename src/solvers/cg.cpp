// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/cg.hpp"

#include <array>
#include <cmath>

#include "solvers/cg_steps.hpp"
#include "suan/kernels/cg_update.hpp"
#include "suan/kernels/level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

template <Scalar T>
kernels::CgSums update_residual(T alpha, const Vector<T>& q, const DeviceView<const T>& d,
                                Vector<T>& r) {
  const auto sums = kernels::cg_update_residual<T>(ExecutionSpace(), alpha, q.view(), d, r.view());
  std::array<double, 2> both = {sums.rr, sums.rz};
  r.layout().comm().sum(std::span<double>(both));
  return {both[0], both[1]};
}

}  // namespace

template <Scalar T>
void Cg<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const auto d = run.m.diagonal_entries();
  // A rank without rows has no entries either, so the ranks agree on the loop.
  const auto entries = r.layout().comm().sum(static_cast<std::int64_t>(d.extent(0)));
  if (run.m.is_identity() || entries > 0) {
    iterate_diagonal(run, d, x, r);
  } else {
    iterate_general(run, x, r);
  }
}

// Per row and iteration, beside the product p -> q with p^H q (which reads p and writes q):
//   r, q, d read, r written; then x, p, r, d read, x, p written: 10 values, 8 without d.
template <Scalar T>
void Cg<T>::iterate_diagonal(Run& run, const DeviceView<const T>& d, Vector<T>& x, Vector<T>& r) {
  const ExecutionSpace space;
  const std::int64_t vectors =
      (run.m.is_identity() ? 8 : 10) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  Vector<T> p(x.layout());
  Vector<T> q(x.layout());
  run.m.apply(r, p);                  // p = D r
  double rho = real_part(dot(r, p));  // rho = r^H D r
  if (!detail::positive(run, rho)) return;
  while (!run.limit_reached()) {
    const double p_a_p = real_part(run.a.apply_dot(p, q));  // q = A p
    double alpha = 0;
    if (!detail::step_length(run, rho, p_a_p, alpha)) return;
    const T step = static_cast<T>(alpha);
    const auto sums = update_residual(step, q, d, r);  // r = r - alpha q
    run.count_bytes(run.a.bytes_per_apply() + vectors);
    const bool done = run.finished(std::sqrt(sums.rr));
    if (done || !detail::positive(run, sums.rz)) {
      if (std::isfinite(sums.rr)) axpy(step, p, x);
      return;
    }
    const double beta = sums.rz / rho;
    rho = sums.rz;
    kernels::cg_update_direction<T>(space, step, static_cast<T>(beta), d, r.view(), p.view(),
                                    x.view());  // x = x + alpha p, p = D r + beta p
  }
}

// Per row and iteration, beside the products: r, q read, r written; r, z read (rho); x, p, z read,
// x, p written in two passes: 11 values.
template <Scalar T>
void Cg<T>::iterate_general(Run& run, Vector<T>& x, Vector<T>& r) {
  const std::int64_t bytes = run.a.bytes_per_apply() + run.m.bytes_per_apply() +
                             11 * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  Vector<T> p(x.layout());
  Vector<T> q(x.layout());
  Vector<T> z(x.layout());
  run.m.apply(r, p);                  // p = M r
  double rho = real_part(dot(r, p));  // rho = r^H M r
  if (!detail::positive(run, rho)) return;
  while (!run.limit_reached()) {
    const double p_a_p = real_part(run.a.apply_dot(p, q));  // q = A p
    double alpha = 0;
    if (!detail::step_length(run, rho, p_a_p, alpha)) return;
    const T step = static_cast<T>(alpha);
    const auto sums = update_residual<T>(step, q, {}, r);  // r = r - alpha q
    run.count_bytes(bytes);
    if (std::isfinite(sums.rr)) axpy(step, p, x);  // x = x + alpha p
    if (run.finished(std::sqrt(sums.rr))) return;
    run.m.apply(r, z);  // z = M r
    const double rho_new = real_part(dot(r, z));
    if (!detail::positive(run, rho_new)) return;
    axpby(T(1), z, static_cast<T>(rho_new / rho), p);  // p = z + beta p
    rho = rho_new;
  }
}

template class Cg<float>;
template class Cg<double>;
template class Cg<Complex>;

}  // namespace suan
