// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a LinearSolver goes on with multigrid where CG is slow and the choice was the library's.
#include <algorithm>
#include <utility>

#include "multigrid/scan.hpp"
#include "solvers/ladder.hpp"
#include "solvers/linear_solver_runs.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/solvers/linear_solver.hpp"

namespace suan {

namespace {

using detail::has_failed;
using detail::trial;

// A set-up of multigrid takes about as long as 300 iterations of CG, and each of its 10 to 30
// iterations as 5 to 8.
constexpr double most_left = 400;
constexpr double iterations_of_amg = 6;  // of CG, in one with multigrid
// Another set-up takes as long as 25 to 45 of these iterations, and may halve what is left.
constexpr std::int64_t trial_of_amg = 15;
constexpr double most_left_of_amg = 60;

bool is_indefinite(const SolveReport& report) { return report.reason == Reason::indefinite_matrix; }

/// Whether it ended with its trial, or stagnates above the rounding errors.
bool is_slow(const SolveReport& report) {
  return report.reason == Reason::stagnated && has_failed(report);
}

/// The rows of the nodes of A as a scan finds them.
template <Scalar T>
std::int64_t found_block_size(const Operator<T>& a) {
  const auto access = a.access();
  if (access.distributed != nullptr) return multigrid::scan(*access.distributed).block_size;
  if (a.comm().size() > 1) return 1;
  return multigrid::scan(DistributedMatrix<T>(*access.local)).block_size;
}

}  // namespace

/// Null, with the reason, where A is refused. Its seconds go to the reports of `open`. Collective.
template <Scalar T>
std::shared_ptr<Amg<T>> LinearSolver<T>::make_multigrid(const AmgOptions& options,
                                                        const std::vector<LocalIndex>& open,
                                                        std::vector<SolveReport>& reports,
                                                        EventLogger* logger,
                                                        std::string& why) const {
  const Timer timer;
  std::shared_ptr<Amg<T>> made;
  try {
    made = std::make_shared<Amg<T>>(*a_, options);
  } catch (const Error& error) {  // the same on all ranks
    const auto kind = error.kind();
    const bool is_refusal = kind == ErrorKind::invalid_argument ||
                            kind == ErrorKind::not_supported || kind == ErrorKind::out_of_memory;
    if (!is_refusal) throw;
    why = error.what();
  }
  const double seconds = timer.seconds();
  for (const LocalIndex j : open) reports[static_cast<std::size_t>(j)].setup_seconds += seconds;
  if (made && logger != nullptr) logger->setup_finished("amg", seconds);
  return made;
}

/// From now on solves begin with it.
template <Scalar T>
void LinearSolver<T>::keep_multigrid(const std::shared_ptr<Amg<T>>& made, const std::string& name,
                                     double left) {
  setup_.multigrid = made;
  setup_.most_left = left;
  setup_.choice += message(setup_.choice.empty() ? "" : "; ", "cg with ",
                           setup_.options.preconditioner, " was slow: ", name);
}

template <Scalar T>
void LinearSolver<T>::give_up_multigrid(const std::string& why) {
  setup_.multigrid.reset();
  setup_.may_climb = false;
  setup_.gave_up = true;
  setup_.choice += message(setup_.choice.empty() ? "" : "; ", why);
}

/// The iterations that CG still needs for all of `open`, if it goes on as it did since those of
/// their reports that `since` counts; without these, since the start.
template <Scalar T>
double LinearSolver<T>::left_of(const std::vector<SolveReport>& reports,
                                const std::vector<LocalIndex>& open,
                                const std::vector<std::int64_t>& since) const {
  const auto& krylov = given_.krylov();
  double left = 0;
  for (std::size_t k = 0; k < open.size(); ++k) {
    const auto& report = reports[static_cast<std::size_t>(open[k])];
    const double target =
        std::max(relative_tolerance<T>(krylov) * report.right_hand_side_norm, krylov.atol);
    const auto begin = report.history.begin() + (since.empty() ? 0 : since[k]);
    const double best = *std::min_element(begin, report.history.end());
    const auto iterations = std::distance(begin, report.history.end()) - 1;
    left = std::max(left, detail::iterations_left(iterations, *begin, best, target));
  }
  return left;
}

/// Those of `which` that have failed.
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::failed_of(const std::vector<SolveReport>& reports,
                                                   const std::vector<LocalIndex>& which) const {
  std::vector<LocalIndex> failed;
  for (const LocalIndex j : select(reports, has_failed)) {
    if (std::find(which.begin(), which.end(), j) != which.end()) failed.push_back(j);
  }
  return failed;
}

/// CG with multigrid for systems that were slow without: up a ladder of its ways while they are
/// slow, and at last with the best of them. Returns those that it does not solve.
template <Scalar T>
template <class Vectors>
std::vector<LocalIndex> LinearSolver<T>::try_multigrid(const detail::SolveClock& clock,
                                                       const std::vector<LocalIndex>& slow,
                                                       const Vectors& b, Vectors& x,
                                                       std::vector<SolveReport>& reports,
                                                       const std::shared_ptr<EventLogger>& logger) {
  const auto& krylov = given_.krylov();
  const auto is_late = [&] {
    const bool own = krylov.time_limit > 0 && clock.seconds() >= krylov.time_limit;
    return a_->comm().max(std::int64_t{own}) != 0;
  };
  if (is_late()) return slow;
  const double left = left_of(reports, slow, {});
  // Where CG alone would not get there within the limit, multigrid need only do that.
  const auto limit = static_cast<double>(krylov.max_iterations - trial);
  const double most = left > limit ? limit : left / iterations_of_amg;
  auto on_trial = clock;
  on_trial.trial = trial_of_amg;
  on_trial.most_left = std::min(most, most_left_of_amg);

  std::vector<detail::Rung> rungs = {detail::first_rung(found_block_size(*a_))};
  std::shared_ptr<Amg<T>> best;
  std::string best_name;
  double best_left = most;
  for (std::size_t k = 0; k < rungs.size() && (k == 0 || !is_late()); ++k) {
    const std::string name = rungs[k].name;
    std::string why;
    const auto made = make_multigrid(rungs[k].options, slow, reports, logger.get(), why);
    if (!made && k > 0) continue;
    if (!made) {
      give_up_multigrid(message("no multigrid: ", why));
      for (const LocalIndex j : slow) reports[static_cast<std::size_t>(j)].choice = choice();
      return slow;
    }
    if (k == 0) {
      for (auto& rung : detail::next_rungs(made->options())) rungs.push_back(std::move(rung));
    }
    std::vector<std::int64_t> since;
    for (const LocalIndex j : slow) {
      since.push_back(std::ssize(reports[static_cast<std::size_t>(j)].history) - 1);
    }
    run_more(*setup_.solver, *made, name, on_trial, slow, b, x, reports, logger);
    const auto open = failed_of(reports, slow);
    if (open.size() < slow.size()) {
      keep_multigrid(made, name, most_left / iterations_of_amg);
      return open;
    }
    if (!select(reports, is_indefinite).empty()) break;
    if (const double now = left_of(reports, slow, since); now <= best_left) {
      best = made;
      best_name = name;
      best_left = now;
    }
  }
  if (!best) {
    give_up_multigrid("amg was no better");
    return slow;
  }
  keep_multigrid(best, best_name, 2 * std::max(best_left, most_left_of_amg));
  run_more(*setup_.solver, *best, best_name + ", the best", clock, slow, b, x, reports, logger);
  return failed_of(reports, slow);
}

/// CG with the preconditioner that was set up first; with multigrid if that is slow; and with the
/// first one again if multigrid is no better.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::climb(const detail::SolveClock& clock, const Vectors& b,
                                                Vectors& x,
                                                const std::shared_ptr<EventLogger>& logger) {
  const auto m = setup_.m;
  const auto multigrid = setup_.multigrid;
  auto on_trial = clock;
  on_trial.trial = trial;
  on_trial.most_left = multigrid ? setup_.most_left : most_left;
  auto reports = run(*setup_.solver, multigrid ? *multigrid : *m, on_trial, b, x, logger);
  std::vector<LocalIndex> open;
  if (multigrid) {
    open = select(reports, has_failed);
    if (open.size() == reports.size()) give_up_multigrid("amg no longer helps");
  } else {
    open = select(reports, is_slow);
    if (!open.empty()) open = try_multigrid(clock, open, b, x, reports, logger);
    open = try_factors(clock, open, b, x, reports, logger);
  }
  const auto again = message(setup_.options.preconditioner, multigrid ? "" : " again");
  run_more(*setup_.solver, *m, again, clock, open, b, x, reports, logger);
  return reports;
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template std::vector<SolveReport> LinearSolver<T>::climb(const detail::SolveClock&,              \
                                                           const Vector<T>&, Vector<T>&,           \
                                                           const std::shared_ptr<EventLogger>&);   \
  template std::vector<SolveReport> LinearSolver<T>::climb(const detail::SolveClock&,              \
                                                           const MultiVector<T>&, MultiVector<T>&, \
                                                           const std::shared_ptr<EventLogger>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
