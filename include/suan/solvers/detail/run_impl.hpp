// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a method reports its iterations, and what ends them.
#pragma once

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/solvers/solver.hpp"

namespace suan {

template <Scalar T>
Solver<T>::Run::Run(const Operator<T>& matrix, const Operator<T>& preconditioner,
                    const Solver& solver, const EventLog& log, const detail::SolveClock& clock,
                    const detail::Goal& goal, SolveReport& report, detail::Workspace<T>& workspace,
                    bool speaks)
    : a(matrix),
      m(preconditioner),
      options_(solver.options_),
      log_(log),
      clock_(clock),
      goal_(goal),
      report_(report),
      workspace_(workspace),
      speaks_(speaks),
      best_(goal.start) {}

template <Scalar T>
std::span<Vector<T>> Solver<T>::Run::vectors(std::size_t count) {
  return workspace_.vectors(detail::Workspace<T>::method, a.row_layout(), count);
}

template <Scalar T>
double Solver<T>::Run::target() const noexcept {
  return goal_.users(goal_.target);
}

template <Scalar T>
double Solver<T>::Run::in_users_units(double norm) const noexcept {
  return goal_.users(norm);
}

template <Scalar T>
int Solver<T>::Run::preconditioner_exponent() const noexcept {
  return goal_.m_exponent;
}

template <Scalar T>
void Solver<T>::Run::end(Reason reason, std::string detail) {
  report_.reason = reason;
  report_.detail = std::move(detail);
}

template <Scalar T>
bool Solver<T>::Run::finished(double residual_norm) {
  ++report_.iterations;
  report_.residual_norm = goal_.users(residual_norm);
  report_.history.push_back(report_.residual_norm);
  try {
    if (speaks_) log_.iteration_finished(report_.iterations, report_.residual_norm);
  } catch (...) {
    detail::settle(std::current_exception());  // a logger may throw on one rank, too
  }
  if (!std::isfinite(residual_norm)) {
    end(Reason::not_finite,
        message("the residual of iteration ", report_.iterations, " is not finite"));
    return true;
  }
  if (residual_norm <= std::max(goal_.target, goal_.floor)) {
    end(Reason::converged);
    return true;
  }
  if (residual_norm > options_.dtol * std::max(goal_.b_norm, goal_.start)) {
    end(Reason::diverged, message("the residual grew to ", report_.residual_norm, " from ",
                                  report_.initial_residual_norm));
    return true;
  }
  best_ = std::min(best_, residual_norm);
  if (report_.iterations == clock_.patience && best_ > 0.5 * goal_.start) {
    end(Reason::stagnated, message("after ", report_.iterations,
                                   " iterations the residual has not fallen to half of its start"));
    return true;
  }
  // At the limit of iterations, that is the reason.
  if (report_.iterations == clock_.trial &&
      clock_.iterations + report_.iterations < options_.max_iterations) {
    const double target = std::max(goal_.target, goal_.floor);
    const double left = detail::iterations_left(report_.iterations, goal_.start, best_, target);
    if (left > clock_.most_left) {
      end(Reason::stagnated, message("after ", report_.iterations, " iterations about ", left,
                                     " more are to be expected"));
      return true;
    }
  }
  return false;
}

template <Scalar T>
void Solver<T>::Run::advanced() {
  ++report_.iterations;
  report_.history.push_back(report_.residual_norm);
  try {
    if (speaks_) log_.iteration_finished(report_.iterations, report_.residual_norm);
  } catch (...) {
    detail::settle(std::current_exception());
  }
}

template <Scalar T>
bool Solver<T>::Run::iterations_used_up() {
  if (clock_.iterations + report_.iterations < options_.max_iterations) return false;
  end(Reason::max_iterations);
  return true;
}

template <Scalar T>
std::optional<Reason> Solver<T>::Run::reason_to_stop() const {
  const bool asks = log_.may_stop();
  if (options_.time_limit <= 0 && !asks) return {};
  constexpr std::int64_t late = 1;
  constexpr std::int64_t asked = 2;
  std::int64_t mine = 0;
  if (options_.time_limit > 0 && clock_.seconds() >= options_.time_limit) mine = late;
  try {
    if (asks && log_.stop_requested()) mine = asked;
  } catch (...) {
    detail::settle(std::current_exception());  // on one rank, while the others go on to the maximum
  }
  const std::int64_t all = a.comm().max(mine);
  if (all == 0) return {};
  return all == asked ? Reason::interrupted : Reason::time_limit;
}

template <Scalar T>
bool Solver<T>::Run::limit_reached() {
  if (iterations_used_up()) return true;
  const auto reason = reason_to_stop();
  if (reason) end(*reason);
  return reason.has_value();
}

template <Scalar T>
bool Solver<T>::Run::leaves_range(double first, double second) const noexcept {
  if (goal_.measures) return true;
  constexpr int limit = std::is_same_v<Real<T>, float> ? 60 : 800;
  const auto leaves = [](double x) {
    return x == 0 || !std::isfinite(x) || std::abs(detail::exponent_of(x)) > limit;
  };
  return leaves(first) || leaves(second);
}

template <Scalar T>
bool Solver<T>::Run::rescale(double direction_gain, double image_gain) {
  constexpr int most_attempts = 3;
  if (goal_.attempts >= most_attempts) return false;
  if (direction_gain == 0) return false;
  const bool is_known =
      std::isfinite(direction_gain) && std::isfinite(image_gain) && image_gain > 0;
  if (!is_known && goal_.attempts > 0) return false;
  direction_gain_ = direction_gain;
  image_gain_ = image_gain;
  rescales_ = true;
  return true;
}

// The members of Solver are instantiated in solver.cpp; a nested class is not among them.
#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Solver<T>::Run;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
