// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Units in which a solve can go on: powers of two by which its vectors are multiplied where the
// squares of their elements, or products of them, would overflow or vanish. They round nothing.
#pragma once

#include <cmath>
#include <limits>
#include <memory>

#include "suan/solvers/solver.hpp"

namespace suan::detail {

/// Norms whose exponent is at most this need no other units.
template <Scalar T>
inline constexpr int safe_exponent = std::is_same_v<Real<T>, float> ? 20 : 300;

/// What a run has to reach, and what it started from, in its units: the user's times 2^exponent.
struct Goal {
  int exponent = 0;
  double target = 0;
  double b_norm = 0;
  double start = 0;       ///< the norm of the first residual of the solve
  double floor = 0;       ///< below which a method's own residual says nothing any more
  int attempts = 0;       ///< changes of units so far
  bool measures = false;  ///< the next step is there to learn the gains

  void shift(int by) {
    exponent += by;
    for (double* norm : {&target, &b_norm, &start, &floor}) *norm = std::ldexp(*norm, by);
  }
  /// A norm in the user's units. Where that overflows, the largest number.
  double users(double norm) const {
    const double result = std::ldexp(norm, -exponent);
    return std::isinf(result) && std::isfinite(norm) ? std::numeric_limits<double>::max() : result;
  }
};

inline int exponent_of(double size) { return std::ilogb(size); }

template <Scalar T>
bool is_safe(double size) {
  return std::isfinite(size) && (size == 0 || std::abs(exponent_of(size)) <= safe_exponent<T>);
}

/// The exponent that a residual's norm should have where vectors of solutions are larger by
/// 2^difference: both have to fit, and so have their squares.
template <Scalar T>
int balanced(int difference) {
  constexpr bool is_float = std::is_same_v<Real<T>, float>;
  constexpr int harmless = is_float ? 30 : 200;
  constexpr int most = is_float ? 60 : 430;
  if (std::abs(difference) <= harmless) return 0;
  return std::max(-most, std::min(most, -difference / 2));
}

/// x = 2^exponent x, exact unless elements leave the range.
template <Scalar T>
void multiply_by_power(int exponent, Vector<T>& x);

/// The largest |x_i| of all ranks; infinite where an element is infinite or NaN. One reduction.
template <Scalar T>
double largest(const Vector<T>& x);

/// A system in other units: b' = 2^k b, x' = 2^k x, M' = 2^m M.
template <Scalar T>
class Units {
 public:
  /// Those of the user. Keeps references.
  Units(const Operator<T>& m, const Vector<T>& b, Vector<T>& x) : given_m_(m), given_b_(b), x_(x) {}

  /// Units for elements of about these sizes; x_size is 0 without a guess. Collective, as all that
  /// follow. @throws OutOfMemory on all ranks.
  void choose(double b_size, double x_size);
  /// By how much k has to change for a residual of this size; 0 when it may stay.
  int distance(double residual_norm) const noexcept;
  /// Changes k by that much, and multiplies what there is.
  void shift(int by, Vector<T>& r);
  /// Units in which A M is about 1; returns by how much k has changed.
  int adapt(double residual_norm, double direction_gain, double image_gain, Vector<T>& r);

  int exponent() const noexcept { return exponent_; }
  const Vector<T>& b() const noexcept { return exponent_ == 0 ? given_b_ : b_; }
  const Operator<T>& m() const noexcept { return m_ ? *m_ : given_m_; }

  /// Rounds x to what the user gets. False where an element of that would not be finite.
  bool round_to_users();
  /// x in the user's units again.
  void leave();

 private:
  const Operator<T>& given_m_;
  const Vector<T>& given_b_;
  Vector<T>& x_;
  Vector<T> b_;
  std::unique_ptr<const Operator<T>> m_;
  int exponent_ = 0;
  int m_exponent_ = 0;
  int wanted_ = 0;  // the exponent that residuals should have
};

}  // namespace suan::detail
