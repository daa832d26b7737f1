// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/linear_solver.hpp"

#include "solvers/choice.hpp"
#include "suan/core/timer.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// The report of a solve in two legs.
SolveReport joined(const SolveReport& first, SolveReport second) {
  second.choice = first.choice + "; cg found A indefinite after " +
                  std::to_string(first.iterations) + " iterations: gmres went on";
  second.iterations += first.iterations;
  second.bytes_moved += first.bytes_moved;
  second.solve_seconds += first.solve_seconds;
  second.joules = first.joules < 0 || second.joules < 0 ? -1 : first.joules + second.joules;
  second.initial_residual_norm = first.initial_residual_norm;
  auto history = first.history;
  if (!second.history.empty()) {
    history.insert(history.end(), second.history.begin() + 1, second.history.end());
  }
  second.history = std::move(history);
  return second;
}

}  // namespace

template <Scalar T>
LinearSolver<T>::LinearSolver(std::shared_ptr<const Operator<T>> a, SolveOptions options,
                              std::shared_ptr<const Operator<T>> m)
    : given_(std::move(options)), given_m_(std::move(m)), a_(std::move(a)) {
  if (!a_) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  setup_ = set_up(*a_);
}

template <Scalar T>
auto LinearSolver<T>::set_up(const Operator<T>& a) const -> Setup {
  SolveOptions::table().check(given_);
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message("solve: the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
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
  if (!result.m) result.m = make_preconditioner<T>(result.options.preconditioner, a, given_);
  result.other = detail::in_format(a, given_.format, result.choice);
  Kokkos::fence("suan::solve_setup");
  result.seconds = timer.seconds();
  return result;
}

template <Scalar T>
std::string LinearSolver<T>::update(std::shared_ptr<const Operator<T>> a) {
  if (!a) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  setup_ = set_up(*a);
  a_ = std::move(a);
  return "all was made anew";
}

template <Scalar T>
detail::SolveClock LinearSolver<T>::start(const Layout& b, EventLogger* logger) {
  require_same_layout("solve", "the right-hand side b", b, "the matrix", a_->row_layout());
  if (!setup_.is_new) return {};
  setup_.is_new = false;
  if (logger != nullptr) logger->setup_finished(setup_.options.preconditioner, setup_.seconds);
  return {setup_.seconds};
}

/// Runs a method on what was made; what it returns, completed.
template <Scalar T>
template <class Vectors>
auto LinearSolver<T>::run(const std::string& name, const SolveOptions& options,
                          const detail::SolveClock& clock, const Vectors& b, Vectors& x,
                          const std::shared_ptr<EventLogger>& logger) const {
  auto solver = make_solver<T>(name, options);
  if (logger) solver->add_logger(logger);
  auto result = solver->solve(clock, setup_.other ? *setup_.other : *a_, *setup_.m, b, x);
  const auto complete = [&](SolveReport& report) {
    report.choice = setup_.choice;
    report.setup_seconds = clock.before;
  };
  if constexpr (std::same_as<Vectors, Vector<T>>) {
    complete(result);
  } else {
    for (auto& report : result) complete(report);
  }
  return result;
}

/// `report`, or where CG was the library's choice and found A indefinite, that of GMRES from there.
template <Scalar T>
SolveReport LinearSolver<T>::completed(const SolveReport& report, const detail::SolveClock& clock,
                                       const Vector<T>& b, Vector<T>& x,
                                       const std::shared_ptr<EventLogger>& logger) const {
  const bool goes_on = given_.solver == "auto" && setup_.options.solver == "cg" &&
                       report.reason == Reason::indefinite_matrix;
  if (!goes_on) return report;
  auto rest = setup_.options;
  rest.krylov().max_iterations -= report.iterations;
  return joined(report, run("gmres", rest, clock, b, x, logger));
}

template <Scalar T>
SolveReport LinearSolver<T>::solve(const Vector<T>& b, Vector<T>& x,
                                   std::shared_ptr<EventLogger> logger) {
  const auto clock = start(b.layout(), logger.get());
  const auto report = run(setup_.options.solver, setup_.options, clock, b, x, logger);
  return completed(report, clock, b, x, logger);
}

template <Scalar T>
std::vector<SolveReport> LinearSolver<T>::solve(const MultiVector<T>& b, MultiVector<T>& x,
                                                std::shared_ptr<EventLogger> logger) {
  const auto clock = start(b.layout(), logger.get());
  auto reports = run(setup_.options.solver, setup_.options, clock, b, x, logger);
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    auto& report = reports[static_cast<std::size_t>(j)];
    if (report.reason != Reason::indefinite_matrix) continue;
    auto solution = x.column(j);
    report = completed(report, clock, b.column(j), solution, logger);
    x.set_column(j, solution);
  }
  return reports;
}

template class LinearSolver<float>;
template class LinearSolver<double>;
template class LinearSolver<Complex>;

}  // namespace suan
