// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The conjugate gradient squared method, preconditioned from the right.
// P. Sonneveld, "CGS, a fast Lanczos-type solver for nonsymmetric linear systems", SIAM J. Sci.
// Stat. Comput. 10 (1989), 36-52.
#pragma once

#include "suan/solvers/shadow_options.hpp"

namespace suan {

using CgsOptions = ShadowOptions;

/// For any nonsingular A. Its residuals may grow by orders of magnitude before they fall, which
/// costs as many digits; Tfqmr takes the same products and smooths them. An iteration has two
/// products with A and with M, and two reductions.
///
/// If an inner product that it divides by vanishes, it starts again as Bicgstab does. M may vary:
/// x moves along combinations of the products with it that were made, and the method starts again
/// where the residual does not fall.
///
/// Memory: 6 vectors besides b and x, 7 with a preconditioner.
template <Scalar T>
class Cgs final : public Solver<T> {
 public:
  explicit Cgs(const CgsOptions& options = {});
  std::string name() const override { return "cgs"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::string shadow_;
};

}  // namespace suan
