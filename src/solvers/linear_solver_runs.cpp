// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The solves of a LinearSolver: one run of a method, or several, where the first is slow or fails
// and the choice was the library's.
#include <algorithm>
#include <iterator>
#include <utility>

#include "solvers/late_copy.hpp"
#include "solvers/linear_solver_runs.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// The report of a solve by two methods in succession; `next` says what the second one is.
SolveReport joined(const SolveReport& first, SolveReport second, const std::string& next) {
  std::string why = message("ended with ", to_string(first.reason));
  if (first.reason == Reason::indefinite_matrix) why = "found A indefinite";
  if (first.reason == Reason::max_iterations) why = "had not finished";
  if (first.reason == Reason::stagnated) {
    why = message("with ",
                  first.preconditioner == "none" ? "no preconditioner" : first.preconditioner,
                  " is slow");
  }
  second.choice = message(first.choice, first.choice.empty() ? "" : "; ", first.solver, " ", why,
                          " after ", first.iterations, " iterations: ", next);
  second.iterations += first.iterations;
  second.bytes_moved += first.bytes_moved;
  second.setup_seconds = std::max(first.setup_seconds, second.setup_seconds);
  second.solve_seconds += first.solve_seconds;
  second.initial_residual_norm = first.initial_residual_norm;
  auto history = first.history;
  if (!second.history.empty()) {
    history.insert(history.end(), second.history.begin() + 1, second.history.end());
  }
  second.history = std::move(history);
  return second;
}

/// No loggers, until this object ends; then those before.
class OwnLog {
 public:
  explicit OwnLog(EventLog& log) : log_(log), before_(std::exchange(log, {})) {}
  ~OwnLog() { log_ = std::move(before_); }
  OwnLog(const OwnLog&) = delete;
  OwnLog& operator=(const OwnLog&) = delete;

 private:
  EventLog& log_;
  EventLog before_;
};

std::vector<SolveReport> as_list(SolveReport report) { return {std::move(report)}; }
std::vector<SolveReport> as_list(std::vector<SolveReport> reports) { return reports; }

}  // namespace

template <Scalar T>
const Operator<T>& LinearSolver<T>::matrix() const noexcept {
  if (setup_.late) return *setup_.late;
  return setup_.other ? *setup_.other : *a_;
}

template <Scalar T>
detail::SolveClock LinearSolver<T>::start(const Layout& b, EventLogger* logger) {
  require_same_layout("solve", "the right-hand side b", b, "the matrix", a_->row_layout());
  const bool is_outdated = setup_.other && detail::version_of(*a_) != setup_.version;
  if (setup_.other && a_->comm().max(std::int64_t{is_outdated}) != 0) {
    throw InvalidArgument(message("solve: the values of the matrix have changed since they were ",
                                  "copied into the format ", setup_.other->name(),
                                  ": call update()"));
  }
  detail::SolveClock clock;
  // Entries show that a matrix is Hermitian; products with two vectors only suggest it. There CG,
  // if it is our choice, must not use up all iterations without progress.
  const bool is_guess =
      given_.solver == "auto" && setup_.options.solver == "cg" && a_->access().local == nullptr;
  if (is_guess) clock.patience = std::max<std::int64_t>(1, given_.krylov().max_iterations / 2);
  if (!setup_.is_new) return clock;
  setup_.is_new = false;
  clock.before = setup_.seconds;
  if (logger != nullptr)
    logger->setup_finished(setup_.options.preconditioner.type(), setup_.seconds);
  return clock;
}

/// Runs a method on the prepared system and completes its report.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::run(Solver<T>& solver, const Operator<T>& m,
                                              const detail::SolveClock& clock, const Vectors& b,
                                              Vectors& x,
                                              const std::shared_ptr<EventLogger>& logger) const {
  // A logger, or a function that is A, may solve with this very object: the outer solve must find
  // its own loggers again.
  const OwnLog own(solver.log_);
  if (logger) solver.add_logger(logger);
  auto result = as_list(solver.solve(clock, matrix(), m, b, x));
  for (auto& report : result) {
    report.choice = choice();
    report.format = matrix().name();
    report.setup_seconds = clock.before;
    if constexpr (std::same_as<Vectors, Vector<T>>) report.path = matrix().path();
  }
  return result;
}

