// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solve.hpp"

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

/// Everything that is decided and made before a solve.
template <Scalar T>
struct Prepared {
  SolveOptions options;  // with nothing left open
  std::string why;
  std::unique_ptr<const Operator<T>> m;
  std::unique_ptr<const Operator<T>> other;  // A in another format, or nothing
  double seconds = 0;
};

template <Scalar T>
Prepared<T> prepare(const Operator<T>& a, const Layout& b, const SolveOptions& options,
                    EventLogger* logger) {
  SolveOptions::table().check(options);
  // The solver checks all layouts; these two come first because probe() works on A alone.
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message("solve: the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
  require_same_layout("solve", "the right-hand side b", b, "the matrix", a.row_layout());

  const Timer setup;
  Prepared<T> result{options, {}, nullptr, nullptr, 0};
  const bool is_open = options.solver == "auto" || options.preconditioner == "auto";
  if (is_open) result.why = detail::choose(probe(a), result.options);
  result.m = make_preconditioner<T>(result.options.preconditioner, a, result.options);
  result.other = detail::in_format(a, options.format, result.why);
  Kokkos::fence("suan::solve_setup");
  result.seconds = setup.seconds();
  if (logger != nullptr) {
    logger->setup_finished(result.options.preconditioner, result.seconds);
  }
  return result;
}

/// Runs a method on what was prepared; what it returns, completed.
template <Scalar T, class Vectors>
auto run(const std::string& name, const Operator<T>& a, const Prepared<T>& prepared,
         const Vectors& b, Vectors& x, const std::shared_ptr<EventLogger>& logger) {
  auto solver = make_solver<T>(name, prepared.options);
  if (logger) solver->add_logger(logger);
  auto result = solver->solve(prepared.other ? *prepared.other : a, *prepared.m, b, x);
  const auto complete = [&](SolveReport& report) {
    report.choice = prepared.why;
    report.setup_seconds = prepared.seconds;
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
SolveReport completed(const SolveReport& report, const SolveOptions& given, const Operator<T>& a,
                      Prepared<T>& prepared, const Vector<T>& b, Vector<T>& x,
                      const std::shared_ptr<EventLogger>& logger) {
  const bool goes_on = given.solver == "auto" && prepared.options.solver == "cg" &&
                       report.reason == Reason::indefinite_matrix;
  if (!goes_on) return report;
  const auto allowed = prepared.options.krylov().max_iterations;
  prepared.options.krylov().max_iterations -= report.iterations;
  auto result = joined(report, run("gmres", a, prepared, b, x, logger));
  prepared.options.krylov().max_iterations = allowed;
  return result;
}

}  // namespace

template <Scalar T>
SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options, std::shared_ptr<EventLogger> logger) {
  auto prepared = prepare(a, b.layout(), options, logger.get());
  const auto report = run(prepared.options.solver, a, prepared, b, x, logger);
  return completed(report, options, a, prepared, b, x, logger);
}

template <Scalar T>
std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x,
                               const SolveOptions& options, std::shared_ptr<EventLogger> logger) {
  auto prepared = prepare(a, b.layout(), options, logger.get());
  auto reports = run(prepared.options.solver, a, prepared, b, x, logger);
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    auto& report = reports[static_cast<std::size_t>(j)];
    if (report.reason != Reason::indefinite_matrix) continue;
    auto solution = x.column(j);
    report = completed(report, options, a, prepared, b.column(j), solution, logger);
    x.set_column(j, solution);
  }
  return reports;
}

#define SUAN_INSTANTIATE(T)                                                          \
  template SolveReport solve(const Operator<T>&, const Vector<T>&, Vector<T>&,       \
                             const SolveOptions&, std::shared_ptr<EventLogger>);     \
  template std::vector<SolveReport> solve(const Operator<T>&, const MultiVector<T>&, \
                                          MultiVector<T>&, const SolveOptions&,      \
                                          std::shared_ptr<EventLogger>);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan
