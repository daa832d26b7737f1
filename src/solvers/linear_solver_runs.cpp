// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The solves of a LinearSolver: one run of a method, or several, where the first is slow or fails
// and the choice was the library's.
#include <algorithm>
#include <utility>

#include "multigrid/scan.hpp"
#include "solvers/ladder.hpp"
#include "solvers/late_copy.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

// A set-up of multigrid takes about as long as 300 iterations of CG, and each of its 10 to 30
// iterations as 5 to 8.
constexpr std::int64_t trial = 50;
constexpr double most_left = 400;
constexpr double iterations_of_amg = 6;  // of CG, in one with multigrid
// Another set-up takes as long as 25 to 45 of these iterations, and may halve what is left.
constexpr std::int64_t trial_of_amg = 15;
constexpr double most_left_of_amg = 60;

/// The report of a solve by two methods in succession; `next` says what the second one is.
SolveReport joined(const SolveReport& first, SolveReport second, const std::string& next) {
  std::string why = message("ended with ", to_string(first.reason));
  if (first.reason == Reason::indefinite_matrix) why = "found A indefinite";
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

/// Whether CG ended so that another method may do better.
bool has_failed(const SolveReport& report) {
  switch (report.reason) {
    case Reason::indefinite_matrix:
    case Reason::indefinite_preconditioner:
    case Reason::diverged:
    case Reason::breakdown:
      return true;
    case Reason::stagnated:
      return report.attainable_residual_norm == 0;
    default:
      return false;
  }
}

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
auto LinearSolver<T>::run(Solver<T>& solver, const Operator<T>& m, const detail::SolveClock& clock,
                          const Vectors& b, Vectors& x,
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
template <class Which>
std::vector<LocalIndex> LinearSolver<T>::select(const std::vector<SolveReport>& reports,
                                                const Which& which) const {
  std::vector<LocalIndex> open;
  for (std::size_t j = 0; j < reports.size(); ++j) {
    if (goes_on(reports[j]) && which(reports[j])) open.push_back(static_cast<LocalIndex>(j));
  }
  return open;
}

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
  }
  const auto again = message(setup_.options.preconditioner, multigrid ? "" : " again");
  run_more(*setup_.solver, *m, again, clock, open, b, x, reports, logger);
  return reports;
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

/// All systems; GMRES from where CG stopped, if it was the wrong choice.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::solve_all(const Vectors& b, Vectors& x,
                                                    const std::shared_ptr<EventLogger>& logger) {
  const detail::SolveEnergy energy;
  const auto clock = start(b.layout(), logger.get());
  // With few iterations allowed, there is nothing to be gained.
  const bool climbs = setup_.may_climb && given_.krylov().max_iterations >= 2 * trial;
  const bool had_multigrid = setup_.multigrid != nullptr;
  auto reports =
      climbs ? climb(clock, b, x, logger) : run(*setup_.solver, *setup_.m, clock, b, x, logger);
  const auto open = select(reports, has_failed);
  if (open.empty() && had_multigrid == (setup_.multigrid != nullptr)) note_iterations(reports);
  if (!open.empty()) {
    auto& gmres = setup_.second;
    if (!gmres) {
      together(a_->comm(), [&] { gmres = make_solver<T>("gmres", setup_.options); });
    }
    auto endless = clock;
    endless.patience = 0;
    run_more(*gmres, *setup_.m, "gmres continued", endless, open, b, x, reports, logger);
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
  template SolveReport LinearSolver<T>::solve(const Vector<T>&, Vector<T>&,                        \
                                              std::shared_ptr<EventLogger>);                       \
  template std::vector<SolveReport> LinearSolver<T>::solve(const MultiVector<T>&, MultiVector<T>&, \
                                                           std::shared_ptr<EventLogger>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
