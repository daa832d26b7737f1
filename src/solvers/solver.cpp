// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solver.hpp"

#include <algorithm>
#include <cmath>

#include "matrix/deferred_errors.hpp"
#include "solvers/joules.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

const OptionTable<KrylovOptions>& KrylovOptions::table() {
  constexpr double huge = 1e300;
  static const auto table =
      OptionTable<KrylovOptions>()
          .number("rtol", &KrylovOptions::rtol, 0, 1,
                  "Solved when the recomputed residual is at most rtol times the norm of b.")
          .number("atol", &KrylovOptions::atol, 0, huge,
                  "Solved, too, when the recomputed residual is at most atol.")
          .number("max_iterations", &KrylovOptions::max_iterations, 0, 1e9,
                  "End after this many iterations.")
          .number("time_limit", &KrylovOptions::time_limit, 0, huge,
                  "End after this many seconds; 0 means no limit.")
          .number("dtol", &KrylovOptions::dtol, 1, huge,
                  "Diverged when the residual exceeds dtol times its start and the norm of b.");
  return table;
}

template <Scalar T>
void Solver<T>::Run::end(Reason reason, std::string detail) {
  report_.reason = reason;
  report_.detail = std::move(detail);
}

template <Scalar T>
bool Solver<T>::Run::finished(double residual_norm) {
  ++report_.iterations;
  report_.residual_norm = residual_norm;
  report_.history.push_back(residual_norm);
  try {
    if (speaks_) log_.iteration_finished(report_.iterations, residual_norm);
  } catch (...) {
    detail::settle(std::current_exception());  // a logger may throw on one rank, too
  }
  if (!std::isfinite(residual_norm)) {
    end(Reason::not_finite,
        message("the residual of iteration ", report_.iterations, " is not finite"));
    return true;
  }
  if (residual_norm <= target) {
    end(Reason::converged);
    return true;
  }
  const double start = std::max(report_.right_hand_side_norm, report_.initial_residual_norm);
  if (residual_norm > options_.dtol * start) {
    end(Reason::diverged,
        message("the residual grew to ", residual_norm, " from ", report_.initial_residual_norm));
    return true;
  }
  return false;
}

template <Scalar T>
bool Solver<T>::Run::iterations_used_up() {
  if (report_.iterations < options_.max_iterations) return false;
  end(Reason::max_iterations);
  return true;
}

template <Scalar T>
std::optional<Reason> Solver<T>::Run::reason_to_stop() const {
  const bool asks = log_.may_stop();
  if (options_.time_limit <= 0 && !asks) return {};
  constexpr std::int64_t late = 1;
  constexpr std::int64_t asked = 2;
  std::int64_t mine = 0;
  if (options_.time_limit > 0 && clock_.seconds() >= options_.time_limit) mine = late;
  if (asks && log_.stop_requested()) mine = asked;
  const std::int64_t all = a.comm().max(mine);
  if (all == 0) return {};
  return all == asked ? Reason::interrupted : Reason::time_limit;
}

template <Scalar T>
bool Solver<T>::Run::limit_reached() {
  if (iterations_used_up()) return true;
  const auto reason = reason_to_stop();
  if (reason) end(*reason);
  return reason.has_value();
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x) {
  return solve(a, Identity<T>(a.row_layout()), b, x);
}

