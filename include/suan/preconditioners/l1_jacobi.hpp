// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Jacobi's iteration, damped so that it converges.
#pragma once

#include <optional>
#include <string>

#include "suan/preconditioners/diagonal_smoother.hpp"
#include "suan/preconditioners/spectral_bound.hpp"

namespace suan {

struct L1JacobiOptions {
  std::string damping = "row_sums";
  SpectralBoundOptions bound{};  ///< for damping = "spectrum"
  static const OptionTable<L1JacobiOptions>& table();
};

/// x = x + D^-1 (b - A x), by default with D_ii = a_ii + l_i / 2, where l_i is the sum of the other
/// |a_ij| of the row: half of what A. H. Baker, R. D. Falgout, T. V. Kolev, U. M. Yang ("Multigrid
/// smoothers for ultraparallel computing", SIAM J. Sci. Comput. 33 (2011), 2864-2887) add, which is
/// enough, because 2 D - A is then diagonally dominant. On Laplacians it is the damping by 2/3.
///
/// With damping = "spectrum" D is diag(A), divided by 4/3 of the reciprocal of spectral_bound(), an
/// estimate from some percent above of the spectral radius of diag(A)^-1 A: better where rows have
/// large entries of both signs, and it costs products to set up.
template <Scalar T>
class L1Jacobi final : public DiagonalSmoother<T> {
 public:
  /// Collective. @throws InvalidArgument, on all ranks, when a diagonal entry is zero, not finite
  /// or below the rounding error of its row's entries in the columns of its rank, with its row, or
  /// when ranks pass different options; DimensionMismatch unless rows and columns are distributed
  /// alike.
  explicit L1Jacobi(const DistributedMatrix<T>& a, const L1JacobiOptions& options = {});
  std::string name() const override { return "l1_jacobi"; }

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  L1JacobiOptions options_;
  std::optional<double> bound_;
};

}  // namespace suan
