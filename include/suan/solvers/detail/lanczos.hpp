// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The process of Lanczos with a preconditioner, on which MINRES, SYMMLQ and bounds of spectra rest.
// C. Lanczos, "An iteration method for the solution of the eigenvalue problem of linear
// differential and integral operators", J. Res. Nat. Bur. Standards 45 (1950), 255-282.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/symmetric_updates.hpp"
#include "suan/solvers/detail/cg_steps.hpp"
#include "suan/solvers/detail/least_squares.hpp"

namespace suan::detail {

/// x^H y in the type of sums. Collective.
template <Scalar T>
kernels::SumOf<T> wide_dot(const Vector<T>& x, const Vector<T>& y) {
  return x.layout().comm().sum(kernels::dot<T>(ExecutionSpace(), x.view(), y.view()));
}

template <Scalar T>
T real_scalar(kernels::WideReal<T> x) {
  return static_cast<T>(static_cast<Real<T>>(x));
}

/// Deviations from symmetry, relative to the norm of A M, that exceed rounding.
template <Scalar T>
inline constexpr double asymmetry_tolerance = std::is_same_v<Real<T>, float> ? 1e-3 : 1e-6;

/// For the first step of a run, with the residual r, z = M r and q = A z: whether the method must
/// return, to start again in other units. Collective.
template <Scalar T, class Run>
bool changes_units(Run& run, const Vector<T>& r, const Vector<T>& z, const Vector<T>& q) {
  const auto r_norm = static_cast<double>(norm2(r));
  const auto z_norm = run.m.access().is_identity() ? r_norm : static_cast<double>(norm2(z));
  const auto q_norm = static_cast<double>(norm2(q));
  // What is squared later: without M also A r, and that of a unit vector.
  const bool leaves = run.m.access().is_identity()
                          ? run.leaves_range(q_norm * q_norm, (q_norm / r_norm) * (q_norm / r_norm))
                          : run.leaves_range(r_norm * z_norm, z_norm * q_norm);
  return leaves && run.rescale(z_norm / r_norm, q_norm / r_norm);
}

/// Vectors v_1, v_2, ... with v_j^H M v_k = 0, and the tridiagonal matrix with alpha() on its
/// diagonal and beta() beside it, the entries of A in the basis M v_j / beta_j. Here beta_j^2 is
/// v_j^H M v_j.
///
/// Steps are multiply(), advance(), use of the results, shift(). All but the last are collective,
/// and false when the run has ended or must start again. Without M, z is v.
template <Scalar T, class Run>
class Lanczos {
 public:
  using Number = kernels::WideReal<T>;

  /// Begins with v. Keeps references to all; z is null without M.
  Lanczos(Run& run, Vector<T>& v, Vector<T>& u, Vector<T>& q, Vector<T>* z)
      : run_(run), v_(&v), u_(&u), q_(&q), z_(z) {
    if (z_ != nullptr) run.m.apply(*v_, *z_);
    vv_ = real_part(wide_dot(*v_, *v_));
    rho_ = z_ == nullptr ? kernels::SumOf<T>(vv_) : wide_dot(*v_, *z_);
  }

  /// q = A z, and alpha().
  bool multiply();
  /// The next vector, and next_beta(), which is zero if the space is invariant.
  bool advance();
  void shift();
  /// In the second step, after multiply(): whether A is Hermitian, of which `first` times `scale`,
  /// the first z of norm one, shows something.
  bool is_symmetric(const Vector<T>& first, Number scale);

  Number alpha() const { return alpha_; }
  Number beta() const { return beta_; }
  Number next_beta() const { return next_beta_; }
  /// About the norm of A M: the largest entry so far.
  Number size() const { return size_; }
  /// Not normalised: M v_j, and after advance() v_(j + 1).
  const Vector<T>& z() const { return z_ == nullptr ? *v_ : *z_; }
  const Vector<T>& next() const { return *u_; }
  /// Of v_j and v_(j + 1), without M: their squares and the real part of their product.
  Number squares() const { return vv_; }
  Number next_squares() const { return uu_; }
  Number product() const { return vu_; }

