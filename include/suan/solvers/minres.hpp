// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The preconditioned minimal residual method for Hermitian matrices.
// C. C. Paige and M. A. Saunders, "Solution of sparse indefinite systems of linear equations",
// SIAM J. Numer. Anal. 12 (1975), 617-629.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

using MinresOptions = KrylovOptions;

/// For Hermitian A, which may be indefinite or singular, with M Hermitian positive definite and the
/// same linear map each time. Among the vectors of the Krylov space it finds the x with the least
/// r^H M r for r = b - A x; without M the residual never grows. If A is singular and b not in its
/// range, it ends as stagnated, with an x of about the least residual.
///
/// Memory: 5 vectors besides b and x; 7 with a preconditioner.
template <Scalar T>
class Minres final : public Solver<T> {
 public:
  explicit Minres(const MinresOptions& options = {}) : Solver<T>(options) {}
  std::string name() const override { return "minres"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
};

}  // namespace suan
