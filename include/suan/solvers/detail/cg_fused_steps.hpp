// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What forms of conjugate gradients with one reduction have in common: the numbers that are summed
// together, and the coefficients from them.
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "suan/solvers/detail/lanczos.hpp"

namespace suan::detail {

/// ||r||^2, r^H u and u^H w, with u = M r and w = A u, as numbers to be summed over ranks.
template <Scalar T>
struct FusedSums {
  using Number = kernels::WideReal<T>;
  std::array<Number, 5> all = {};

  FusedSums() = default;
  /// This rank's part.
  FusedSums(const Vector<T>& r, const Vector<T>& u, const Vector<T>& w) {
    const auto own = kernels::three_products<T>(ExecutionSpace(), r.view(), u.view(), w.view());
    all = {own.rr, real_part(own.ru), real_part(own.uw), 0, 0};
    if constexpr (is_complex<T>) {
      all[3] = own.ru.imag();
      all[4] = own.uw.imag();
    }
  }
  /// Those of all ranks. Collective.
  void sum(const Communicator& comm) { comm.sum(std::span<Number>(all)); }
  Number rr() const { return all[0]; }
  Number gamma() const { return all[1]; }
  Number delta() const { return all[2]; }
};

/// The coefficients of one iteration.
template <Scalar T>
struct FusedStep {
  using Number = kernels::WideReal<T>;
  Number gamma = 0;
  Number beta = 0;
  Number p_a_p = 0;
  Number alpha = 0;

  /// Those of the next iteration. False when the run has ended; if numbers `may_be_worn`, a gamma
  /// that is not positive does not end it.
  template <class Run>
  bool next(Run& run, const FusedSums<T>& sums, bool is_first, bool may_be_worn = false) {
    const Number gamma_before = gamma;
    gamma = sums.gamma();
    if (!std::isfinite(sums.delta())) {
      run.end(Reason::not_finite, "the product of the matrix and a residual is not finite");
      return false;
    }
    if (!(may_be_worn && gamma <= 0) && !positive(run, gamma)) return false;
    beta = is_first ? Number(0) : gamma / gamma_before;
    // p^H A p for p = u + beta p: the directions are conjugate.
    p_a_p = is_first ? sums.delta() : sums.delta() - beta * gamma / alpha;
    return true;
  }
};

/// Whether p^H A p as FusedStep has it is a difference of nearly equal numbers, or less than that.
template <Scalar T>
bool has_cancelled(const FusedStep<T>& step, const FusedSums<T>& sums) {
  const double small = std::sqrt(static_cast<double>(std::numeric_limits<Real<T>>::epsilon()));
  return !(static_cast<double>(step.p_a_p) > small * static_cast<double>(sums.delta()));
}

/// p'^H A p' for p' = u + beta p, with s = A p, without the assumption that these are conjugate.
/// Collective.
template <Scalar T>
double product_with_direction(const FusedSums<T>& sums, kernels::WideReal<T> beta,
                              const Vector<T>& u, const Vector<T>& p, const Vector<T>& s) {
  return static_cast<double>(sums.delta() + 2 * beta * real_part(wide_dot(u, s)) +
                             beta * beta * real_part(wide_dot(p, s)));
}

/// Checks of the first step, with u = M r and w = A u: false when the run has ended or must start
/// again. Collective.
template <Scalar T, class Run>
bool may_begin_fused(Run& run, const Vector<T>& r, const Vector<T>& u, const Vector<T>& w,
                     const FusedSums<T>& sums) {
  if (changes_units(run, r, u, w)) return false;
  if constexpr (is_complex<T>) {
    const double norms = static_cast<double>(norm2(u)) * static_cast<double>(norm2(w));
    if (std::abs(static_cast<double>(sums.all[4])) > asymmetry_tolerance<T> * norms) {
      run.end(Reason::indefinite_matrix,
              message("u^H A u has the imaginary part ", sums.all[4], ": A is not Hermitian"));
      return false;
    }
    const T rho = scalar_cast<T>(kernels::SumOf<T>(sums.all[1], sums.all[3]));
    if (is_not_hermitian(rho, r, u)) {
      end_not_hermitian(run, rho);
      return false;
    }
  }
  return true;
}

}  // namespace suan::detail
