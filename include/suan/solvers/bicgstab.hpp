// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The stabilised biconjugate gradient method, preconditioned from the right.
// H. A. van der Vorst, "Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG for the solution
// of nonsymmetric linear systems", SIAM J. Sci. Stat. Comput. 13 (1992), 631-644.
#pragma once

#include "suan/solvers/shadow_options.hpp"

namespace suan {

using BicgstabOptions = ShadowOptions;

/// For any nonsingular A whose eigenvalues are not close to the imaginary axis: on a skew-Hermitian
/// A it breaks down, where BicgstabL does not. An iteration has two products with A and with M, and
/// three reductions.
///
/// If an inner product that it divides by vanishes, it starts again from its iterate with another
/// shadow residual; it ends with Reason::breakdown when that has not helped twice. M may vary: x
/// moves along the products with it that were made.
///
/// Memory: 5 vectors besides b and x, 7 with a preconditioner.
template <Scalar T>
class Bicgstab final : public Solver<T> {
 public:
  explicit Bicgstab(const BicgstabOptions& options = {});
  std::string name() const override { return "bicgstab"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::string shadow_;
};

}  // namespace suan
