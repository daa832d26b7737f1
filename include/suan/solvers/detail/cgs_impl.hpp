// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/cgs.hpp.
#pragma once

#include "suan/solvers/cgs.hpp"

#include <cmath>
#include <utility>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/shadow.hpp"

namespace suan {

template <Scalar T>
Cgs<T>::Cgs(const CgsOptions& options) : Solver<T>(options.krylov), shadow_(options.shadow) {
  CgsOptions::table().check(options);
}

template <Scalar T>
std::string Cgs<T>::told() const {
  return Solver<T>::told() + message("shadow = ", shadow_, "\n");
}

// p, q and u are M times those of the paper: linear combinations of M r and M v alone, so that
// they fit together even if M varies or rounds. Per row and iteration, besides the products: M r,
// q, p read, u, p written; the shadow and v read (sigma); u, M v read, q, u written; v, r, the
// shadow read, r written; u, x read, x written: 18 values.
template <Scalar T>
void Cgs<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = detail::Wide<T>;
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const bool varies = run.m.varies();
  const std::int64_t bytes = 2 * (run.a.bytes_per_apply() + run.m.bytes_per_apply()) +
                             18 * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 5 : 6);
  Vector<T>& p = kept[0];
  Vector<T>& q = kept[1];
  Vector<T>& u = kept[2];
  Vector<T>& v = kept[3];
  detail::Shadow<T> shadow(kept[4], shadow_ == "residual" || varies);
  const auto preconditioned = [&](const Vector<T>& w) -> const Vector<T>& {
    if (plain) return w;
    run.m.apply(w, kept[5]);
    return kept[5];
  };

  auto norm = static_cast<double>(norm2(r));
  Number rho{};
  bool is_first = true;
  bool is_stale = false;       // M varied too much for what depends on earlier products
  const char* lost = nullptr;  // what vanished, so that the method must start again
  while (!run.limit_reached()) {
    if (is_first || is_stale || lost != nullptr) {
      if (is_stale) {
        shadow.renew(r);
      } else if (!shadow.choose(r, norm)) {
        detail::end_breakdown(run, message(lost, " vanishes"));
        return;
      }
      lost = nullptr;
      is_stale = false;
      rho = detail::pair_sums(shadow.vector(), r).xy;
      copy(preconditioned(r), u);
      copy(u, p);
    }
    run.a.apply(p, v);
    if (is_first && detail::needs_other_units(run, norm, p, v, 1)) return;
    is_first = false;
    const auto first = detail::pair_sums(shadow.vector(), v);
    if (!detail::are_finite(first)) {
      run.end(Reason::not_finite, "the product of the matrix and a search direction is not finite");
      return;
    }
    const T step = scalar_cast<T>(detail::step_length(rho, first));
    if (step == T(0)) {
      lost = "s^H A M p, with the shadow residual s and a search direction p,";
      continue;
    }
    kernels::cgs_split<T>(space, step, preconditioned(v).view(), u.view(), q.view());
    run.a.apply(u, v);
    const auto last = detail::sum_of_ranks<T>(
        x.layout().comm(),
        kernels::subtract_with_shadow<T>(space, step, v.view(), shadow.vector().view(), r.view()));
    run.count_bytes(bytes);
    const double before = std::exchange(norm, static_cast<double>(std::sqrt(last.rr)));
    if (std::isfinite(norm)) axpy(step, std::as_const(u), x);  // x = x + alpha u
    if (run.finished(norm)) return;
    is_stale = varies && !(norm < before);
    const T beta = scalar_cast<T>(last.sr / rho);
    if (detail::vanishes<T>(last.sr, first.xx, last.rr) || !is_finite(beta)) {
      lost = "s^H r, with the shadow residual s and a residual r,";
      continue;
    }
    rho = last.sr;
    kernels::cgs_directions<T>(space, beta, preconditioned(r).view(), q.view(), u.view(), p.view());
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Cgs<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
