// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the frame of a solve says in its report: before the method runs, after each of its rounds,
// and at the end.
#pragma once

#include <functional>

#include "solvers/units.hpp"

namespace suan::detail {

/// Whether there is a b to solve for; else the reason is noted. `bad_row` is the first row in which
/// b is not finite, or -1.
bool usable(SolveReport& report, double b_norm, GlobalIndex bad_row);

/// Whether a method has to start from a residual of this norm, which is in the goal's units; else
/// the reason is noted. Where it is not finite, guess() and residual() are the first bad rows of x,
/// or -1, and of the residual.
bool to_solve(SolveReport& report, const Goal& goal, double norm,
              const std::function<GlobalIndex()>& guess,
              const std::function<GlobalIndex()>& residual);

/// The recomputed residual of a round, in the goal's units.
struct Verified {
  double before = 0;              ///< that from which the round started
  double norm = 0;                ///< that of the x which it left
  double rounding = 0;            ///< about what rounding errors leave; 0 where nobody asked
  GlobalIndex bad_row = -1;       ///< where it is not finite
  bool default_in_float = false;  ///< rounding errors alone count as converged
};

/// Whether it matters how large rounding errors are: the method cannot get to its target.
bool asks_for_rounding(const SolveReport& report, const Goal& goal, double norm);

/// Whether the method has to go on, because its own residual, which it says is small enough, has
/// drifted from the recomputed one; else the reason is right. Going on has to help.
bool has_to_go_on(SolveReport& report, const Goal& goal, const Verified& verified,
                  std::int64_t max_iterations);

/// Whether the initial guess is better than what a solve ended with; the report is then that of the
/// guess. At a limit less_energy(), collective, says whether the last iterate has less of it, which
/// counts for a method whose residual may grow.
bool guess_is_better(SolveReport& report, bool residual_may_grow,
                     const std::function<bool()>& less_energy);

/// x^H A x / 2 - b^H x, with which the error in the norm of a positive definite A decreases, from
/// r = b - A x. Collective.
template <Scalar T>
double energy(const Vector<T>& b, const Vector<T>& r, const Vector<T>& x);

/// Whether x, with the residual r, has less of it than the guess; an empty guess is zero. r is
/// overwritten. One product where there is a guess. Collective.
template <Scalar T>
bool has_less_energy(const Operator<T>& a, const Vector<T>& b, const Vector<T>& guess,
                     const Vector<T>& x, Vector<T>& r);

/// About the norm of what rounding errors leave of a residual: eps ||A|| ||x||, with ||A|| seen
/// from what A makes of r, which rounding errors alone have left. One product. Collective.
template <Scalar T>
double rounding_errors(const Operator<T>& a, const Vector<T>& r, const Vector<T>& x);

}  // namespace suan::detail
