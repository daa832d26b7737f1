// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/cr.hpp.
#pragma once

#include "suan/solvers/cr.hpp"

#include <array>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/lanczos.hpp"

namespace suan {

namespace detail {

/// The end of a run in which rho = z^H A z vanishes beside r^H z = rz: the matrix is indefinite, or
/// A z vanishes, too. s = A z; q is overwritten. Collective.
template <Scalar T, class Run>
void end_of_progress(Run& run, kernels::WideReal<T> rz, kernels::WideReal<T> size,
                     const Vector<T>& s, Vector<T>& q) {
  run.m.apply(s, q);
  const auto image = std::sqrt(std::abs(real_part(wide_dot(s, std::as_const(q)))));
  const auto slope = image > 0 ? static_cast<double>(image / (size * std::sqrt(rz))) : 0.0;
  // At the least residual, what is left of z^H A z is about the square of this.
  constexpr double small = 0.05;
  if (slope > small) {
    run.end(Reason::breakdown, "z^H A z = 0 for z = M r: A is indefinite, for which minres is");
  } else {
    run.end(Reason::stagnated,
            message("A M r is only ", slope, " ||A|| ||M r|| for the residual r: A is singular, ",
                    "b is not in its range, and r is about the least"));
  }
}

/// In the second step: whether p = z_1 and s = A z_2 are orthogonal, as they are if A and M are
/// Hermitian; q = A z_1. Collective.
template <Scalar T, class Run>
bool are_conjugate(Run& run, const Vector<T>& p, const Vector<T>& q, const Vector<T>& s) {
  const auto product = static_cast<double>(magnitude(wide_dot(p, s)));
  const double norms = static_cast<double>(norm2(p)) * static_cast<double>(norm2(q));
  if (!(product > asymmetry_tolerance<T> * norms)) return true;
  run.end(Reason::indefinite_matrix,
          message("z^H A z' = ", product / norms,
                  " ||z|| ||A z|| for two residuals, and not 0: ", "A or M is not Hermitian"));
  return false;
}

/// The first step, with z = M r, s = A z, r^H z and z^H s: false when the run has ended or must
/// start again. Collective.
template <Scalar T, class Run>
bool may_begin_cr(Run& run, const Vector<T>& r, const Vector<T>& z, const Vector<T>& s, const T& rz,
                  const T& rho) {
  if (changes_units(run, r, z, s)) return false;
  if (is_not_hermitian(rz, r, z)) {
    end_not_hermitian(run, rz);
    return false;
  }
  if (!positive(run, real_part(rz))) return false;
  if constexpr (is_complex<T>) {
    const double norms = static_cast<double>(norm2(z)) * static_cast<double>(norm2(s));
    if (std::abs(static_cast<double>(rho.imag())) > asymmetry_tolerance<T> * norms) {
      run.end(Reason::indefinite_matrix,
              message("z^H A z has the imaginary part ", rho.imag(), ": A is not Hermitian"));
      return false;
    }
  }
  return true;
}

}  // namespace detail

// Per row and iteration, besides the products: z, s, p, q read, p, q written; x, p, r, q read, x, r
// written: 12 values. With M also q, t read (their product); z, t, r read, z written: 18 values.
//
// z = M r obeys a recurrence. Where M is linear to a lower precision only, it is computed anew
// before its errors count.
template <Scalar T>
void Cr<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = kernels::WideReal<T>;
  const ExecutionSpace space;
  const Communicator& comm = x.layout().comm();
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes =
      run.a.bytes_per_apply() + run.m.bytes_per_apply() +
      (plain ? 12 : 18) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 3 : 5);
  Vector<T>& p = kept[0];
  Vector<T>& q = kept[1];
  Vector<T>& s = kept[2];
  Vector<T>& z = plain ? r : kept[3];
  Vector<T>& t = plain ? q : kept[4];
  if (!plain) run.m.apply(r, z);
  const T first_rz = dot(r, z);
  T z_a_z = run.a.apply_dot(z, s);  // s = A z
  if (!detail::may_begin_cr(run, r, z, s, first_rz, z_a_z)) return;
  Number rz = real_part(first_rz);
  Number rho_before = 0;
  Number size = 0;
  const bool rounds = run.m.rounds();
  Number renewed = 0;  // ||r||^2 when z was computed
  if (rounds) renewed = real_part(detail::wide_dot(std::as_const(r), std::as_const(r)));
  for (int step = 1; !run.limit_reached(); step = std::min(step + 1, 3)) {
    const Number rho = real_part(z_a_z);
    if (!std::isfinite(rho)) {
      run.end(Reason::not_finite, "the product of the matrix and a residual is not finite");
      return;
    }
    size = std::max(size, std::abs(rho) / rz);
    constexpr Number eps = std::numeric_limits<Real<T>>::epsilon();
    if (!(std::abs(rho) > 10 * eps * size * rz)) {
      detail::end_of_progress<T>(run, rz, size, s, q);
      return;
    }
    if (step == 2 &&
        !detail::are_conjugate(run, std::as_const(p), std::as_const(q), std::as_const(s)))
      return;
    const Number beta = step == 1 ? Number(0) : rho / rho_before;
    // p = z + beta p, q = s + beta q
    Number delta =
        kernels::update_directions<T>(space, detail::real_scalar<T>(beta), std::as_const(z).view(),
                                      std::as_const(s).view(), p.view(), q.view());
    if (!plain) {
      run.m.apply(q, t);
      delta = real_part(kernels::dot<T>(space, std::as_const(q).view(), std::as_const(t).view()));
    }
    delta = comm.sum(delta);
    if (!detail::positive(run, delta)) return;
    const Number alpha = rho / delta;
    // x = x + alpha p, r = r - alpha q
    std::array<Number, 2> sums = {};
    sums[0] =
        kernels::update_solution<T>(space, detail::real_scalar<T>(alpha), std::as_const(p).view(),
                                    std::as_const(q).view(), x.view(), r.view());
    if (!plain) {  // z = z - alpha M q
      sums[1] = kernels::update_with_product<T>(space, detail::real_scalar<T>(-alpha),
                                                std::as_const(t).view(), std::as_const(r).view(),
                                                z.view());
    }
    comm.sum(std::span<Number>(sums));
    rz = plain ? sums[0] : sums[1];
    run.count_bytes(bytes);
    if (run.finished(static_cast<double>(std::sqrt(sums[0])))) return;
    if (constexpr Number small = 1e-6; rounds && !plain && sums[0] < small * renewed) {
      run.m.apply(r, z);
      run.count_bytes(run.m.bytes_per_apply());
      rz = real_part(detail::wide_dot(std::as_const(r), std::as_const(z)));
      renewed = sums[0];
    }
    if (!detail::positive(run, rz)) return;
    rho_before = rho;
    z_a_z = run.a.apply_dot(z, s);
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Cr<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
