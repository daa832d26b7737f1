// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Jacobi's iteration over the fine points of a level, then over the coarse ones.
#pragma once

#include "multigrid/splitting.hpp"
#include "preconditioners/row_relaxation.hpp"
#include "suan/preconditioners/smoother.hpp"

namespace suan::multigrid {

/// `fine_sweeps` times x_F = x_F + D_F^-1 (b - A x)_F, then once the same for C; the adjoint step
/// has them in the other order. D is the diagonal of A, or half of the sum of the |a_ij| in the
/// columns of the same kind of points where that is more: then none of these steps increases the
/// error in the energy norm if A is Hermitian positive definite. Decoupled points are fine.
/// (Relaxation of this kind after an ideal restriction: T. A. Manteuffel, J. Ruge, B. S.
/// Southworth, SIAM J. Sci. Comput. 40 (2018), A4105-A4130.)
///
/// Memory: beside that of Smoother a value, 8 bytes and the local numbers of the columns a row.
template <Scalar T>
class FcJacobi final : public Smoother<T> {
 public:
  /// Collective. @throws as L1Jacobi.
  FcJacobi(const DistributedMatrix<T>& a, const Splitting& splitting, std::int64_t fine_sweeps);
  std::string name() const override { return "fc_jacobi"; }
  bool is_self_adjoint() const noexcept override { return false; }
  std::int64_t bytes_per_smooth(Guess guess) const override;

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  void do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  template <class V>
  void relax(const V& b, V& x, Guess guess, bool adjoint) const;

  Splitting splitting_;
  std::int64_t fine_sweeps_;
  std::int64_t fine_rows_ = 0;     // on all ranks
  std::int64_t fine_entries_ = 0;  // of these rows
  suan::detail::RelaxedRows<T> rows_;
  DeviceView<const LocalIndex> fine_;
  DeviceView<const LocalIndex> coarse_;
};

}  // namespace suan::multigrid
