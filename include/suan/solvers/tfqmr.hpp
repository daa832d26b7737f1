// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transpose-free quasi-minimal residual method, preconditioned from the right.
// R. W. Freund, "A transpose-free quasi-minimal residual algorithm for non-Hermitian linear
// systems", SIAM J. Sci. Comput. 14 (1993), 470-482.
#pragma once

#include "suan/solvers/shadow_options.hpp"

namespace suan {

using TfqmrOptions = ShadowOptions;

/// For any nonsingular A: the products of Cgs, without its peaks. An iteration has two products
/// with A and with M, two steps of x, and three reductions. The residual norms that it reports are
/// upper bounds, which are seldom more than a few times too large; the one at the end is recomputed
/// as for all methods.
///
/// If an inner product that it divides by vanishes, it starts again as Bicgstab does, and also if
/// the bound has not fallen in 100 iterations, then in 200, 400 and so on. M may vary: x moves
/// along combinations of the products with it that were made, and the method starts again where the
/// residual of Cgs does not fall.
///
/// Memory: 7 vectors besides b and x, 8 with a preconditioner.
template <Scalar T>
class Tfqmr final : public Solver<T> {
 public:
  explicit Tfqmr(const TfqmrOptions& options = {});
  std::string name() const override { return "tfqmr"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::string shadow_;
};

}  // namespace suan
