// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/bicgstab.hpp.
#pragma once

#include "suan/solvers/bicgstab.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/shadow.hpp"

namespace suan {

template <Scalar T>
Bicgstab<T>::Bicgstab(const BicgstabOptions& options)
    : Solver<T>(options.krylov), shadow_(options.shadow) {
  BicgstabOptions::table().check(options);
}

template <Scalar T>
std::string Bicgstab<T>::told() const {
  return Solver<T>::told() + message("shadow = ", shadow_, "\n");
}

// Per row and iteration, besides the products: the shadow and v read (sigma); r, v read, r written;
// t, r read (omega); x, M p, M s, r, t, the shadow read, x, r written; p, r, v read, p written: 19
// values, 18 without M.
template <Scalar T>
void Bicgstab<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = detail::Wide<T>;
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes =
      2 * (run.a.bytes_per_apply() + run.m.bytes_per_apply()) +
      (plain ? 18 : 19) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 4 : 6);
  Vector<T>& p = kept[0];
  Vector<T>& v = kept[1];
  Vector<T>& t = kept[2];
  detail::Shadow<T> shadow(kept[3], shadow_ == "residual");
  Vector<T>& p_image = plain ? p : kept[4];
  Vector<T>& s_image = plain ? r : kept[5];
  const auto apply = [&](const Vector<T>& from, Vector<T>& image, Vector<T>& to) {
    if (!plain) run.m.apply(from, image);
    run.a.apply(image, to);
  };

  auto norm = static_cast<double>(norm2(r));
  Number rho{};
  bool is_first = true;
  const char* lost = nullptr;  // what vanished, so that the method must start again
  while (!run.limit_reached()) {
    if (is_first || lost != nullptr) {
      if (!shadow.choose(r, norm)) {
        detail::end_breakdown(run, message(lost, " vanishes"));
        return;
      }
      lost = nullptr;
      rho = detail::pair_sums(shadow.vector(), r).xy;
      copy(r, p);
    }
    apply(p, p_image, v);  // v = A M p
    if (is_first && detail::needs_other_units(run, norm, p_image, v, 1)) return;
    is_first = false;
    const auto first = detail::pair_sums(shadow.vector(), v);
    if (!detail::are_finite(first)) {
      run.end(Reason::not_finite, "the product of the matrix and a search direction is not finite");
      return;
    }
    const Number alpha = detail::step_length(rho, first);
    const T step = scalar_cast<T>(alpha);
    if (alpha == Number(0)) {
      lost = "s^H A M p, with the shadow residual s and a search direction p,";
      continue;
    }
    axpy(-step, v, r);     // r = r - alpha v
    apply(r, s_image, t);  // t = A M r
    const auto second = detail::pair_sums(t, r);
    if (!detail::are_finite(second)) {
      run.end(Reason::not_finite, "the product of the matrix and a residual is not finite");
      return;
    }
    const Number omega = detail::vanishes(second) ? Number(0) : second.xy / second.xx;
    const T turn = scalar_cast<T>(omega);
    const auto last = detail::sum_of_ranks<T>(
        x.layout().comm(),
        kernels::bicgstab_update<T>(space, step, p_image.view(), turn, s_image.view(), t.view(),
                                    shadow.vector().view(), x.view(), r.view()));
    run.count_bytes(bytes);
    norm = static_cast<double>(std::sqrt(last.rr));
    if (run.finished(norm)) return;
    if (omega == Number(0)) {
      lost = "r^H A M r, for a residual r,";
      continue;
    }
    const Number beta = last.sr / rho * (alpha / omega);
    const T direction = scalar_cast<T>(beta);
    const T turned = scalar_cast<T>(-beta * omega);
    if (detail::vanishes<T>(last.sr, first.xx, last.rr) || !is_finite(direction) ||
        !is_finite(turned)) {
      lost = "s^H r, with the shadow residual s and a residual r,";
      continue;
    }
    rho = last.sr;
    kernels::combine<T>(space, T(1), r.view(), turned, v.view(), direction,
                        p.view());  // p = r + beta (p - omega v)
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Bicgstab<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
