// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solve.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// The one-line form, for a single solve. Checks the layout of b before anything is set up.
template <Scalar T, class Vectors>
auto solve_once(const Operator<T>& a, const Vectors& b, Vectors& x, const SolveOptions& options,
                std::shared_ptr<EventLogger> logger) {
  if (a.row_layout().global_size() == a.column_layout().global_size()) {
    require_same_layout("solve", "the right-hand side b", b.layout(), "the matrix", a.row_layout());
  }
  const std::shared_ptr<const Operator<T>> borrowed(std::shared_ptr<void>(), &a);
  return LinearSolver<T>(borrowed, options).solve(b, x, std::move(logger));
}

}  // namespace

template <Scalar T>
SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options, std::shared_ptr<EventLogger> logger) {
  return solve_once(a, b, x, options, std::move(logger));
}

template <Scalar T>
std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x,
                               const SolveOptions& options, std::shared_ptr<EventLogger> logger) {
  return solve_once(a, b, x, options, std::move(logger));
}

#define SUAN_INSTANTIATE(T)                                                          \
  template SolveReport solve(const Operator<T>&, const Vector<T>&, Vector<T>&,       \
                             const SolveOptions&, std::shared_ptr<EventLogger>);     \
  template std::vector<SolveReport> solve(const Operator<T>&, const MultiVector<T>&, \
                                          MultiVector<T>&, const SolveOptions&,      \
                                          std::shared_ptr<EventLogger>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
