// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The steps around every method: checks of b and the initial guess before it, the recomputed
// residual after it.
#pragma once

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/argument_checks.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/solvers/solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace detail {

/// r = b - A x, and its norm; without a product if x is zero. Collective.
template <Scalar T>
double first_residual(const Operator<T>& a, const Vector<T>& b, double b_norm, const Vector<T>& x,
                      bool is_zero, Vector<T>& r) {
  if (!is_zero) return static_cast<double>(a.residual(b, x, r));
  copy(b, r);
  return b_norm;
}

}  // namespace detail

template <Scalar T>
void Solver<T>::run_and_verify(const detail::SolveClock& clock, const Operator<T>& a,
                               const Operator<T>& m, const Vector<T>& b, Vector<T>& x,
                               SolveReport& report) {
  const double guess_size = detail::largest(x);
  const bool from_zero = guess_size == 0;
  together(a.comm(), [&] { detail::require_distinct_here(b, x); });
  const typename detail::KeptWorkspace<T>::Loan workspace(workspace_);
  const auto kept = workspace->vectors(detail::Workspace<T>::frame, b.layout(), from_zero ? 1 : 2);
  Vector<T>& r = kept[0];
  Vector<T>* const guess = from_zero ? nullptr : &kept[1];
  if (guess != nullptr) copy(x, *guess);
  const auto given_norm = static_cast<double>(norm2(b));
  const GlobalIndex bad_row = std::isfinite(given_norm) ? -1 : first_not_finite(b);
  if (!detail::usable(report, given_norm, bad_row)) {
    if (bad_row < 0) fill(x, T(0));
    return;
  }

  detail::Units<T> units(m, b, x);
  // The norm of finite elements may overflow.
  units.choose(std::isfinite(given_norm) ? given_norm : detail::largest(b), guess_size);
  double b_norm = units.exponent() == 0 ? given_norm : static_cast<double>(norm2(units.b()));
  double norm = detail::first_residual(a, units.b(), b_norm, x, from_zero, r);
  if (const int by = units.distance(std::max(b_norm, norm)); by != 0) {
    units.shift(by, r);
    b_norm = std::ldexp(b_norm, by);
    norm = std::ldexp(norm, by);
  }
  auto aim = goal(b_norm, norm, units.exponent());
  const bool starts = detail::to_solve(
      report, aim, norm, [&] { return first_not_finite(x); }, [&] { return first_not_finite(r); });
  if (std::isfinite(norm)) {
    log_.solve_started(name(), aim.users(norm), aim.users(aim.target));
  }
  if (!starts) {
    units.leave();
    return;
  }
  detail::Verified verified;
  verified.default_in_float = options_.rtol != relative_tolerance<T>(options_);
  do {
    verified.before = norm;
    while (true) {
      Run run(a, units.m(), *this, log_, clock, aim, report, *workspace, true);
      iterate(run, units.b(), x, r);
      if (!run.rescales()) break;
      const int by = units.respond(verified.before, run.direction_gain(), run.image_gain(), aim, r);
      verified.before = std::ldexp(verified.before, by);
    }
    if (!units.round_to_users()) {
      report.reason = Reason::not_finite;
      report.detail = message("the solution is beyond the range of ", report.scalar);
      report.true_residual_norm = std::numeric_limits<double>::quiet_NaN();
      break;
    }
    norm = static_cast<double>(a.residual(units.b(), x, r));
    verified.norm = norm;
    verified.bad_row = std::isfinite(norm) ? -1 : first_not_finite(r);
    verified.rounding =
        detail::asks_for_rounding(report, aim, norm) ? detail::rounding_errors<T>(a, r, x) : 0;
  } while (detail::has_to_go_on(report, aim, verified, options_.max_iterations - clock.iterations));
  const auto less_energy = [&] {
    Vector<T> scaled;
    if (guess != nullptr) together(a.comm(), [&] { scaled = *guess; });
    detail::multiply_by_power(units.exponent(), scaled);
    return detail::has_less_energy<T>(a, units.b(), scaled, x, r);
  };
  if (detail::guess_is_better(report, residual_may_grow(), less_energy)) {
    if (guess == nullptr) {
      fill(x, T(0));
    } else {
      copy(*guess, x);
    }
  } else {
    units.leave();
  }
}

#define SUAN_INSTANTIATE(T)                                                                      \
  SUAN_TEMPLATE void Solver<T>::run_and_verify(const detail::SolveClock&, const Operator<T>&,    \
                                               const Operator<T>&, const Vector<T>&, Vector<T>&, \
                                               SolveReport&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
