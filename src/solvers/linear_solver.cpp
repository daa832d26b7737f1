// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/linear_solver.hpp"

#include <algorithm>
#include <utility>

#include "solvers/choice.hpp"
#include "solvers/late_copy.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/preconditioners/preconditioner.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// The report of a solve by two methods in succession.
SolveReport joined(const SolveReport& first, SolveReport second) {
  const std::string why = first.reason == Reason::indefinite_matrix
                              ? "found A indefinite"
                              : message("ended with ", to_string(first.reason));
  second.choice = message(first.choice, "; cg ", why, " after ", first.iterations,
                          " iterations: gmres continued");
  second.iterations += first.iterations;
  second.bytes_moved += first.bytes_moved;
  second.solve_seconds += first.solve_seconds;
  second.initial_residual_norm = first.initial_residual_norm;
  auto history = first.history;
  if (!second.history.empty()) {
    history.insert(history.end(), second.history.begin() + 1, second.history.end());
  }
  second.history = std::move(history);
  return second;
}

/// The arguments that all ranks must agree on, as text; a placeholder if an option cannot be
/// written.
template <Scalar T>
std::string told(const Operator<T>& a, const Operator<T>* m, const SolveOptions& options) {
  std::string lines;
  try {
    lines = SolveOptions::table().write(options);
  } catch (const Error&) {
    lines = "options = of several lines\n";
  }
  return message("matrix = ", a.name(), "\nrows of A = ", a.row_layout().global_size(),
                 "\ncolumns of A = ", a.column_layout().global_size(),
                 "\npreconditioner given = ", m != nullptr ? m->name() : "none", "\n", lines);
}

/// Another part of a sentence.
void add(std::string& text, const std::string& part) { text += (text.empty() ? "" : "; ") + part; }

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

void require_square(const Layout& rows, const Layout& columns) {
  if (rows.global_size() == columns.global_size()) return;
  throw InvalidArgument(message("solve: the matrix has ", rows.global_size(), " rows and ",
                                columns.global_size(), " columns, but must be square"));
}

}  // namespace

template <Scalar T>
LinearSolver<T>::LinearSolver(std::shared_ptr<const Operator<T>> a, SolveOptions options,
                              std::shared_ptr<const Operator<T>> m)
    : given_(detail::settled(std::move(options))), given_m_(std::move(m)), a_(std::move(a)) {
  if (!a_) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  std::string done;
  setup_ = set_up(*a_, nullptr, done);
}

template <Scalar T>
LinearSolver<T>::~LinearSolver() = default;
template <Scalar T>
LinearSolver<T>::LinearSolver(LinearSolver&&) noexcept = default;
template <Scalar T>
LinearSolver<T>& LinearSolver<T>::operator=(LinearSolver&&) noexcept = default;

template <Scalar T>
auto LinearSolver<T>::set_up(const Operator<T>& a, const Setup* before, std::string& done) const
    -> Setup {
  if (a.comm().size() > 1) {
    require_agreement(a.comm(), "LinearSolver", told(a, given_m_.get(), given_));
  }
  // Components may be registered on some ranks only.
  together(a.comm(), [&] { SolveOptions::table().check(given_); });
  require_square(a.row_layout(), a.column_layout());
  if (given_m_ && given_.preconditioner != "auto") {
    throw InvalidArgument(message("solve: a preconditioner was given and another one, ",
                                  given_.preconditioner,
                                  ", was named; leave the option preconditioner at auto"));
  }
  const Timer timer;
  Setup result;
  result.options = given_;
  if (given_m_) {
    require_same_layout("solve", "the preconditioner", given_m_->row_layout(), "the matrix",
                        a.row_layout());
    result.options.preconditioner = given_m_->name();
    result.m = given_m_;
  }
  const bool is_open = result.options.solver == "auto" || result.options.preconditioner == "auto";
  if (is_open) result.choice = detail::choose(probe(a), result.options);
  copy_matrix(a, before, result, done);
  together(a.comm(),
           [&] { result.solver = make_solver<T>(result.options.solver.type(), result.options); });
  precondition(a, before, result, done);  // last: it may change the preconditioner of `before`
  Kokkos::fence("suan::solve_setup");
  result.seconds = timer.seconds();
  return result;
}

/// The matrix in the requested format, or what may copy it later.
template <Scalar T>
void LinearSolver<T>::copy_matrix(const Operator<T>& a, const Setup* before, Setup& result,
                                  std::string& done) const {
  if (given_.format == "auto" && detail::may_be_copied(a)) {
    if (before == nullptr || !before->late) {
      result.late = std::make_shared<detail::LateCopy<T>>(a);
      return;
    }
    const auto next = before->late->next_of(a);
    if (next->has_copy()) add(done, message("the format ", next->name(), " stays"));
    result.late = next;
    return;
  }
  result.version = detail::version_of(a);
  if (before != nullptr && before->other && a.name() != given_.format) {
    result.other = detail::with_values_of(a, *a_, *before->other);
    if (result.other) {
      add(done, message("the format ", result.other->name(), " stays"));
      return;
    }
  }
  result.other = detail::in_format(a, given_.format, result.choice);
}