 private:
  bool may_begin();
  Run& run_;
  Vector<T>* v_;
  Vector<T>* u_;  // v_(j - 1), then v_(j + 1)
  Vector<T>* q_;  // A z, then the next z
  Vector<T>* z_;
  bool is_first_ = true;
  kernels::SumOf<T> rho_{};
  Number alpha_ = 0, imaginary_ = 0, beta_before_ = 0, beta_ = 0, next_beta_ = 0, size_ = 0;
  Number vv_ = 0, uu_ = 0, vu_ = 0;
};

template <Scalar T, class Run>
bool Lanczos<T, Run>::may_begin() {
  if (changes_units(run_, *v_, z(), *q_)) return false;
  const T rho = scalar_cast<T>(rho_);
  if (is_not_hermitian(rho, *v_, z())) {
    end_not_hermitian(run_, rho);
    return false;
  }
  if (!positive(run_, real_part(rho_))) return false;
  beta_ = std::sqrt(real_part(rho_));
  return true;
}

template <Scalar T, class Run>
bool Lanczos<T, Run>::multiply() {
  const T z_a_z = run_.a.apply_dot(z(), *q_);
  if (is_first_ && !may_begin()) return false;
  if (!std::isfinite(real_part(z_a_z))) {
    run_.end(Reason::not_finite, "the product of the matrix and a Lanczos vector is not finite");
    return false;
  }
  alpha_ = Number(real_part(z_a_z)) / (beta_ * beta_);
  if constexpr (is_complex<T>) imaginary_ = Number(z_a_z.imag()) / (beta_ * beta_);
  return true;
}

template <Scalar T, class Run>
bool Lanczos<T, Run>::advance() {
  const auto sums = kernels::lanczos_vector<T>(
      ExecutionSpace(), real_scalar<T>(1 / beta_), std::as_const(*q_).view(),
      real_scalar<T>(-alpha_ / beta_), std::as_const(*v_).view(),
      is_first_ ? T(0) : real_scalar<T>(-beta_ / beta_before_), u_->view());
  kernels::SumOf<T> own(sums.uu);
  if (z_ != nullptr) {
    run_.m.apply(*u_, *q_);
    own = kernels::dot<T>(ExecutionSpace(), std::as_const(*u_).view(), std::as_const(*q_).view());
  }
  std::array<Number, 4> all = {sums.uu, sums.vu, real_part(own), 0};
  if constexpr (is_complex<T>) all[3] = own.imag();
  run_.a.comm().sum(std::span<Number>(all));
  uu_ = all[0];
  vu_ = all[1];
  if constexpr (is_complex<T>) {
    rho_ = kernels::SumOf<T>(all[2], all[3]);
  } else {
    rho_ = all[2];
  }
  const Number rho = all[2];
  if (!std::isfinite(rho) || !std::isfinite(uu_)) {
    run_.end(Reason::not_finite, "a Lanczos vector is not finite");
    return false;
  }
  // What is left of a vector in an invariant space is rounding.
  constexpr Number eps = std::numeric_limits<Real<T>>::epsilon();
  const Number scale = std::max(std::abs(alpha_), is_first_ ? Number(0) : beta_);
  const bool is_rounding = !(std::sqrt(uu_) > 10 * eps * scale * std::sqrt(vv_) / beta_);
  if (z_ != nullptr && !is_rounding) {
    const T narrow = scalar_cast<T>(rho_);
    if (is_not_hermitian(narrow, *u_, *q_)) {
      end_not_hermitian(run_, narrow);
      return false;
    }
    if (rho <= 0) {
      run_.end(Reason::indefinite_preconditioner,
               message("v^H M v = ", rho, " for a Lanczos vector v"));
      return false;
    }
  }
  next_beta_ = rho > 0 ? std::sqrt(rho) : 0;
  size_ = std::max({size_, scale, next_beta_});
  if (std::abs(imaginary_) > Number(asymmetry_tolerance<T>) * size_) {
    run_.end(Reason::indefinite_matrix,
             message("z^H A z = ", alpha_, imaginary_ < 0 ? " - " : " + ", std::abs(imaginary_),
                     "i for a vector z: A is not Hermitian"));
    return false;
  }
  return true;
}

template <Scalar T, class Run>
void Lanczos<T, Run>::shift() {
  std::swap(v_, u_);
  if (z_ != nullptr) std::swap(z_, q_);
  beta_before_ = beta_;
  beta_ = next_beta_;
  vv_ = uu_;
  is_first_ = false;
}

template <Scalar T, class Run>
bool Lanczos<T, Run>::is_symmetric(const Vector<T>& first, Number scale) {
  const auto entry = wide_dot(first, std::as_const(*q_)) * (scale / beta_);
  // Where little is left of the second vector, it consists of rounding errors.
  const Number difference = magnitude(entry - kernels::SumOf<T>(beta_)) * beta_;
  if (!(difference > Number(asymmetry_tolerance<T>) * size_ * size_)) return true;
  run_.end(Reason::indefinite_matrix,
           message("two mirrored entries of A in the basis of Lanczos are ", beta_, " and ",
                   real_part(entry), ": A or M is not Hermitian"));
  return false;
}

}  // namespace suan::detail
