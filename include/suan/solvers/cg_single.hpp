// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Preconditioned conjugate gradients with a single reduction in each iteration.
// A. T. Chronopoulos and C. W. Gear, "s-step iterative methods for symmetric linear systems",
// J. Comput. Appl. Math. 25 (1989), 153-168.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

using CgSingleOptions = KrylovOptions;

/// Needs A and M Hermitian positive definite, M the same linear map each time. It has the iterates
/// of Cg, for which ranks wait for each other once in an iteration instead of twice or three times;
/// it reads more of its vectors, and has a product more, because it knows a residual only after the
/// next ones.
///
/// Memory: 4 vectors besides b and x; 5 with a preconditioner.
template <Scalar T>
class CgSingle final : public Solver<T> {
 public:
  explicit CgSingle(const CgSingleOptions& options = {}) : Solver<T>(options) {}
  std::string name() const override { return "cg_single"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
  bool residual_may_grow() const noexcept override { return true; }
};

}  // namespace suan