template <Scalar T>
void LinearSolver<T>::precondition(const Operator<T>& a, const Setup* before, Setup& result,
                                   std::string& done) const {
  if (given_m_) return;
  const std::string name = result.options.preconditioner.type();
  try {
    auto* kept = before != nullptr ? dynamic_cast<Preconditioner<T>*>(before->made.get()) : nullptr;
    if (kept != nullptr && before->options.preconditioner == name &&
        kept->row_layout() == a.row_layout()) {
      add(done, message(name, ": ", kept->update(a)));
      result.made = before->made;
    } else {
      result.made = make_preconditioner<T>(name, a, given_);
      if (before != nullptr && name != "none") add(done, name + " was made anew");
    }
  } catch (const InvalidArgument& error) {
    // A diagonal entry is negligible compared with its row; the same on all ranks.
    if (given_.preconditioner != "auto") throw;
    result.options.preconditioner.set_type("none");
    result.choice += message("; but ", error.what(), ": none");
    result.made = std::make_shared<Identity<T>>(a.row_layout());
  }
  result.m = result.made;
}

template <Scalar T>
std::string LinearSolver<T>::update(std::shared_ptr<const Operator<T>> a) {
  if (!a) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  std::string done;
  auto next = set_up(*a, &setup_, done);
  if (next.options.solver.type() == setup_.options.solver.type()) {
    std::swap(next.solver, setup_.solver);  // with its vectors
    next.second = std::move(setup_.second);
    done = message("the choice of ", next.options.solver, " stays", done.empty() ? "" : "; ", done);
  } else {
    done = message("now ", next.options.solver, done.empty() ? "" : "; ", done);
  }
  setup_ = std::move(next);
  a_ = std::move(a);
  return done;
}

template <Scalar T>
std::string LinearSolver<T>::choice() const {
  const std::string late = setup_.late ? setup_.late->why() : std::string();
  return setup_.choice + (setup_.choice.empty() || late.empty() ? "" : "; ") + late;
}

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
auto LinearSolver<T>::run(Solver<T>& solver, const detail::SolveClock& clock, const Vectors& b,
                          Vectors& x, const std::shared_ptr<EventLogger>& logger) const {
  // A logger, or a function that is A, may solve with this very object: the outer solve must find
  // its own loggers again.
  const Meanwhile<EventLog> loggers(solver.log_, {});
  if (logger) solver.add_logger(logger);
  auto result = solver.solve(clock, matrix(), *setup_.m, b, x);
  const auto complete = [&](SolveReport& report) {
    report.choice = choice();
    report.format = matrix().name();
    report.setup_seconds = clock.before;
  };
  if constexpr (std::same_as<Vectors, Vector<T>>) {
    complete(result);
    result.path = matrix().path();
  } else {
    for (auto& report : result) complete(report);
  }
  return result;
}

/// Whether CG was the library's choice, and another method may do better.
template <Scalar T>
bool LinearSolver<T>::goes_on(const SolveReport& report) const {
  if (given_.solver != "auto" || setup_.options.solver != "cg") return false;
  if (report.iterations >= given_.krylov().max_iterations) return false;
  switch (report.reason) {
    case Reason::indefinite_matrix:
    case Reason::diverged:
    case Reason::breakdown:
      return true;
    case Reason::stagnated:
      return report.attainable_residual_norm == 0;
    default:
      return false;
  }
}

/// GMRES from where CG stopped, within the same limits.
template <Scalar T>
SolveReport LinearSolver<T>::second_leg(const SolveReport& report, const detail::SolveClock& clock,
                                        const Vector<T>& b, Vector<T>& x,
                                        const std::shared_ptr<EventLogger>& logger) {
  auto& gmres = setup_.second;
  if (!gmres) {
    together(a_->comm(), [&] { gmres = make_solver<T>("gmres", setup_.options); });
  }
  const Meanwhile<std::int64_t> left(gmres->options_.max_iterations,
                                     given_.krylov().max_iterations - report.iterations);
  auto endless = clock;
  endless.patience = 0;
  return joined(report, run(*gmres, endless, b, x, logger));
}

template <Scalar T>
SolveReport LinearSolver<T>::solve(const Vector<T>& b, Vector<T>& x,
                                   std::shared_ptr<EventLogger> logger) {
  const detail::SolveEnergy energy;
  const auto clock = start(b.layout(), logger.get());
  auto report = run(*setup_.solver, clock, b, x, logger);
  if (goes_on(report)) report = second_leg(report, clock, b, x, logger);
  report.joules = energy.joules_of_all(a_->comm());
  if (logger) logger->solve_finished(report);
  return report;
}

template <Scalar T>
std::vector<SolveReport> LinearSolver<T>::solve(const MultiVector<T>& b, MultiVector<T>& x,
                                                std::shared_ptr<EventLogger> logger) {
  const detail::SolveEnergy energy;
  const auto clock = start(b.layout(), logger.get());
  auto reports = run(*setup_.solver, clock, b, x, logger);
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    auto& report = reports[static_cast<std::size_t>(j)];
    if (!goes_on(report)) continue;
    Vector<T> right;
    Vector<T> solution;
    together(a_->comm(), [&] {
      right = b.column(j);
      solution = x.column(j);
    });
    report = second_leg(report, clock, right, solution, logger);
    x.set_column(j, solution);
  }
  const double joules = energy.joules_of_all(a_->comm());
  for (auto& report : reports) {
    report.joules = joules;
    if (logger) logger->solve_finished(report);
  }
  return reports;
}

#define SUAN_INSTANTIATE(T) template class LinearSolver<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
