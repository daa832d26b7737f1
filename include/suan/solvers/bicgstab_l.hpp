// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// BiCGStab(l): stabilised biconjugate gradients with residual polynomials of degree l,
// preconditioned from the right.
// G. L. G. Sleijpen and D. R. Fokkema, "BiCGstab(l) for linear equations involving unsymmetric
// matrices with complex spectrum", Electron. Trans. Numer. Anal. 1 (1993), 11-32;
// G. L. G. Sleijpen and H. A. van der Vorst, "Maintaining convergence properties of BiCGstab
// methods in finite precision arithmetic", Numer. Algorithms 10 (1995), 203-223.
#pragma once

#include "suan/solvers/shadow_options.hpp"

namespace suan {

struct BicgstabLOptions {
  KrylovOptions krylov{};
  std::int64_t ell = 2;
  std::string shadow = "random";  ///< as in ShadowOptions
  static const OptionTable<BicgstabLOptions>& table();
};

/// For any nonsingular A, also with eigenvalues close to the imaginary axis, for which `ell` must
/// be at least 2 to be fast. An iteration is a cycle with 2 `ell` products with A and with M, and
/// 2 `ell` + 1 reductions.
///
/// If an inner product that it divides by vanishes, it starts again as Bicgstab does. With an M
/// that varies() or rounds() it keeps the products with it and is flexible.
///
/// Memory: 2 `ell` + 4 vectors besides b and x, 2 more with a preconditioner, or 2 `ell` more if it
/// is flexible.
template <Scalar T>
class BicgstabL final : public Solver<T> {
 public:
  explicit BicgstabL(const BicgstabLOptions& options = {});
  std::string name() const override { return "bicgstab_l"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::int64_t ell_;
  std::string shadow_;
};

}  // namespace suan
