// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The preconditioned SYMMLQ method for Hermitian matrices.
// C. C. Paige and M. A. Saunders, "Solution of sparse indefinite systems of linear equations",
// SIAM J. Numer. Anal. 12 (1975), 617-629.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

using SymmlqOptions = KrylovOptions;

/// For nonsingular Hermitian A, which may be indefinite, with M Hermitian positive definite and the
/// same linear map each time. Among x in A M times the Krylov space it finds the one that is
/// nearest to the solution, in the norm of M^-1. Residuals may grow on the way, and those reported
/// are the smaller one of this point and of that of conjugate gradients; it returns the better of
/// both.
///
/// Memory: 4 vectors besides b and x; 5 with a preconditioner.
template <Scalar T>
class Symmlq final : public Solver<T> {
 public:
  explicit Symmlq(const SymmlqOptions& options = {}) : Solver<T>(options) {}
  std::string name() const override { return "symmlq"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
};

}  // namespace suan
