// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solvers inside solvers.
#pragma once

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/units.hpp"
#include "suan/solvers/solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

template <Scalar T>
void Solver<T>::solve_inside(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b,
                             Vector<T>& x, Vector<T>& r) {
  static const EventLog silence;
  const auto norm = static_cast<double>(norm2(b));
  const double size = std::isfinite(norm) ? norm : detail::largest(b);
  if (size == 0 || !std::isfinite(size)) {
    copy(b, x);  // zero, or not finite, which the outer solver must see
    return;
  }
  fill(x, T(0));
  detail::Units<T> units(m, b, x);
  units.choose(size, 0);
  copy(units.b(), r);
  double start = units.exponent() == 0 ? norm : static_cast<double>(norm2(r));
  auto aim = goal(start, start, units.exponent());
  SolveReport report;
  const detail::SolveClock clock;
  const typename detail::KeptWorkspace<T>::Loan workspace(workspace_);
  while (true) {
    Run run(a, units.m(), *this, silence, clock, aim, report, *workspace, false);
    iterate(run, units.b(), x, r);
    if (!run.rescales()) break;
    const int by = units.respond(start, run.direction_gain(), run.image_gain(), aim, r);
    start = std::ldexp(start, by);
  }
  units.leave();
}

template <Scalar T>
SolverOperator<T>::SolverOperator(std::shared_ptr<Solver<T>> solver,
                                  std::shared_ptr<const Operator<T>> a,
                                  std::shared_ptr<const Operator<T>> m)
    : Operator<T>(a->column_layout(), a->row_layout()),
      solver_(std::move(solver)),
      a_(std::move(a)),
      m_(m ? std::move(m) : std::make_shared<Identity<T>>(a_->row_layout())) {
  if (a_->varies()) {
    throw InvalidArgument(message("SolverOperator: the matrix (", a_->name(), ") varies from ",
                                  "product to product, so there is no system to solve"));
  }
  solver_->require_constant(*m_);
  require_same_layout("SolverOperator", "the rows of the matrix", a_->row_layout(), "its columns",
                      a_->column_layout());
  require_same_layout("SolverOperator", "the preconditioner", m_->row_layout(), "the matrix",
                      a_->row_layout());
}

template <Scalar T>
void SolverOperator<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  // The layouts differ on all ranks or none: in the first product, when they are still empty.
  if (!(residual_.layout() == this->row_layout())) {
    Vector<T> solution;
    Vector<T> residual;
    together(this->comm(), [&] {
      solution = Vector<T>(this->row_layout());
      residual = Vector<T>(this->row_layout());
    });
    // Only now, when all ranks have them: else the next product would find some there and some not.
    solution_ = std::move(solution);
    residual_ = std::move(residual);
  }
  if (alpha == T(1) && beta == T(0)) {
    solver_->solve_inside(*a_, *m_, x, y, residual_);
    return;
  }
  solver_->solve_inside(*a_, *m_, x, solution_, residual_);
  axpby(alpha, std::as_const(solution_), beta, y);
}

#define SUAN_INSTANTIATE(T)                                                             \
  SUAN_TEMPLATE void Solver<T>::solve_inside(const Operator<T>&, const Operator<T>&,    \
                                             const Vector<T>&, Vector<T>&, Vector<T>&); \
  SUAN_TEMPLATE class SolverOperator<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
