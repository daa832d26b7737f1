// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A x = b with as little knowledge of solvers as possible.
#pragma once

#include "suan/solvers/registry.hpp"

namespace suan {

/// What a few products with A tell about it.
struct MatrixTraits {
  /// What entries differ by from those across the diagonal is rounding, beside the diagonal. Looked
  /// at in up to 8192 rows of each rank; for what is not seen so, |v^H A u - conj(u^H A v)| for
  /// pseudo-random u and v, divided by the roots of the diagonal, is rounding.
  bool hermitian = false;
  bool has_entries = false;  ///< the diagonal could be looked at
  bool diagonal_nonzero = false;
  bool diagonal_positive = false;  ///< real and positive
  bool diagonal_varies = false;    ///< scaling by it would change anything
};

/// Looks at a square operator: at its diagonal and entries, or at a sample of them and two
/// products. Collective.
template <Scalar T>
MatrixTraits probe(const Operator<T>& a);

/// Chooses solver, preconditioner and format where `options` says "auto", says why in
/// report.choice, solves from the initial guess in x, and verifies. When CG, chosen so, finds the
/// matrix indefinite, diverges, breaks down, stagnates or gets nowhere, GMRES goes on from there
/// within the same limits, and the report says so. LinearSolver keeps what is made here for other
/// right-hand sides. Collective. @throws as LinearSolver and Solver::solve().
template <Scalar T>
SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options = {}, std::shared_ptr<EventLogger> logger = nullptr);

/// The same for several right-hand sides side by side, with a report for each; see Solver::solve().
/// What is chosen and made before is so once for all.
template <Scalar T>
std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x,
                               const SolveOptions& options = {},
                               std::shared_ptr<EventLogger> logger = nullptr);

}  // namespace suan
