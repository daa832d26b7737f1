// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The restarted generalised minimal residual method, preconditioned from the right.
// Y. Saad and M. H. Schultz, "GMRES: a generalized minimal residual algorithm for solving
// nonsymmetric linear systems", SIAM J. Sci. Stat. Comput. 7 (1986), 856-869.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct GmresOptions {
  KrylovOptions krylov{};
  std::int64_t restart = 30;
  static const OptionTable<GmresOptions>& table();
};

/// For any nonsingular A. With preconditioning from the right, the residual is the true one.
///
/// Memory: restart + 1 basis vectors and 2 more, 3 with a preconditioner, besides b and x. With a
/// preconditioner that varies() or rounds() this is the flexible method, with another restart
/// vectors.
template <Scalar T>
class Gmres final : public Solver<T> {
 public:
  explicit Gmres(const GmresOptions& options = {});
  std::string name() const override { return "gmres"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  std::string told() const override;
  std::int64_t restart_;
};

}  // namespace suan