/// Whether CG was the library's choice and may go on in another way.
template <Scalar T>
bool LinearSolver<T>::goes_on(const SolveReport& report) const {
  if (given_.solver != "auto" || setup_.options.solver != "cg") return false;
  return report.iterations < given_.krylov().max_iterations;
}

/// Goes on with the systems that `open` names, within the same limits: replaces their reports.
template <Scalar T>
template <class Vectors>
void LinearSolver<T>::run_more(Solver<T>& solver, const Operator<T>& m, const std::string& next,
                               const detail::SolveClock& clock, std::vector<LocalIndex> open,
                               const Vectors& b, Vectors& x, std::vector<SolveReport>& reports,
                               const std::shared_ptr<EventLogger>& logger) const {
  const auto iterations = [&](LocalIndex j) {
    return reports[static_cast<std::size_t>(j)].iterations;
  };
  // Those that have as many iterations left together.
  while (!open.empty()) {
    auto later = clock;
    later.iterations = iterations(open.front());
    const auto rest = std::stable_partition(
        open.begin(), open.end(), [&](LocalIndex j) { return iterations(j) == later.iterations; });
    const std::vector<LocalIndex> now(open.begin(), rest);
    open.erase(open.begin(), rest);
    std::vector<SolveReport> more;
    if constexpr (std::same_as<Vectors, Vector<T>>) {
      more = run(solver, m, later, b, x, logger);
    } else {
      Vectors some_b;
      Vectors some_x;
      together(a_->comm(), [&] {
        some_b = select_columns<T>(b, now);
        some_x = select_columns<T>(x, now);
      });
      more = run(solver, m, later, some_b, some_x, logger);
      assign_columns<T>(some_x, now, x);
    }
    for (std::size_t k = 0; k < now.size(); ++k) {
      auto& report = reports[static_cast<std::size_t>(now[k])];
      report = joined(report, std::move(more[k]), next);
    }
  }
}

/// Those whose reports `which` holds for.
template <Scalar T>
std::vector<LocalIndex> LinearSolver<T>::select(const std::vector<SolveReport>& reports,
                                                bool (*which)(const SolveReport&)) const {
  std::vector<LocalIndex> open;
  for (std::size_t j = 0; j < reports.size(); ++j) {
    if (goes_on(reports[j]) && which(reports[j])) open.push_back(static_cast<LocalIndex>(j));
  }
  return open;
}

/// Tells the preconditioner how many iterations the solve took, if all of it used that one and
/// began at zero, or no better.
template <Scalar T>
void LinearSolver<T>::note_iterations(const std::vector<SolveReport>& reports) const {
  auto* m = setup_.multigrid ? setup_.multigrid.get()
                             : dynamic_cast<Preconditioner<T>*>(setup_.made.get());
  std::int64_t most = 0;
  for (const auto& report : reports) {
    const bool is_warm = report.initial_residual_norm < 0.5 * report.right_hand_side_norm;
    if (!report.converged() || is_warm) return;
    if (m != nullptr && report.preconditioner != m->name()) return;
    most = std::max(most, report.iterations);
  }
  if (m != nullptr && most > 0) m->note_iterations(most);
}

