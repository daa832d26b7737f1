// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Units in which a solve can continue: powers of two by which its vectors are multiplied if the
// squares or products of their elements would overflow or underflow. They round nothing.
#pragma once

#include <cmath>
#include <limits>
#include <memory>

#include "suan/solvers/solver.hpp"
#include "suan/vector/detail/powers_of_two.hpp"

namespace suan::detail {

/// Norms whose exponent is at most this need no other units.
template <Scalar T>
inline constexpr int safe_exponent = std::is_same_v<Real<T>, float> ? 20 : 300;

/// The target and the start of a run, in its units: the user's times 2^exponent.
struct Goal {
  int exponent = 0;
  double target = 0;
  double b_norm = 0;
  double start = 0;       ///< the norm of the first residual of the solve
  double floor = 0;       ///< below which a method's own residual means nothing
  int attempts = 0;       ///< changes of units so far
  bool measures = false;  ///< the next step only measures the gains
  int m_exponent = 0;     ///< M is the user's times 2^m_exponent

  void shift(int by) {
    exponent += by;
    for (double* norm : {&target, &b_norm, &start, &floor}) *norm = std::ldexp(*norm, by);
  }
  /// A norm in the user's units; the largest number if that overflows.
  double users(double norm) const {
    const double result = std::ldexp(norm, -exponent);
    return std::isinf(result) && std::isfinite(norm) ? std::numeric_limits<double>::max() : result;
  }
};

template <Scalar T>
bool is_safe(double size) {
  return std::isfinite(size) && (size == 0 || std::abs(exponent_of(size)) <= safe_exponent<T>);
}

/// The exponent that a residual's norm should have if solutions are larger by 2^difference: both,
/// and their squares, must be in range.
template <Scalar T>
int balanced(int difference) {
  constexpr bool is_float = std::is_same_v<Real<T>, float>;
  constexpr int harmless = is_float ? 30 : 200;
  constexpr int most = is_float ? 60 : 430;
  if (std::abs(difference) <= harmless) return 0;
  return std::max(-most, std::min(most, -difference / 2));
}

/// A system in other units: b' = 2^k b, x' = 2^k x, M' = 2^m M.
template <Scalar T>
class Units {
 public:
  /// Those of the user. Keeps references.
  Units(const Operator<T>& m, const Vector<T>& b, Vector<T>& x) : given_m_(m), given_b_(b), x_(x) {}

  /// Units for elements of about these sizes; x_size is 0 without a guess. Collective, like all
  /// members below. @throws OutOfMemory on all ranks.
  void choose(double b_size, double x_size);
  /// By how much k must change for a residual of this size; 0 if it need not.
  int distance(double residual_norm) const noexcept;
  /// Changes k by that much, and multiplies the vectors accordingly.
  void shift(int by, Vector<T>& r);
  /// Answers a run that requested other units, given ||r||, ||M r|| / ||r|| and ||A M r|| / ||r||:
  /// changes to units in which A M is about 1. If a gain is unknown because it overflowed or
  /// underflowed, only r changes, and the next run must measure again. Returns the change of k,
  /// and changes the goal with it.
  int respond(double residual_norm, double direction_gain, double image_gain, Goal& goal,
              Vector<T>& r);

  int exponent() const noexcept { return exponent_; }
  const Vector<T>& b() const noexcept { return exponent_ == 0 ? given_b_ : b_; }
  const Operator<T>& m() const noexcept { return m_ ? *m_ : given_m_; }

  /// Rounds x as the user's units will. False if an element would then not be finite.
  bool round_to_users();
  /// Returns x to the user's units.
  void leave();

 private:
  const Operator<T>& given_m_;
  const Vector<T>& given_b_;
  Vector<T>& x_;
  Vector<T> b_;
  std::unique_ptr<const Operator<T>> m_;
  int exponent_ = 0;
  int m_exponent_ = 0;
  int wanted_ = 0;     // the exponent that residuals should have
  int measuring_ = 0;  // r alone is also multiplied by 2^measuring_
  int adapt(double residual_norm, double direction_gain, double image_gain, Vector<T>& r);
};

}  // namespace suan::detail
