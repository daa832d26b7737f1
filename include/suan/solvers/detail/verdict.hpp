// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The decisions that a solve records in its report: before the method runs, after each round, and
// at the end.
#pragma once

#include <functional>

#include "suan/solvers/detail/units.hpp"

namespace suan::detail {

/// Whether there is a b to solve for; else the reason is recorded. `bad_row` is the first row in
/// which b is not finite, or -1.
bool usable(SolveReport& report, double b_norm, GlobalIndex bad_row);

/// Whether the method must run from a residual of this norm, which is in the goal's units; else the
/// reason is recorded. If it is not finite, guess() and residual() are the first bad rows of x, or
/// -1, and of the residual.
bool to_solve(SolveReport& report, const Goal& goal, double norm,
              const std::function<GlobalIndex()>& guess,
              const std::function<GlobalIndex()>& residual);

/// The iterations to the target if the best residual goes on to fall as it did since its start;
/// infinite if it did not fall.
double iterations_left(std::int64_t iterations, double start, double best, double target);

/// The recomputed residual of a round, in the goal's units.
struct Verified {
  double before = 0;              ///< at the start of the round
  double norm = 0;                ///< of the x that it returned
  double rounding = 0;            ///< about what rounding errors leave; 0 if not needed
  GlobalIndex bad_row = -1;       ///< where it is not finite
  bool default_in_float = false;  ///< rounding errors alone count as converged
};

/// Whether the size of rounding errors matters: the method cannot reach its target.
bool asks_for_rounding(const SolveReport& report, const Goal& goal, double norm);

/// Whether the method must continue, because its own residual is small enough but has drifted from
/// the recomputed one, and continuing helps; else the reason is right.
bool has_to_go_on(SolveReport& report, const Goal& goal, const Verified& verified,
                  std::int64_t max_iterations);

/// Whether the initial guess is better than the result of the solve; the report is then that of the
/// guess. At a limit, less_energy(), collective, says whether the last iterate has less energy,
/// which counts for a method whose residual may grow.
bool guess_is_better(SolveReport& report, bool residual_may_grow,
                     const std::function<bool()>& less_energy);

/// The energy x^H A x / 2 - b^H x, computed from r = b - A x. It falls with the error in the norm
/// of a positive definite A. Collective.
template <Scalar T>
double energy(const Vector<T>& b, const Vector<T>& r, const Vector<T>& x);

/// Whether x, with the residual r, has less energy than the guess; an empty guess is zero. r is
/// overwritten. One product if there is a guess. Collective.
template <Scalar T>
bool has_less_energy(const Operator<T>& a, const Vector<T>& b, const Vector<T>& guess,
                     const Vector<T>& x, Vector<T>& r);

/// About the norm that rounding errors leave in a residual: eps ||A|| ||x||, with ||A|| estimated
/// as ||A r|| / ||r||, where r consists of rounding errors only. One product. Collective.
template <Scalar T>
double rounding_errors(const Operator<T>& a, const Vector<T>& r, const Vector<T>& x);

}  // namespace suan::detail
