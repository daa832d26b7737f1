// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solving A x = b without knowledge of solvers.
#pragma once

#include "suan/solvers/registry.hpp"

namespace suan {

/// Chooses solver, preconditioner and format where `options` says "auto", says why in
/// report.choice, solves from the initial guess in x, and verifies. If both were chosen and CG is
/// slow, it goes on with multigrid; if CG finds the matrix indefinite, diverges, breaks down,
/// stagnates or makes no progress, GMRES continues from there; all within the same limits, and the
/// report says so. LinearSolver keeps the set-up for other right-hand sides. Collective.
/// @throws as LinearSolver and Solver::solve().
template <Scalar T>
SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options = {}, std::shared_ptr<EventLogger> logger = nullptr);

/// The same for several right-hand sides, with a report for each; see Solver::solve(). The choice
/// and the set-up are made once for all.
template <Scalar T>
std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x,
                               const SolveOptions& options = {},
                               std::shared_ptr<EventLogger> logger = nullptr);

}  // namespace suan
