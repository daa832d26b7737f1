// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The preconditioned conjugate residual method for Hermitian matrices.
// E. Stiefel, "Relaxationsmethoden bester Strategie zur Loesung linearer Gleichungssysteme",
// Comment. Math. Helv. 29 (1955), 157-179.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

using CrOptions = KrylovOptions;

/// For Hermitian A, which may be singular, with M Hermitian positive definite and the same linear
/// map each time. It has the iterates of Minres with fewer operations, where A is definite; if not,
/// it may break down. If A is singular and b not in its range, it ends as stagnated, with an x of
/// about the least residual.
///
/// Memory: 4 vectors besides b and x; 6 with a preconditioner.
template <Scalar T>
class Cr final : public Solver<T> {
 public:
  explicit Cr(const CrOptions& options = {}) : Solver<T>(options) {}
  std::string name() const override { return "cr"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
};

}  // namespace suan
