// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Gauss-Seidel in the order of colours: the same on any number of threads and ranks, and on GPUs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/preconditioners/smoother.hpp"

namespace suan {

namespace detail {
template <Scalar T>
struct RelaxedRows;
}  // namespace detail

/// smooth() goes through the colours forward, smooth_adjoint() backward; apply() does both, the
/// symmetric sweep. Rows of a colour have no entries in each other's columns, so that all of them
/// change at once. All ranks colour their rows together, by one greedy colouring in the order of a
/// hash of global numbers, and all use new values of other ranks, too: it is the method of the
/// textbooks for a matrix whose rows are ordered by colours, the same, bit for bit, on any number
/// of ranks and threads. It needs no damping, and converges if A is Hermitian positive definite.
///
/// That takes an exchange of ghosts for each colour, of which there are about as many as a row has
/// entries, so that on many ranks, and where rows are long, GaussSeidel sends far less. (M. T.
/// Jones, P. E. Plassmann, "A parallel graph coloring heuristic", SIAM J. Sci. Comput. 14 (1993),
/// 654-669; on colours in multigrid, M. F. Adams, "A distributed memory unstructured Gauss-Seidel
/// algorithm for multigrid smoothers", Proc. Supercomputing 2001.)
///
/// Where entries have no mirror images, the colours are those of A + A^H, which is made for that.
///
/// Memory: a value and 4 bytes a row, and with several ranks 8 bytes more.
template <Scalar T>
class MulticolorGaussSeidel final : public Smoother<T> {
 public:
  /// Collective. @throws as L1Jacobi.
  explicit MulticolorGaussSeidel(const DistributedMatrix<T>& a);
  std::string name() const override { return "multicolor_gauss_seidel"; }
  bool is_self_adjoint() const noexcept override { return false; }
  std::int64_t bytes_per_smooth(Guess guess) const override;
  /// The number of colours, on all ranks.
  LocalIndex colors() const noexcept { return static_cast<LocalIndex>(lists_.size()); }

 private:
  std::string set_up(const DistributedMatrix<T>& a) override;
  void do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  void do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const override;
  void do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const override;
  template <class V>
  void sweep(const V& b, V& x, Guess guess, bool forward) const;

  std::shared_ptr<const detail::RelaxedRows<T>> rows_;
  std::vector<DeviceView<const LocalIndex>> lists_;  // the rows of each colour
  std::int64_t first_entries_ = 0;                   // of the rows of the first one, on all ranks
};

}  // namespace suan