template <Scalar T>
void Solver<T>::require_system(const Operator<T>& a, const Operator<T>& m, const Layout& b,
                               const Layout& x) const {
  KrylovOptions::table().check(options_);
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message(name(), ": the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
  require_same_layout("solve", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  require_same_layout("solve", "the preconditioner", m.row_layout(), "the matrix", a.row_layout());
  require_same_layout("solve", "the right-hand side b", b, "the matrix", a.row_layout());
  require_same_layout("solve", "the solution x", x, "the matrix", a.row_layout());
}

template <Scalar T>
SolveReport Solver<T>::empty_report(const Operator<T>& a, const Operator<T>& m) const {
  SolveReport report;
  report.solver = name();
  report.preconditioner = m.name();
  report.format = a.name();
  report.path = a.path();
  report.scalar = scalar_name<T>();
  report.unknowns = a.row_layout().global_size();
  report.ranks = a.comm().size();
  report.threads = static_cast<int>(HostExecutionSpace().concurrency());
  report.space = ExecutionSpace::name();
  return report;
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                             Vector<T>& x) {
  return solve({}, a, m, b, x);
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const Operator<T>& a, const Operator<T>& m,
                                          const MultiVector<T>& b, MultiVector<T>& x) {
  return solve({}, a, m, b, x);
}

template <Scalar T>
SolveReport Solver<T>::solve(const detail::SolveClock& clock, const Operator<T>& a,
                             const Operator<T>& m, const Vector<T>& b, Vector<T>& x) {
  require_system(a, m, b.layout(), x.layout());
  auto report = empty_report(a, m);
  const EnergyMeter energy;
  const Timer timer;
  detail::DeferredErrors errors(a.comm());
  run_and_verify(clock, a, m, b, x, report);
  errors.throw_together();
  Kokkos::fence("suan::solve");
  report.solve_seconds = timer.seconds();
  report.joules = detail::joules_of_all(a.comm(), energy);
  log_.solve_finished(report);
  return report;
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const detail::SolveClock& clock, const Operator<T>& a,
                                          const Operator<T>& m, const MultiVector<T>& b,
                                          MultiVector<T>& x) {
  require_system(a, m, b.layout(), x.layout());
  require_same_columns("solve", "the right-hand side b", b.columns(), "the solution x",
                       x.columns());
  std::vector<SolveReport> reports;
  if (!takes_blocks()) {
    for (LocalIndex j = 0; j < b.columns(); ++j) {
      auto solution = x.column(j);
      reports.push_back(solve(clock, a, m, b.column(j), solution));
      x.set_column(j, solution);
    }
    return reports;
  }
  reports.assign(b.view().extent(1), empty_report(a, m));
  for (auto& report : reports) report.path = a.block_path();
  const EnergyMeter energy;
  const Timer timer;
  detail::DeferredErrors errors(a.comm());
  run_and_verify(clock, a, m, b, x, reports);
  errors.throw_together();
  Kokkos::fence("suan::solve");
  const double seconds = timer.seconds();
  const double joules = detail::joules_of_all(a.comm(), energy);
  for (auto& report : reports) {
    report.solve_seconds = seconds;
    report.joules = joules;
    log_.solve_finished(report);
  }
  return reports;
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const Operator<T>& a, const MultiVector<T>& b,
                                          MultiVector<T>& x) {
  return solve(a, Identity<T>(a.row_layout()), b, x);
}

template <Scalar T>
void Solver<T>::iterate_block(std::vector<Run>&, MultiVector<T>&, MultiVector<T>&) {
  throw InternalError(message(name(), " takes no blocks of vectors"));
}

template <Scalar T>
SolverOperator<T>::SolverOperator(std::shared_ptr<Solver<T>> solver,
                                  std::shared_ptr<const Operator<T>> a,
                                  std::shared_ptr<const Operator<T>> m)
    : Operator<T>(a->column_layout(), a->row_layout()),
      solver_(std::move(solver)),
      a_(std::move(a)),
      m_(m ? std::move(m) : std::make_shared<Identity<T>>(a_->row_layout())) {}

template <Scalar T>
void SolverOperator<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  Vector<T> solution(this->row_layout());
  solver_->solve(*a_, *m_, x, solution);
  axpby(alpha, solution, beta, y);
}

template class Solver<float>;
template class Solver<double>;
template class Solver<Complex>;
template class SolverOperator<float>;
template class SolverOperator<double>;
template class SolverOperator<Complex>;

}  // namespace suan
