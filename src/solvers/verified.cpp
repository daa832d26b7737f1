// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What surrounds every method: the looks at b and at the initial guess before, the recomputed
// residual afterwards.
#include <algorithm>
#include <cmath>

#include "suan/kernels/columns.hpp"
#include "suan/solvers/solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// Whether there is a b to solve for; else the reason is noted. first_bad() is the first row in
/// which b is not finite.
template <class FirstBad>
bool usable(SolveReport& report, double b_norm, const FirstBad& first_bad) {
  report.right_hand_side_norm = b_norm;
  if (!std::isfinite(b_norm)) {
    report.true_residual_norm = std::numeric_limits<double>::quiet_NaN();
    report.reason = Reason::not_finite;
    report.detail = message("the right-hand side is not finite at row ", first_bad());
    return false;
  }
  if (b_norm == 0) report.reason = Reason::zero_right_hand_side;
  return b_norm != 0;
}

/// Whether a method has to start from a residual of this norm; else the reason is noted. Where it
/// is not finite, guess() and residual() are the first bad rows of x, or -1, and of the residual.
template <class Guess, class Residual>
bool to_solve(SolveReport& report, double norm, double target, const Guess& guess,
              const Residual& residual) {
  report.initial_residual_norm = report.residual_norm = report.true_residual_norm = norm;
  report.history.push_back(norm);
  if (!std::isfinite(norm)) {
    const GlobalIndex row = guess();
    report.reason = Reason::not_finite;
    report.detail =
        row >= 0
            ? message("the initial guess is not finite at row ", row)
            : message("the matrix is not finite, or its product overflows, at row ", residual());
    return false;
  }
  if (norm <= target) report.reason = Reason::exact_initial_guess;
  return norm > target;
}

/// Whether the method has to go on, because its own residual, which it says is small enough, has
/// drifted from the recomputed one of this norm; else the reason is right. `before` is the norm
/// from which it started: going on has to help.
bool has_to_go_on(SolveReport& report, double before, double norm, double target,
                  std::int64_t max_iterations) {
  report.true_residual_norm = norm;
  const bool claims =
      report.reason == Reason::converged || report.reason == Reason::happy_breakdown;
  if (!claims) {
    if (norm <= target) report.reason = Reason::converged;
    return false;
  }
  if (norm <= target) return false;
  if (!(norm < 0.5 * before)) {
    report.detail = message("the method's own residual fell to ", report.residual_norm,
                            ", but the recomputed one is ", norm, ", above the target ", target);
    report.reason = Reason::stagnated;
    return false;
  }
  if (report.iterations >= max_iterations) {
    report.reason = Reason::max_iterations;
    return false;
  }
  return true;
}

/// R = B - A X; the norm of each vector.
template <Scalar T>
std::vector<double> residuals(const Operator<T>& a, const MultiVector<T>& b,
                              const MultiVector<T>& x, MultiVector<T>& r) {
  r = b;
  a.apply(T(-1), x, T(1), r);
  const auto norms = norm2(r);
  return {norms.begin(), norms.end()};
}

}  // namespace

template <Scalar T>
void Solver<T>::run_and_verify(const detail::SolveClock& clock, const Operator<T>& a,
                               const Operator<T>& m, const Vector<T>& b, Vector<T>& x,
                               SolveReport& report) {
  const double b_norm = norm2(b);
  if (!usable(report, b_norm, [&] { return first_not_finite(b); })) {
    if (b_norm == 0) fill(x, T(0));
    return;
  }
  const double target = std::max(options_.rtol * b_norm, options_.atol);
  Vector<T> r(b.layout());
  double norm = a.residual(b, x, r);
  const bool starts = to_solve(
      report, norm, target, [&] { return first_not_finite(x); },
      [&] { return first_not_finite(r); });
  if (std::isfinite(norm)) log_.solve_started(name(), norm, target);
  if (!starts) return;
  double before = norm;
  do {
    Run run(a, m, *this, clock, report, target, true);
    iterate(run, b, x, r);
    before = norm;
    norm = a.residual(b, x, r);
  } while (has_to_go_on(report, before, norm, target, options_.max_iterations));
}

template <Scalar T>
void Solver<T>::run_and_verify(const detail::SolveClock& clock, const Operator<T>& a,
                               const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x,
                               std::vector<SolveReport>& reports) {
  const auto at = [](LocalIndex j) { return static_cast<std::size_t>(j); };
  const auto b_norms = norm2(b);
  std::vector<LocalIndex> usable_ones;
  std::vector<double> targets(reports.size());
  for (LocalIndex j = 0; j < b.columns(); ++j) {
    targets[at(j)] = std::max(options_.rtol * b_norms[at(j)], options_.atol);
    if (usable(reports[at(j)], b_norms[at(j)], [&] { return first_not_finite(b.column(j)); })) {
      usable_ones.push_back(j);
    } else if (b_norms[at(j)] == 0) {
      kernels::clear_column<T>(ExecutionSpace(), x.view(), at(j));
    }
  }
  MultiVector<T> r(b.layout(), b.columns());
  auto norms = residuals(a, b, x, r);
  std::vector<LocalIndex> open;
  for (const LocalIndex j : usable_ones) {
    const bool starts = to_solve(
        reports[at(j)], norms[at(j)], targets[at(j)], [&] { return first_not_finite(x.column(j)); },
        [&] { return first_not_finite(r.column(j)); });
    if (starts) open.push_back(j);
  }
  if (!open.empty()) {
    const LocalIndex farthest =
        *std::max_element(open.begin(), open.end(), [&](LocalIndex j, LocalIndex k) {
          return norms[at(j)] * targets[at(k)] < norms[at(k)] * targets[at(j)];
        });
    log_.solve_started(name(), norms[at(farthest)], targets[at(farthest)]);
  }
  while (!open.empty()) {
    std::vector<Run> runs;
    for (const LocalIndex j : open) {
      runs.emplace_back(a, m, *this, clock, reports[at(j)], targets[at(j)], false);
    }
    auto some_x = select_columns<T>(x, open);
    auto some_r = select_columns<T>(r, open);
    iterate_block(runs, some_x, some_r);
    assign_columns<T>(some_x, open, x);
    const auto some_norms = residuals(a, select_columns<T>(b, open), some_x, some_r);
    assign_columns<T>(some_r, open, r);
    std::vector<LocalIndex> still_open;
    for (std::size_t k = 0; k < open.size(); ++k) {
      const LocalIndex j = open[k];
      const double before = norms[at(j)];
      norms[at(j)] = some_norms[k];
      if (has_to_go_on(reports[at(j)], before, some_norms[k], targets[at(j)],
                       options_.max_iterations)) {
        still_open.push_back(j);
      }
    }
    open = std::move(still_open);
  }
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template void Solver<T>::run_and_verify(const detail::SolveClock&, const Operator<T>&,    \
                                          const Operator<T>&, const Vector<T>&, Vector<T>&, \
                                          SolveReport&);                                    \
  template void Solver<T>::run_and_verify(const detail::SolveClock&, const Operator<T>&,    \
                                          const Operator<T>&, const MultiVector<T>&,        \
                                          MultiVector<T>&, std::vector<SolveReport>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan
