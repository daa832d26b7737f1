// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The preconditioned conjugate gradient method for Hermitian positive definite matrices.
// M. R. Hestenes and E. Stiefel, "Methods of conjugate gradients for solving linear systems",
// J. Res. Nat. Bur. Standards 49 (1952), 409-436.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

using CgOptions = KrylovOptions;

/// Needs A and M Hermitian positive definite; ends with Reason::indefinite_matrix or
/// Reason::indefinite_preconditioner when an iteration shows that one is not.
///
/// Memory: 3 vectors besides b and x, 4 when M is not diagonal; for several right-hand sides 5 for
/// each, and up to 8 where some are solved before the others.
template <Scalar T>
class Cg final : public Solver<T> {
 public:
  explicit Cg(const CgOptions& options = {}) : Solver<T>(options) {}
  std::string name() const override { return "cg"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_multi() const noexcept override { return true; }
  bool residual_may_grow() const noexcept override { return true; }
  void iterate_multi(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r) override;
  void iterate_diagonal(Run& run, const DeviceView<const T>& d, Vector<T>& x, Vector<T>& r);
  void iterate_general(Run& run, Vector<T>& x, Vector<T>& r);
};

}  // namespace suan
