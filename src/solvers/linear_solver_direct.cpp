// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a LinearSolver ends with a factorisation where iterations lead nowhere and the choice was the
// library's.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "solvers/linear_solver_runs.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/linear_solver.hpp"

namespace suan {

namespace {

// Factors of larger matrices, above all those of problems in space, take minutes.
constexpr GlobalIndex most_rows = 200000;

/// Of a singular matrix, too, where there may be a solution all the same: the residual will tell.
template <Scalar T>
std::shared_ptr<Direct<T>> make_factors(const Operator<T>& a, double pivot_threshold) {
  DirectOptions options{.pivot_threshold = pivot_threshold};
  try {
    return std::make_shared<Direct<T>>(a, options);
  } catch (const InvalidArgument&) {  // on all ranks
    options.singular = "one_solution";
    return std::make_shared<Direct<T>>(a, options);
  }
}

/// Whether factors brought about what can be had.
template <Scalar T>
bool is_helped(const SolveReport& report) {
  if (report.converged()) return true;
  // Rounding leaves more than the target: no method will do much better.
  const double eps = std::numeric_limits<Real<T>>::epsilon();
  return report.attainable_residual_norm > 0 && report.true_relative_residual() <= std::sqrt(eps);
}

}  // namespace

/// Whether a factorisation may follow for `a`: nothing was named, and A is neither too large nor
/// without entries.
template <Scalar T>
bool LinearSolver<T>::may_factorise(const Operator<T>& a) const {
  return have_direct() && !given_m_ && given_.solver == "auto" && given_.preconditioner == "auto" &&
         a.access().local != nullptr && a.row_layout().global_size() <= most_rows;
}

/// Those that failed with iterations left, or got nowhere on trial. (What stagnates later may have
/// reached what rounding allows.)
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::failed_early(
    const std::vector<SolveReport>& reports) const {
  std::vector<LocalIndex> open;
  for (std::size_t j = 0; j < reports.size(); ++j) {
    const auto& report = reports[j];
    const bool has_more = report.iterations < given_.krylov().max_iterations;
    const bool is_slow = report.reason == Reason::stagnated && report.iterations <= detail::trial;
    const bool was_stopped = report.reason == Reason::max_iterations;
    if (has_more && (is_slow || was_stopped || detail::has_failed(report))) {
      open.push_back(static_cast<LocalIndex>(j));
    }
  }
  return open;
}

/// Those that had to stop before the limit.
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::stopped_early(
    const std::vector<SolveReport>& reports) const {
  std::vector<LocalIndex> stopped;
  for (std::size_t j = 0; j < reports.size(); ++j) {
    const bool has_more = reports[j].iterations < given_.krylov().max_iterations;
    if (has_more && reports[j].reason == Reason::max_iterations) {
      stopped.push_back(static_cast<LocalIndex>(j));
    }
  }
  return stopped;
}

/// Null, with the reason, if A has no factors. Their seconds go to the reports of `open`.
/// Collective.
template <Scalar T>
void LinearSolver<T>::factorise(double pivot_threshold, const std::vector<LocalIndex>& open,
                                std::vector<SolveReport>& reports, EventLogger* logger) {
  setup_.factors.reset();
  const Timer timer;
  std::string why;
  try {
    setup_.factors = make_factors(*a_, pivot_threshold);
  } catch (const Error& error) {  // the same on all ranks; x and its report are there already
    why = error.what();
  }
  const double seconds = timer.seconds();
  for (const LocalIndex j : open) reports[static_cast<std::size_t>(j)].setup_seconds += seconds;
  if (setup_.factors && logger != nullptr) logger->setup_finished("direct", seconds);
  if (setup_.factors) return;
  give_up_factors("no factorisation: " + why);
  for (const LocalIndex j : open) reports[static_cast<std::size_t>(j)].choice = choice();
}

/// Those of `open` that factors did not help, with iterations left for another method.
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::left_by_factors(
    const std::vector<SolveReport>& reports, const std::vector<LocalIndex>& open) const {
  std::vector<LocalIndex> left;
  for (const LocalIndex j : open) {
    const auto& report = reports[static_cast<std::size_t>(j)];
    const bool was_ended =
        report.reason == Reason::time_limit || report.reason == Reason::interrupted;
    const bool has_more = report.iterations < given_.krylov().max_iterations;
    if (has_more && !was_ended && !is_helped<T>(report)) left.push_back(j);
  }
  return left;
}

/// Whether the time limit is reached on a rank. Collective.
template <Scalar T>
bool LinearSolver<T>::is_late(const detail::SolveClock& clock) const {
  const double limit = given_.krylov().time_limit;
  const bool own = limit > 0 && clock.seconds() >= limit;
  return a_->comm().max(std::int64_t{own}) != 0;
}

/// GMRES with the factors of A, which refines and verifies, for the systems that `open` names.
/// Returns those that it does not solve. If it solves any, solves begin with the factors from now
/// on.
template <Scalar T>
template <class Vectors>
std::vector<LocalIndex> LinearSolver<T>::try_factors(const detail::SolveClock& clock,
                                                     const std::vector<LocalIndex>& open,
                                                     const Vectors& b, Vectors& x,
                                                     std::vector<SolveReport>& reports,
                                                     const std::shared_ptr<EventLogger>& logger) {
  auto endless = clock;
  endless.patience = endless.trial = 0;
  std::vector<LocalIndex> left = open;
  const auto run_with = [&](const std::shared_ptr<Preconditioner<T>>& factors) {
    run_more(second(), *factors, "direct", endless, left, b, x, reports, logger);
    left = left_by_factors(reports, left);
  };
  if (open.empty()) return open;
  if (setup_.factors) {
    run_with(setup_.factors);
    return left;
  }
  // With small pivots first, which keep the factors sparse; then with the largest ones, for
  // matrices whose factors would grow.
  for (const double pivot_threshold : {DirectOptions().pivot_threshold, 1.0}) {
    if (left.empty() || !setup_.may_factorise || is_late(clock)) break;
    factorise(pivot_threshold, left, reports, logger.get());
    if (setup_.factors) run_with(setup_.factors);
  }
  if (!setup_.factors) return left;
  const bool helps = std::any_of(open.begin(), open.end(), [&](LocalIndex j) {
    return is_helped<T>(reports[static_cast<std::size_t>(j)]);
  });
  if (helps) {
    setup_.multigrid.reset();
    setup_.choice += message(setup_.choice.empty() ? "" : "; ", setup_.options.solver, " with ",
                             setup_.options.preconditioner, " was slow or failed: direct");
  } else {
    give_up_factors("a factorisation did not help");
  }
  return left;
}

template <Scalar T>
void LinearSolver<T>::give_up_factors(const std::string& why) {
  setup_.factors.reset();
  setup_.may_factorise = false;
  setup_.gave_up_factors = true;
  setup_.choice += message(setup_.choice.empty() ? "" : "; ", why);
}

/// What goes on where the first method was the wrong choice. Collective.
template <Scalar T>
Solver<T>& LinearSolver<T>::second() {
  auto& gmres = setup_.second;
  if (!gmres) {
    together(a_->comm(), [&] { gmres = make_solver<T>("gmres", setup_.options); });
  }
  return *gmres;
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template bool LinearSolver<T>::may_factorise(const Operator<T>&) const;                          \
  template std::vector<LocalIndex> LinearSolver<T>::failed_early(const std::vector<SolveReport>&)  \
      const;                                                                                       \
  template std::vector<LocalIndex> LinearSolver<T>::stopped_early(const std::vector<SolveReport>&) \
      const;                                                                                       \
  template Solver<T>& LinearSolver<T>::second();                                                   \
  template std::vector<LocalIndex> LinearSolver<T>::try_factors(                                   \
      const detail::SolveClock&, const std::vector<LocalIndex>&, const Vector<T>&, Vector<T>&,     \
      std::vector<SolveReport>&, const std::shared_ptr<EventLogger>&);                             \
  template std::vector<LocalIndex> LinearSolver<T>::try_factors(                                   \
      const detail::SolveClock&, const std::vector<LocalIndex>&, const MultiVector<T>&,            \
      MultiVector<T>&, std::vector<SolveReport>&, const std::shared_ptr<EventLogger>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
