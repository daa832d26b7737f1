// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Gauss-Seidel on many threads and ranks.
#pragma once

#include <memory>
#include <string>

#include "suan/core/options.hpp"
#include "suan/preconditioners/smoother.hpp"

namespace suan {

struct GaussSeidelOptions {
  std::int64_t block_rows = 0;  ///< 0: as many as make 64 blocks, and 512 at least
  static const OptionTable<GaussSeidelOptions>& table();
};

namespace detail {
template <Scalar T>
struct GaussSeidelParts;
}  // namespace detail

/// smooth() sweeps forward, smooth_adjoint() backward; apply() does both, the symmetric sweep. Each
/// rank divides its rows into blocks, and one thread sweeps a block: with new values inside of it,
/// with old ones from other blocks and ranks. So that this converges, half of the sum of the
/// |a_ij| outside of the block is added to the diagonal (after A. H. Baker, R. D. Falgout, T. V.
/// Kolev, U. M. Yang, "Multigrid smoothers for ultraparallel computing", SIAM J. Sci. Comput. 33
/// (2011), 2864-2887). The blocks depend on the number of rows alone, so results do not depend on
/// that of threads; with one block it is the method of the textbooks.
///
/// From a zero guess a sweep reads half of the matrix, smooth_and_residual() the other half
/// afterwards, and so does the second sweep of apply(). A matrix that is not sorted is copied.
///
/// On a GPU a thread for a block is far too little work in parallel: the results are the same, but
/// there Chebyshev is the smoother of choice.
///
/// Memory: 1 value and 4 bytes per row, another value if there are several blocks or ranks, and a
/// vector if a guess is given.
template <Scalar T>
class GaussSeidel final : public Smoother<T> {
 public:
  /// Collective. @throws as L1Jacobi.
  explicit GaussSeidel(const DistributedMatrix<T>& a, const GaussSeidelOptions& options = {});
  std::string name() const override { return "gauss_seidel"; }
  bool is_self_adjoint() const noexcept override { return false; }
  std::int64_t bytes_per_smooth(Guess guess) const override;
  std::int64_t bytes_per_apply() const override;

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  void do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                              Guess guess) const override;
  void do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x, MultiVector<T>& r,
                              Guess guess) const override;
  void do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  void do_smooth_both(const Vector<T>& b, Vector<T>& x) const override;
  void do_smooth_both(const MultiVector<T>& b, MultiVector<T>& x) const override;

  template <class V>
  void sweep(bool forward, const V& b, V& x, Guess guess) const;
  template <class V>
  void sweep_and_residual(const V& b, V& x, V& r, Guess guess) const;
  template <class V>
  void sweep_both(const V& b, V& x) const;
  template <class V>
  const V& old_values(const V& x) const;

  GaussSeidelOptions options_;
  std::shared_ptr<const detail::GaussSeidelParts<T>> parts_;
};

}  // namespace suan
