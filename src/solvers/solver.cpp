// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solver.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <string>

#include "suan/core/energy.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// Names this machine, not the container, among those of a job.
std::int64_t machine_number() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string name;
  in >> name;
  return static_cast<std::int64_t>(std::hash<std::string>()(name) >> 1);
}

/// Joules of all machines on which ranks run, each read by its lowest rank. Negative when one of
/// them cannot tell, and on a GPU, whose energy is not known here. Collective.
double joules_of_all(const Communicator& comm, const EnergyMeter& meter) {
  constexpr double unknown = -1;
  if (SUAN_HAVE_CUDA != 0) return unknown;
  const auto machines = comm.all_gather(machine_number());
  const auto mine = machines.begin() + comm.rank();
  const bool reads = std::find(machines.begin(), mine, *mine) == mine;
  const double joules = reads ? meter.joules() : 0;
  const bool all_known = comm.min(joules) >= 0;
  const double sum = comm.sum(joules);
  return all_known ? sum : unknown;
}

}  // namespace

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
  log_.iteration_finished(report_.iterations, residual_norm);
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
bool Solver<T>::Run::time_is_up() const {
  if (options_.time_limit <= 0) return false;
  const std::int64_t mine = timer_.seconds() >= options_.time_limit ? 1 : 0;
  return a.comm().max(mine) != 0;
}

template <Scalar T>
bool Solver<T>::Run::limit_reached() {
  if (report_.iterations >= options_.max_iterations) {
    end(Reason::max_iterations);
    return true;
  }
  if (time_is_up()) {
    end(Reason::time_limit);
    return true;
  }
  return false;
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x) {
  return solve(a, Identity<T>(a.row_layout()), b, x);
}

template <Scalar T>
SolveReport Solver<T>::solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                             Vector<T>& x) {
  KrylovOptions::table().check(options_);
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message(name(), ": the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
  require_same_layout("solve", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  require_same_layout("solve", "the preconditioner", m.row_layout(), "the matrix", a.row_layout());
  require_same_layout("solve", "the right-hand side b", b.layout(), "the matrix", a.row_layout());
  require_same_layout("solve", "the solution x", x.layout(), "the matrix", a.row_layout());

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
  const EnergyMeter energy;
  const Timer timer;
  run_and_verify(a, m, b, x, report);
  Kokkos::fence("suan::solve");
  report.solve_seconds = timer.seconds();
  report.joules = joules_of_all(a.comm(), energy);
  log_.solve_finished(report);
  return report;
}

template <Scalar T>
void Solver<T>::run_and_verify(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                               Vector<T>& x, SolveReport& report) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const double b_norm = norm2(b);
  report.right_hand_side_norm = b_norm;
  if (!std::isfinite(b_norm)) {
    report.true_residual_norm = nan;
    report.reason = Reason::not_finite;
    report.detail = message("the right-hand side is not finite at row ", first_not_finite(b));
    return;
  }
  if (b_norm == 0) {
    fill(x, T(0));
    report.reason = Reason::zero_right_hand_side;
    return;
  }
  const double target = std::max(options_.rtol * b_norm, options_.atol);
  Vector<T> r(b.layout());
  double norm = a.residual(b, x, r);
  report.initial_residual_norm = report.residual_norm = report.true_residual_norm = norm;
  report.history.push_back(norm);
  if (!std::isfinite(norm)) {
    const GlobalIndex guess = first_not_finite(x);
    report.reason = Reason::not_finite;
    report.detail = guess >= 0
                        ? message("the initial guess is not finite at row ", guess)
                        : message("the matrix is not finite, or its product overflows, at row ",
                                  first_not_finite(r));
    return;
  }
  log_.solve_started(name(), norm, target);
  if (norm <= target) {
    report.reason = Reason::exact_initial_guess;
    return;
  }

  while (true) {
    Run run(a, m, options_, log_, report, target);
    iterate(run, b, x, r);
    const double before = norm;
    norm = a.residual(b, x, r);
    report.true_residual_norm = norm;
    const bool claims =
        report.reason == Reason::converged || report.reason == Reason::happy_breakdown;
    if (!claims) {
      if (norm <= target) report.reason = Reason::converged;
      return;
    }
    if (norm <= target) return;
    // The method's own residual has drifted from the true one: go on from x with the true one,
    // as long as that helps.
    if (!(norm < 0.5 * before)) {
      report.detail = message("the method's own residual fell to ", report.residual_norm,
                              ", but the recomputed one is ", norm, ", above the target ", target);
      report.reason = Reason::stagnated;
      return;
    }
    if (report.iterations >= options_.max_iterations) {
      report.reason = Reason::max_iterations;
      return;
    }
  }
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
