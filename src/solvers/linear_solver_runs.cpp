// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The solves of a LinearSolver: one run of a method, or several, where the first is slow or fails
// and the choice was the library's.
#include <algorithm>
#include <utility>

#include "solvers/late_copy.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

// A set-up of multigrid takes about as long as 300 iterations of CG, and each of its 10 to 30
// iterations as 5 to 8.
constexpr std::int64_t trial = 50;
constexpr double most_left = 400;

/// The report of a solve by two methods in succession; `next` says what the second one is.
SolveReport joined(const SolveReport& first, SolveReport second, const std::string& next) {
  std::string why = message("ended with ", to_string(first.reason));
  if (first.reason == Reason::indefinite_matrix) why = "found A indefinite";
  if (first.reason == Reason::max_iterations) {
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

/// Another value in a place, until this object ends.
template <class V>
class Meanwhile {
 public:
  Meanwhile(V& place, V value) : place_(place), before_(std::exchange(place, std::move(value))) {}
  ~Meanwhile() { place_ = std::move(before_); }
  Meanwhile(const Meanwhile&) = delete;
  Meanwhile& operator=(const Meanwhile&) = delete;

 private:
  V& place_;
  V before_;
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
  const Meanwhile<EventLog> loggers(solver.log_, {});
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
                               const detail::SolveClock& clock, const std::vector<LocalIndex>& open,
                               const Vectors& b, Vectors& x, std::vector<SolveReport>& reports,
                               const std::shared_ptr<EventLogger>& logger) {
  std::int64_t done = 0;
  for (const LocalIndex j : open) {
    done = std::max(done, reports[static_cast<std::size_t>(j)].iterations);
  }
  const Meanwhile<std::int64_t> left(solver.options_.max_iterations,
                                     given_.krylov().max_iterations - done);
  std::vector<SolveReport> more;
  if constexpr (std::same_as<Vectors, Vector<T>>) {
    more = run(solver, m, clock, b, x, logger);
  } else {
    Vectors some_b;
    Vectors some_x;
    together(a_->comm(), [&] {
      some_b = select_columns<T>(b, open);
      some_x = select_columns<T>(x, open);
    });
    more = run(solver, m, clock, some_b, some_x, logger);
    assign_columns<T>(some_x, open, x);
  }
  for (std::size_t k = 0; k < open.size(); ++k) {
    auto& report = reports[static_cast<std::size_t>(open[k])];
    report = joined(report, std::move(more[k]), next);
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

/// Sets up multigrid, or notes why that is not possible. Returns the seconds. Collective.
template <Scalar T>
double LinearSolver<T>::make_multigrid(EventLogger* logger) {
  const Timer timer;
  try {
    setup_.multigrid = std::make_shared<Amg<T>>(*a_);
    if (logger != nullptr) logger->setup_finished("amg", timer.seconds());
  } catch (const Error& error) {  // the same on all ranks
    const auto kind = error.kind();
    const bool is_refusal = kind == ErrorKind::invalid_argument ||
                            kind == ErrorKind::not_supported || kind == ErrorKind::out_of_memory;
    if (!is_refusal) throw;
    setup_.may_climb = false;
    setup_.choice += message(setup_.choice.empty() ? "" : "; ", "no multigrid: ", error.what());
  }
  return timer.seconds();
}

/// CG with the preconditioner that was set up first; with multigrid if that is slow; and with the
/// first one again if multigrid is slow, too, or fails.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::climb(const detail::SolveClock& clock, const Vectors& b,
                                                Vectors& x,
                                                const std::shared_ptr<EventLogger>& logger) {
  auto& solver = *setup_.solver;
  auto on_trial = clock;
  on_trial.trial = trial;
  on_trial.most_left = most_left;
  const auto is_slow = [](const SolveReport& report) {
    return report.reason == Reason::max_iterations;
  };
  const auto has_not_helped = [&](const SolveReport& report) {
    return is_slow(report) || has_failed(report);
  };
  std::vector<SolveReport> reports;
  std::vector<LocalIndex> open;
  if (setup_.multigrid) {
    reports = run(solver, *setup_.multigrid, on_trial, b, x, logger);
    open = select(reports, has_not_helped);
  } else {
    reports = run(solver, *setup_.m, on_trial, b, x, logger);
    open = select(reports, is_slow);
    if (open.empty()) return reports;
    const double seconds = make_multigrid(logger.get());
    for (const LocalIndex j : open) {
      auto& report = reports[static_cast<std::size_t>(j)];
      report.setup_seconds += seconds;
      if (!setup_.multigrid) report.choice = choice();
    }
    if (setup_.multigrid) {
      run_more(solver, *setup_.multigrid, "amg", on_trial, open, b, x, reports, logger);
      open = select(reports, has_not_helped);
    }
  }
  if (open.empty()) return reports;
  setup_.may_climb = false;
  run_more(solver, *setup_.m, setup_.options.preconditioner.type(), clock, open, b, x, reports,
           logger);
  setup_.multigrid.reset();
  return reports;
}

/// All systems; GMRES from where CG stopped, if it was the wrong choice.
template <Scalar T>
template <class Vectors>
std::vector<SolveReport> LinearSolver<T>::solve_all(const Vectors& b, Vectors& x,
                                                    const std::shared_ptr<EventLogger>& logger) {
  const detail::SolveEnergy energy;
  const auto clock = start(b.layout(), logger.get());
  auto reports = setup_.may_climb ? climb(clock, b, x, logger)
                                  : run(*setup_.solver, *setup_.m, clock, b, x, logger);
  const auto open = select(reports, has_failed);
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
