// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Argument checks of every solve.
#pragma once

#include "suan/solvers/solver.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/solvers/detail/argument_checks.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/solvers/detail/units.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

template <Scalar T>
double relative_tolerance(const KrylovOptions& options) {
  constexpr double default_in_float = 1e-5;
  const bool is_default = std::is_same_v<Real<T>, float> && options.rtol == KrylovOptions().rtol;
  return is_default ? default_in_float : options.rtol;
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x) {
  return solve(a, Identity<T>(a.row_layout()), b, x);
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const Operator<T>& a, const MultiVector<T>& b,
                                          MultiVector<T>& x) {
  return solve(a, Identity<T>(a.row_layout()), b, x);
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                             Vector<T>& x) {
  const detail::SolveEnergy energy;
  auto report = solve(detail::SolveClock{}, a, m, b, x);
  report.joules = energy.joules_of_all(a.comm());
  log_.solve_finished(report);
  return report;
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const Operator<T>& a, const Operator<T>& m,
                                          const MultiVector<T>& b, MultiVector<T>& x) {
  const detail::SolveEnergy energy;
  auto reports = solve(detail::SolveClock{}, a, m, b, x);
  const double joules = energy.joules_of_all(a.comm());
  for (auto& report : reports) {
    report.joules = joules;
    log_.solve_finished(report);
  }
  return reports;
}

template <Scalar T>
std::string Solver<T>::told() const {
  return KrylovOptions::table().write(options_);
}

template <Scalar T>
void Solver<T>::require_constant(const Operator<T>& m) const {
  if (!m.varies() || takes_varying()) return;
  throw InvalidArgument(message(
      name(), ": the preconditioner (", m.name(), ") varies from product ",
      "to product, and this method needs the same linear map each time; ", "use gmres, or cg"));
}

template <Scalar T>
void Solver<T>::require_system(const Operator<T>& a, const Operator<T>& m, const Layout& b,
                               const Layout& x, LocalIndex b_columns, LocalIndex x_columns) const {
  if (a.comm().size() > 1) {
    const auto size = [](const char* what, const Layout& layout) {
      return message("size of ", what, " = ", layout.global_size(), "\n");
    };
    require_agreement(
        a.comm(), "Solver::solve",
        message("solver = ", name(), "\npreconditioner = ", m.name(), "\n", told(),
                size("the rows of A", a.row_layout()), size("the columns of A", a.column_layout()),
                size("the preconditioner", m.row_layout()), size("b", b), size("x", x),
                "right-hand sides = ", b_columns, "\nsolutions = ", x_columns,
                "\na logger may stop = ", log_.may_stop() ? "true" : "false", "\n"));
  }
  KrylovOptions::table().check(options_);
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message(name(), ": the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
  if (a.varies()) {
    throw InvalidArgument(message(name(), ": the matrix (", a.name(), ") varies from product to ",
                                  "product, so there is no system to solve; use it as the "
                                  "preconditioner, or wrap it as a function if it varies less than "
                                  "your rtol"));
  }
  require_constant(m);
  require_same_layout("solve", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  require_same_layout("solve", "the preconditioner", m.row_layout(), "the matrix", a.row_layout());
  require_same_layout("solve", "the right-hand side b", b, "the matrix", a.row_layout());
  require_same_layout("solve", "the solution x", x, "the matrix", a.row_layout());
  require_same_columns("solve", "the right-hand side b", b_columns, "the solution x", x_columns);
  a.require_current();
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
detail::Goal Solver<T>::goal(double b_norm, double start, int exponent) const {
  detail::Goal result;
  result.exponent = exponent;
  result.b_norm = b_norm;
  result.start = start;
  result.target =
      std::max(relative_tolerance<T>(options_) * b_norm, std::ldexp(options_.atol, exponent));
  constexpr auto eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  result.floor = 0.125 * eps * b_norm;
  return result;
}

template <Scalar T>
SolveReport Solver<T>::solve(const detail::SolveClock& clock, const Operator<T>& a,
                             const Operator<T>& m, const Vector<T>& b, Vector<T>& x) {
  require_system(a, m, b.layout(), x.layout(), 1, 1);
  auto report = empty_report(a, m);
  const Timer timer;
  detail::DeferredErrors errors(a.comm());
  run_and_verify(clock, a, m, b, x, report);
  errors.throw_together();
  Kokkos::fence("suan::solve");
  report.solve_seconds = timer.seconds();
  return report;
}

template <Scalar T>
std::vector<SolveReport> Solver<T>::solve(const detail::SolveClock& clock, const Operator<T>& a,
                                          const Operator<T>& m, const MultiVector<T>& b,
                                          MultiVector<T>& x) {
  require_system(a, m, b.layout(), x.layout(), b.columns(), x.columns());
  std::vector<SolveReport> reports(b.view().extent(1), empty_report(a, m));
  // Two vectors are faster one after the other: passes over a single vector use whole cache lines.
  constexpr LocalIndex fewest = 3;
  const bool is_together = takes_multi() && b.columns() >= fewest;
  const Timer timer;
  detail::DeferredErrors errors(a.comm());
  if (is_together) {
    for (auto& report : reports) report.path = a.multi_path();
    run_and_verify(clock, a, m, b, x, reports);
  } else {
    detail::require_distinct(b, x);
    for (LocalIndex j = 0; j < b.columns(); ++j) {
      const Timer one;
      auto& report = reports[static_cast<std::size_t>(j)];
      run_alone(clock, a, m, b, x, j, report);
      report.solve_seconds = one.seconds();
    }
  }
  errors.throw_together();
  Kokkos::fence("suan::solve");
  const double seconds = timer.seconds();
  if (is_together) {
    for (auto& report : reports) report.solve_seconds = seconds;
  }
  return reports;
}

template <Scalar T>
void Solver<T>::run_alone(const detail::SolveClock& clock, const Operator<T>& a,
                          const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x,
                          LocalIndex j, SolveReport& report) {
  Vector<T> right;
  Vector<T> solution;
  together(a.comm(), [&] {
    right = b.column(j);
    solution = x.column(j);
  });
  report = empty_report(a, m);
  run_and_verify(clock, a, m, right, solution, report);
  x.set_column(j, solution);
}

template <Scalar T>
void Solver<T>::iterate_multi(std::vector<Run>&, MultiVector<T>&, MultiVector<T>&) {
  throw InternalError(message(name(), " does not solve for several vectors at once"));
}

#define SUAN_INSTANTIATE(T)      \
  SUAN_TEMPLATE class Solver<T>; \
  SUAN_TEMPLATE double relative_tolerance<T>(const KrylovOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
