// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/minres.hpp.
#pragma once

#include "suan/solvers/minres.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/lanczos.hpp"

namespace suan {

// With T the tridiagonal matrix of Lanczos, Q T = R is made triangular by plane rotations (c, s),
// and x is updated along the columns of Z R^-1, of which the last two are kept in w.
//
// The residual is eta u with u = V Q^H e, whose norm is one in the norm of M; without M its norm is
// therefore |eta|. With M, that says nothing about the Euclidean norm, which the solve is tested
// by; u obeys a recurrence, too, and so r is carried along as
//   r = s^2 r - (eta c / a1) v
// with the next vector v of Lanczos: one pass, instead of a product with A.
//
// Per row and iteration, beside the products: q, v, u read, u written (the next v); z, w, w', x
// read, w', x written: 10 values. With M also v, z read (beta); r, v read, r written: 15 values.
template <Scalar T>
void Minres<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = kernels::WideReal<T>;
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes =
      run.a.bytes_per_apply() + run.m.bytes_per_apply() +
      (plain ? 10 : 15) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 4 : 6);
  Vector<T>* w = &kept[0];
  Vector<T>* w_before = &kept[1];
  fill(*w, T(0));
  fill(*w_before, T(0));
  if (!plain) copy(r, kept[4]);
  detail::Lanczos<T, Run> lanczos(run, plain ? r : kept[4], kept[2], kept[3],
                                  plain ? nullptr : &kept[5]);
  Number c = 1, s = 0, c_before = 1, s_before = 0, eta = 0, a1 = 0;
  for (int step = 1; !run.limit_reached(); step = std::min(step + 1, 3)) {
    if (!lanczos.multiply()) return;
    if (step == 2 && !lanczos.is_symmetric(*w, a1)) return;
    if (!lanczos.advance()) return;
    if (step == 1) eta = lanczos.beta();
    const Number alpha = lanczos.alpha();
    const Number beta = step == 1 ? Number(0) : lanczos.beta();
    const Number next = lanczos.next_beta();
    const Number a0 = c * alpha - c_before * s * beta;
    const Number a2 = s * alpha + c_before * c * beta;
    const Number a3 = s_before * beta;
    a1 = std::hypot(a0, next);
    // ||A r|| / (||A|| ||r||), in the norms of M. While an eigenvalue e of many waits to be found,
    // the least residual has a slope of about sqrt(e / ||A||): below sqrt(eps) there is none, and
    // the next steps would only add to x what A maps to rounding errors. Of few eigenvalues the
    // slope may be e / ||A||; then this step, which multiplies the residual by next / a1, gains.
    const Number image = std::hypot(a0, c * next);
    const Number slope = image > 0 ? image / lanczos.size() : Number(0);
    constexpr Number eps = std::numeric_limits<Real<T>>::epsilon();
    const Number tiny = 4 * std::sqrt(eps);
    const bool gains =
        std::abs(a0) > 100 * tiny * next && std::abs(a0) > 100 * eps * lanczos.size();
    if (!gains && !(slope > tiny)) {
      run.end(Reason::stagnated,
              message("A r is only ", static_cast<double>(slope), " ||A|| ||r|| for the residual ",
                      "r: A is singular, b is not in its range, and r is about the least"));
      return;
    }
    c_before = c;
    s_before = s;
    c = a0 / a1;
    s = next / a1;
    const Number step_length = c * eta;
    Number norm = std::abs(s * eta);
    if (!plain) {
      const Number own =
          kernels::scaled_sum<T>(space, detail::real_scalar<T>(s * s), r.view(),
                                 detail::real_scalar<T>(-step_length / a1), lanczos.next().view());
      norm = std::sqrt(x.layout().comm().sum(own));
    }
    if (std::isfinite(norm)) {
      // w' = (z / beta - a3 w' - a2 w) / a1, x = x + c eta w'
      kernels::minres_update<T>(space, detail::real_scalar<T>(1 / (a1 * lanczos.beta())),
                                lanczos.z().view(), detail::real_scalar<T>(-a2 / a1),
                                std::as_const(*w).view(), detail::real_scalar<T>(-a3 / a1),
                                w_before->view(), detail::real_scalar<T>(step_length), x.view());
    }
    std::swap(w, w_before);
    eta = -s * eta;
    run.count_bytes(bytes);
    if (run.finished(static_cast<double>(norm))) return;
    lanczos.shift();
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Minres<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
