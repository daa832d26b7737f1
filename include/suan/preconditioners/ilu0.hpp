// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Incomplete factorisation without fill-in.
#pragma once

#include <memory>
#include <string>

#include "suan/preconditioners/smoother.hpp"

namespace suan {

namespace detail {
template <Scalar T>
struct IncompleteFactors;
}  // namespace detail

/// x = x + (L U)^-1 (b - A x), with the factors of Gauss on each rank's own block, of which those
/// entries alone are kept where the block has some. (J. A. Meijerink, H. A. van der Vorst, "An
/// iterative solution method for linear systems of which the coefficient matrix is a symmetric
/// M-matrix", Math. Comp. 31 (1977), 148-162.) As a preconditioner it is (L U)^-1.
///
/// If A is Hermitian, this is the incomplete Cholesky factorisation, and for positive definite A it
/// always exists, and converges: where the block has no positive entries beside its diagonal, as an
/// M-matrix; else the absolute value of what is dropped at (i, j) is added to the pivots of i and j
/// (M. A. Ajiz, A. Jennings, "A robust incomplete Choleski-conjugate gradient algorithm", Int. J.
/// Numer. Methods Eng. 20 (1984), 949-966). With several ranks, the sums of the |a_ij| in columns
/// of other ranks are added to the pivots, too. Of other matrices nothing is said.
///
/// Rows are eliminated in levels, those that depend on none of their own level at once. The results
/// depend on the order of the rows and their distribution, not on the number of threads.
///
/// Memory: twice the block's entries and three offsets a row, beside the schedules of two
/// triangular solves.
template <Scalar T>
class Ilu0 final : public Smoother<T> {
 public:
  /// Collective. @throws InvalidArgument, on all ranks, with the row, for a diagonal entry that is
  /// not stored, and for a pivot that is not finite or nothing beside the entries of its row; for
  /// Hermitian A also for one that is not positive. DimensionMismatch unless rows and columns are
  /// distributed alike.
  explicit Ilu0(const DistributedMatrix<T>& a);
  std::string name() const override { return "ilu0"; }
  std::int64_t bytes_per_smooth(Guess guess) const override;

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  template <class V>
  void step(const V& b, V& x, Guess guess) const;

  std::shared_ptr<const detail::IncompleteFactors<T>> factors_;
  std::int64_t entries_ = 0;  // of the blocks of all ranks
};

}  // namespace suan
