// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/symmlq.hpp.
#pragma once

#include "suan/solvers/symmlq.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/lanczos.hpp"

namespace suan {

namespace detail {

/// The scalars of SYMMLQ: the factorisation T = L Q of Lanczos' matrix, and the residuals.
template <class Number>
struct SymmlqScalars {
  Number diagonal = 0;  ///< the last of L, before the next rotation
  Number below = 0;     ///< the entry to its right, before that rotation
  Number right = 0;     ///< what the next row of L z = beta e leaves to solve for
  Number after = 0;     ///< and the row after it
  Number sines = 1;     ///< the product of all of them
  Number start = 0;     ///< beta of the first vector

  /// The Euclidean norm of the residual of x, right v_j / beta_j + after v_(j + 1) / beta_(j + 1).
  template <class Vectors>
  Number residual(const Vectors& lanczos) const {
    const Number one = right / lanczos.beta();
    const Number two = after == 0 ? Number(0) : after / lanczos.next_beta();
    const Number square = one * one * lanczos.squares() + two * two * lanczos.next_squares() +
                          2 * one * two * lanczos.product();
    return std::sqrt(std::max(square, Number(0)));
  }
  /// The same for the point of conjugate gradients, which is infinite if that does not exist.
  template <class Vectors>
  Number cg_residual(const Vectors& lanczos) const {
    if (lanczos.next_beta() == 0 && diagonal != 0) return 0;
    return std::abs(sines * start / diagonal) * std::sqrt(lanczos.next_squares());
  }
};

}  // namespace detail

// x moves along orthonormal directions (in the norm of M^-1), of which w is the next one if it were
// the last: along it lies the point of conjugate gradients. Both residuals are combinations of the
// last two vectors of Lanczos, so the products of those, which are summed where they are formed,
// give their Euclidean norms.
//
// Per row and iteration, beside the products: q, v, u read, u written (the next v); x, w, z read,
// x, w written: 9 values. With M also v, z read (beta): 11 values.
template <Scalar T>
void Symmlq<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  using Number = kernels::WideReal<T>;
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes =
      run.a.bytes_per_apply() + run.m.bytes_per_apply() +
      (plain ? 9 : 11) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 3 : 4);
  Vector<T>& w = kept[0];
  detail::Lanczos<T, Run> lanczos(run, r, kept[1], kept[2], plain ? nullptr : &kept[3]);
  detail::SymmlqScalars<Number> now;
  Number cg_step = 0;  // along w to the point of conjugate gradients, if that is better
  for (int step = 1; !run.limit_reached(); step = std::min(step + 1, 3)) {
    if (!lanczos.multiply()) break;
    if (step == 2 && !lanczos.is_symmetric(w, 1)) break;
    if (!lanczos.advance()) break;
    if (!(lanczos.size() > 0)) {
      run.end(Reason::stagnated, "A M r is zero for the residual r: A is singular");
      break;
    }
    if (step == 1) {
      axpby(detail::real_scalar<T>(1 / lanczos.beta()), lanczos.z(), T(0), w);
      now.start = now.right = lanczos.beta();
      now.diagonal = lanczos.alpha();
      now.below = lanczos.next_beta();
    } else {
      const Number gamma = std::hypot(now.diagonal, lanczos.beta());
      constexpr Number eps = std::numeric_limits<Real<T>>::epsilon();
      if (!(gamma > 10 * eps * lanczos.size())) {
        run.end(Reason::stagnated, "A is singular on the Krylov space");
        break;
      }
      const Number c = now.diagonal / gamma;
      const Number s = lanczos.beta() / gamma;
      const Number delta = c * now.below + s * lanczos.alpha();
      const Number epsilon = s * lanczos.next_beta();
      const Number zeta = now.right / gamma;
      // x = x + zeta (c w + s z), w = s w - c z
      kernels::symmlq_update<T>(space, detail::real_scalar<T>(zeta * c),
                                detail::real_scalar<T>(zeta * s / lanczos.beta()), x.view(),
                                detail::real_scalar<T>(s), w.view(),
                                detail::real_scalar<T>(-c / lanczos.beta()), lanczos.z().view());
      now.diagonal = s * now.below - c * lanczos.alpha();
      now.below = -c * lanczos.next_beta();
      now.sines *= s;
      now.right = now.after - delta * zeta;
      now.after = -epsilon * zeta;
    }
    const Number residual = now.residual(lanczos);
    const Number of_cg = now.cg_residual(lanczos);
    cg_step = of_cg < residual ? now.right / now.diagonal : Number(0);
    run.count_bytes(bytes);
    if (run.finished(static_cast<double>(std::min(residual, of_cg)))) break;
    lanczos.shift();
  }
  if (cg_step != 0) axpy(detail::real_scalar<T>(cg_step), std::as_const(w), x);
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Symmlq<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
