// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Richardson's iteration, with a preconditioner: x = x + damping M (b - A x).
// L. F. Richardson, "The approximate arithmetical solution by finite differences of physical
// problems involving differential equations", Phil. Trans. R. Soc. A 210 (1911), 307-357.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct RichardsonOptions {
  KrylovOptions krylov{};
  double damping = 1;
  static const OptionTable<RichardsonOptions>& table();
};

/// Converges from any guess if all eigenvalues of I - damping A M are within the unit circle: M
/// must be a good preconditioner, or damping small. It has no reduction beside the residual's norm,
/// and shows how a preconditioner works by itself. M may vary.
///
/// Memory: 2 vectors besides b and x, 3 with a preconditioner.
template <Scalar T>
class Richardson final : public Solver<T> {
 public:
  explicit Richardson(const RichardsonOptions& options = {});
  std::string name() const override { return "richardson"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  double damping_;
};

}  // namespace suan
