// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/verdict_impl.hpp"

namespace suan::detail {

namespace {

constexpr const char* matrix_is_bad = "the matrix is not finite, or its product overflows, at row ";

/// In CG's residual, rounding errors accumulate, on top of those of the last product.
constexpr double rounding_margin = 4;

bool claims(const SolveReport& report) {
  return report.reason == Reason::converged || report.reason == Reason::happy_breakdown;
}

bool is_limit(Reason reason) {
  return reason == Reason::max_iterations || reason == Reason::time_limit ||
         reason == Reason::interrupted;
}

}  // namespace

bool usable(SolveReport& report, double b_norm, GlobalIndex bad_row) {
  report.right_hand_side_norm = b_norm;
  if (bad_row >= 0) {
    report.true_residual_norm = std::numeric_limits<double>::quiet_NaN();
    report.reason = Reason::not_finite;
    report.detail = message("the right-hand side is not finite at row ", bad_row);
    return false;
  }
  if (b_norm == 0) report.reason = Reason::zero_right_hand_side;
  return b_norm != 0;
}

bool to_solve(SolveReport& report, const Goal& goal, double norm,
              const std::function<GlobalIndex()>& guess,
              const std::function<GlobalIndex()>& residual) {
  report.right_hand_side_norm = goal.users(goal.b_norm);
  report.initial_residual_norm = goal.users(norm);
  report.residual_norm = report.true_residual_norm = report.initial_residual_norm;
  report.history.push_back(report.initial_residual_norm);
  if (!std::isfinite(norm)) {
    const GlobalIndex row = guess();
    report.reason = Reason::not_finite;
    report.detail = row >= 0 ? message("the initial guess is not finite at row ", row)
                             : message(matrix_is_bad, residual());
    return false;
  }
  if (norm <= goal.target) report.reason = Reason::exact_initial_guess;
  return norm > goal.target;
}

double iterations_left(std::int64_t iterations, double start, double best, double target) {
  const double fallen = std::log(start / best);
  if (!(fallen > 0)) return std::numeric_limits<double>::infinity();
  return static_cast<double>(iterations) * (std::log(start / target) / fallen - 1);
}

bool asks_for_rounding(const SolveReport& report, const Goal& goal, double norm) {
  return std::isfinite(norm) && norm > goal.target &&
         (claims(report) || report.reason == Reason::stagnated);
}

bool has_to_go_on(SolveReport& report, const Goal& goal, const Verified& verified,
                  std::int64_t max_iterations) {
  const double norm = verified.norm;
  report.true_residual_norm = goal.users(norm);
  if (!std::isfinite(norm)) {
    report.reason = Reason::not_finite;
    report.detail = message(matrix_is_bad, verified.bad_row);
    return false;
  }
  const bool is_claimed = claims(report);
  if (norm <= goal.target) {
    if (!is_claimed) {
      report.reason = Reason::converged;
      report.detail.clear();
    }
    return false;
  }
  // The bound on the rounding errors is seldom reached: while rounds help, another one may.
  const bool may_get_there =
      is_claimed && norm < 0.5 * verified.before && report.iterations < max_iterations;
  if (asks_for_rounding(report, goal, norm) && norm <= rounding_margin * verified.rounding &&
      !may_get_there) {
    const auto precision = message("the rounding errors of ", report.scalar,
                                   ", about eps ||A|| ||x||, leave a residual of ",
                                   report.true_residual_norm, ", ", norm / goal.b_norm, " ||b||");
    // If only the size of x is right, x is not a solution.
    constexpr double most = 1e-2;
    const bool is_solved = verified.default_in_float && norm <= most * goal.b_norm;
    report.reason = is_solved ? Reason::converged : Reason::stagnated;
    report.detail = precision + (is_solved ? "; with the default tolerance that counts as solved"
                                           : "; no smaller tolerance can be reached");
    report.attainable_residual_norm = report.true_residual_norm;
    return false;
  }
  if (!is_claimed) return false;
  if (!(norm < 0.5 * verified.before)) {
    report.reason = Reason::stagnated;
    report.detail =
        message("the method's own residual fell to ", report.residual_norm,
                ", but the recomputed one is ", report.true_residual_norm, ", ", norm / goal.b_norm,
                " ||b||, above the target ", goal.users(goal.target));
    return false;
  }
  if (report.iterations >= max_iterations) {
    report.reason = Reason::max_iterations;
    return false;
  }
  return true;
}

bool guess_is_better(SolveReport& report, bool residual_may_grow,
                     const std::function<bool()>& less_energy) {
  if (report.converged() || report.true_residual_norm <= report.initial_residual_norm) return false;
  if (is_limit(report.reason) && residual_may_grow && less_energy()) return false;
  report.detail +=
      message(report.detail.empty() ? "" : "; ", "the residual was ", report.true_residual_norm,
              " then: x is the initial guess, whose ", "residual is smaller");
  report.true_residual_norm = report.initial_residual_norm;
  return true;
}

}  // namespace suan::detail
