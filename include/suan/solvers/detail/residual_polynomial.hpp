// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The small problem of one cycle of BiCGStab(l).
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "suan/solvers/detail/least_squares.hpp"

namespace suan::detail {

/// At least so much of the component of one residual along the other is taken: a step that
/// minimises the residual where both are nearly orthogonal ruins the inner products to come.
inline constexpr double least_cosine = 0.7;

/// The factor of t in r - omega t: that of the least norm, or a larger one where t is nearly
/// orthogonal to r. Given t^H r and both norms, that of t not zero.
template <Scalar S>
S safe_omega(const S& t_r, Real<S> t_norm, Real<S> r_norm) {
  const Real<S> size = magnitude(t_r);
  const S phase = size > 0 ? t_r / S(size) : S(1);
  const Real<S> cosine = size > 0 ? size / t_norm / r_norm : Real<S>(0);
  return phase * S(std::max(cosine, Real<S>(least_cosine)) * (r_norm / t_norm));
}

/// Finds c_1 ... c_l for the residual r_0 - c_1 r_1 - ... - c_l r_l, from the inner products
/// r_i^H r_j: the convex combination of the residuals of least norm and of an orthogonality
/// condition (G. L. G. Sleijpen and H. A. van der Vorst, Numer. Algorithms 10 (1995), 203-223).
template <Scalar S>
class ResidualPolynomial {
  using Real = suan::Real<S>;

 public:
  explicit ResidualPolynomial(std::size_t degree)
      : degree_(degree),
        gram_((degree + 1) * (degree + 1)),
        factor_(gram_.size()),
        first_(degree + 1),
        last_(degree + 1) {}

  std::size_t degree() const noexcept { return degree_; }
  /// r_i^H r_j, in one array; the caller fills those with i <= j.
  S& gram(std::size_t i, std::size_t j) { return gram_[i * (degree_ + 1) + j]; }
  std::span<S> all() { return gram_; }

  /// c_1 ... c_l, until the next call; the last is zero if r_l depends on the others.
  std::span<const S> solve() {
    for (std::size_t i = 0; i <= degree_; ++i) {
      for (std::size_t j = 0; j < i; ++j) gram(i, j) = conjugate(gram(j, i));
    }
    factorise();
    // What is left of r_0 and of r_l without their components along r_1 ... r_(l-1).
    project(0, first_);
    project(degree_, last_);
    const Real first_norm = std::sqrt(std::max(Real(0), real_part(product(first_, first_))));
    const Real last_squares = real_part(product(last_, last_));
    const Real all_of_last = real_part(gram(degree_, degree_));
    S omega(0);
    if (last_squares > 10 * std::numeric_limits<Real>::epsilon() * all_of_last && first_norm > 0) {
      omega = safe_omega<S>(product(last_, first_), std::sqrt(last_squares), first_norm);
    }
    for (std::size_t i = 0; i <= degree_; ++i) first_[i] -= omega * last_[i];
    for (S& c : first_) c = -c;
    return {first_.data() + 1, degree_};
  }

 private:
  /// The Cholesky factor of the part for r_1 ... r_(l-1). What depends on those before it has a
  /// zero on the diagonal.
  void factorise() {
    for (std::size_t j = 1; j < degree_; ++j) {
      Real pivot = real_part(gram(j, j));
      for (std::size_t k = 1; k < j; ++k) pivot -= abs_squared(factor(j, k));
      const bool is_independent =
          pivot > 10 * std::numeric_limits<Real>::epsilon() * real_part(gram(j, j));
      factor(j, j) = is_independent ? S(std::sqrt(pivot)) : S(0);
      for (std::size_t i = j + 1; i < degree_; ++i) {
        S sum = gram(i, j);
        for (std::size_t k = 1; k < j; ++k) sum -= factor(i, k) * conjugate(factor(j, k));
        factor(i, j) = is_independent ? sum / factor(j, j) : S(0);
      }
    }
  }
  /// The coefficients of r_of minus its projection.
  void project(std::size_t of, std::vector<S>& y) {
    std::fill(y.begin(), y.end(), S(0));
    for (std::size_t i = 1; i < degree_; ++i) {
      y[i] = gram(i, of);
      for (std::size_t k = 1; k < i; ++k) y[i] -= factor(i, k) * y[k];
      y[i] = factor(i, i) == S(0) ? S(0) : y[i] / factor(i, i);
    }
    for (std::size_t i = degree_; i-- > 1;) {
      for (std::size_t k = i + 1; k < degree_; ++k) y[i] -= conjugate(factor(k, i)) * y[k];
      y[i] = factor(i, i) == S(0) ? S(0) : y[i] / factor(i, i);
    }
    for (S& c : y) c = -c;
    y[of] = S(1);
  }
  /// The inner product of two combinations of the residuals.
  S product(const std::vector<S>& y, const std::vector<S>& z) {
    S sum(0);
    for (std::size_t i = 0; i <= degree_; ++i) {
      for (std::size_t j = 0; j <= degree_; ++j) sum += conjugate(y[i]) * gram(i, j) * z[j];
    }
    return sum;
  }
  S& factor(std::size_t i, std::size_t j) { return factor_[i * (degree_ + 1) + j]; }

  std::size_t degree_;
  std::vector<S> gram_;
  std::vector<S> factor_;
  std::vector<S> first_;
  std::vector<S> last_;
};

}  // namespace suan::detail
