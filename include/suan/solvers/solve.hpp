// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A x = b with as little knowledge of solvers as possible.
#pragma once

#include "suan/solvers/registry.hpp"

namespace suan {

/// What a few products with A tell about it.
struct MatrixTraits {
  bool hermitian = false;    ///< |v^H A u - conj(u^H A v)| is rounding, for pseudo-random u, v
  bool has_entries = false;  ///< the diagonal could be looked at
  bool diagonal_nonzero = false;
  bool diagonal_positive = false;  ///< real and positive
  bool diagonal_varies = false;    ///< scaling by it would change anything
};

/// Looks at a square operator: two products and a pass over the diagonal. Collective.
template <Scalar T>
MatrixTraits probe(const Operator<T>& a);

/// Chooses solver, preconditioner and format where `options` says "auto", says why in
/// report.choice, solves from the initial guess in x, and verifies. When CG meets an indefinite
/// matrix that the choice did not foresee, GMRES goes on from there, and the report says so.
/// Collective.
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
