// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The diagonal that is nearest to the inverse.
#pragma once

#include <optional>
#include <string>

#include "suan/preconditioners/diagonal_smoother.hpp"
#include "suan/preconditioners/spectral_bound.hpp"

namespace suan {

struct Spai0Options {
  SpectralBoundOptions bound{};
  static const OptionTable<Spai0Options>& table();
};

/// x = x + M (b - A x) with the diagonal M that minimises the Frobenius norm of I - M A,
/// M_ii = conj(a_ii) / sum_j |a_ij|^2 (O. Broeker, M. J. Grote, "Sparse approximate inverse
/// smoothers for geometric and algebraic multigrid", Appl. Numer. Math. 41 (2002), 61-80).
///
/// Unlike theirs it is multiplied by min(1, 1.6 / r), where r is the estimate of the spectral
/// radius of M A by spectral_bound(): without this it diverges on some positive definite matrices,
/// and a cycle becomes indefinite.
template <Scalar T>
class Spai0 final : public DiagonalSmoother<T> {
 public:
  /// Collective. @throws as L1Jacobi.
  explicit Spai0(const DistributedMatrix<T>& a, const Spai0Options& options = {});
  std::string name() const override { return "spai0"; }

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  Spai0Options options_;
  std::optional<double> bound_;
};

}  // namespace suan
