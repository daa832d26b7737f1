// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a LinearSolver ends with a factorisation where iterations lead nowhere and the choice was the
// library's.
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
  } catch (const Error& error) {  // the same on all ranks
    const auto kind = error.kind();
    const bool is_refusal = kind == ErrorKind::invalid_argument ||
                            kind == ErrorKind::not_supported || kind == ErrorKind::out_of_memory;
    if (!is_refusal) throw;
    why = error.what();
  }
  const double seconds = timer.seconds();
  for (const LocalIndex j : open) reports[static_cast<std::size_t>(j)].setup_seconds += seconds;
  if (setup_.factors && logger != nullptr) logger->setup_finished("direct", seconds);
  if (setup_.factors) return;
  setup_.may_factorise = false;
  setup_.choice += message(setup_.choice.empty() ? "" : "; ", "no factorisation: ", why);
  for (const LocalIndex j : open) reports[static_cast<std::size_t>(j)].choice = choice();
}

/// Those of `open` that factors did not solve, also where rounding left too much: other methods may
/// lose less than a bad factorisation.
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::left_by_factors(
    const std::vector<SolveReport>& reports, const std::vector<LocalIndex>& open) const {
  std::vector<LocalIndex> left;
  for (const LocalIndex j : open) {
    const auto& report = reports[static_cast<std::size_t>(j)];
    const bool is_bad = report.reason == Reason::stagnated || report.reason == Reason::not_finite;
    if (is_bad || detail::has_failed(report)) left.push_back(j);
  }
  return left;
}

/// GMRES with the factors of A, which refines and verifies, for the systems that `open` names.
/// Returns those that it does not solve. From now on solves begin with the factors.
template <Scalar T>
template <class Vectors>
std::vector<LocalIndex> LinearSolver<T>::try_factors(const detail::SolveClock& clock,
                                                     const std::vector<LocalIndex>& open,
                                                     const Vectors& b, Vectors& x,
                                                     std::vector<SolveReport>& reports,
                                                     const std::shared_ptr<EventLogger>& logger) {
  if (open.empty() || !setup_.may_factorise) return open;
  const double limit = given_.krylov().time_limit;
  const bool is_late = limit > 0 && clock.seconds() >= limit;
  if (a_->comm().max(std::int64_t{is_late}) != 0) return open;
  auto endless = clock;
  endless.patience = endless.trial = 0;
  std::vector<LocalIndex> left = open;
  // With small pivots first, which keep the factors sparse; then with the largest ones, for
  // matrices whose factors would grow.
  for (const double pivot_threshold : {DirectOptions().pivot_threshold, 1.0}) {
    factorise(pivot_threshold, left, reports, logger.get());
    if (!setup_.factors) return left;
    run_more(second(), *setup_.factors, "direct", endless, left, b, x, reports, logger);
    left = left_by_factors(reports, left);
    if (left.empty()) break;
  }
  if (left.size() == open.size()) {
    setup_.factors.reset();
    setup_.may_factorise = false;
    setup_.choice += message(setup_.choice.empty() ? "" : "; ", "a factorisation did not help");
  } else {
    setup_.choice += message(setup_.choice.empty() ? "" : "; ", setup_.options.solver, " with ",
                             setup_.options.preconditioner, " was slow or failed: direct");
  }
  return left;
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