/// All systems; with a factorisation or GMRES from where the first method stopped, if it was the
/// wrong choice.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::solve_all(const Vectors& b, Vectors& x,
                                                    const std::shared_ptr<EventLogger>& logger) {
  const detail::SolveEnergy energy;
  const auto clock = start(b.layout(), logger.get());
  // With few iterations allowed, there is nothing to be gained.
  const bool climbs = setup_.may_climb && given_.krylov().max_iterations >= 2 * detail::trial;
  const bool had_multigrid = setup_.multigrid != nullptr;
  // A logger may solve with this object, too: what is used here must not go away.
  const auto factors = setup_.factors;
  // Ahead of a factorisation, the first method is on trial.
  const bool is_on_trial = setup_.may_factorise && !factors;
  auto first = clock;
  if (is_on_trial) {
    const auto limit = given_.krylov().max_iterations;
    first.iterations = std::max<std::int64_t>(0, limit - detail::most_before_factors);
    if (setup_.options.solver == "gmres") {
      first.trial = detail::trial;
      first.most_left = detail::most_left_before_factors;
    }
  }
  auto reports = factors  ? run(second(), *factors, clock, b, x, logger)
                 : climbs ? climb(first, b, x, logger)
                          : run(*setup_.solver, *setup_.m, first, b, x, logger);
  const bool is_own = is_on_trial || factors;
  auto open = is_own ? failed_early(reports) : select(reports, detail::has_failed);
  if (open.empty() && had_multigrid == (setup_.multigrid != nullptr)) note_iterations(reports);
  const auto stopped = is_on_trial ? stopped_early(reports) : std::vector<LocalIndex>();
  if (!factors) open = try_factors(clock, open, b, x, reports, logger);
  if (!stopped.empty()) {
    // Without factors they go on as they were.
    std::vector<LocalIndex> again;
    std::ranges::set_intersection(stopped, open, std::back_inserter(again));
    std::erase_if(open, [&](LocalIndex j) { return std::ranges::binary_search(again, j); });
    const std::shared_ptr<const Operator<T>> m = setup_.multigrid ? setup_.multigrid : setup_.m;
    const auto next = message(setup_.options.solver, " continued");
    run_more(*setup_.solver, *m, next, clock, again, b, x, reports, logger);
  }
  if (!open.empty()) {
    auto endless = clock;
    endless.patience = 0;
    run_more(second(), *setup_.m, "gmres continued", endless, open, b, x, reports, logger);
  }
  const double joules = energy.joules_of_all(a_->comm());
  for (auto& report : reports) {
    report.joules = joules;
    if (logger) logger->solve_finished(report);
  }
  return reports;
}

template <Scalar T>
SolveReport LinearSolver<T>::solve(const Vector<T>& b, Vector<T>& x,
                                   std::shared_ptr<EventLogger> logger) {
  return std::move(solve_all(b, x, logger).front());
}

template <Scalar T>
std::vector<SolveReport> LinearSolver<T>::solve(const MultiVector<T>& b, MultiVector<T>& x,
                                                std::shared_ptr<EventLogger> logger) {
  return solve_all(b, x, logger);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template std::vector<SolveReport> LinearSolver<T>::run(                                          \
      Solver<T>&, const Operator<T>&, const detail::SolveClock&, const Vector<T>&, Vector<T>&,     \
      const std::shared_ptr<EventLogger>&) const;                                                  \
  template void LinearSolver<T>::run_more(Solver<T>&, const Operator<T>&, const std::string&,      \
                                          const detail::SolveClock&, std::vector<LocalIndex>,      \
                                          const Vector<T>&, Vector<T>&, std::vector<SolveReport>&, \
                                          const std::shared_ptr<EventLogger>&) const;              \
  template std::vector<SolveReport> LinearSolver<T>::run(                                          \
      Solver<T>&, const Operator<T>&, const detail::SolveClock&, const MultiVector<T>&,            \
      MultiVector<T>&, const std::shared_ptr<EventLogger>&) const;                                 \
  template void LinearSolver<T>::run_more(                                                         \
      Solver<T>&, const Operator<T>&, const std::string&, const detail::SolveClock&,               \
      std::vector<LocalIndex>, const MultiVector<T>&, MultiVector<T>&, std::vector<SolveReport>&,  \
      const std::shared_ptr<EventLogger>&) const;                                                  \
  template std::vector<LocalIndex> LinearSolver<T>::select(const std::vector<SolveReport>&,        \
                                                           bool (*)(const SolveReport&)) const;    \
  template SolveReport LinearSolver<T>::solve(const Vector<T>&, Vector<T>&,                        \
                                              std::shared_ptr<EventLogger>);                       \
  template std::vector<SolveReport> LinearSolver<T>::solve(const MultiVector<T>&, MultiVector<T>&, \
                                                           std::shared_ptr<EventLogger>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
