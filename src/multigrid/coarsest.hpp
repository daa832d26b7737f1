// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The direct solution on the coarsest level.
#pragma once

#include <type_traits>
#include <utility>

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

/// The last level is solved by a dense factorisation with at most so many rows even if that is more
/// than coarse_rows, because coarsening has stalled or the levels are limited. Gauss searches all
/// of the rest for each pivot.
constexpr GlobalIndex most_dense_rows(bool hermitian) { return hermitian ? 4000 : 1500; }

/// A dense factorisation in double precision of a small matrix, which every rank makes and applies
/// for itself, with pivots from all of the rest of the matrix: where they vanish, the matrix is
/// singular, and the unknowns that are left are zero. Hermitian matrices: L D L^H, so that
/// the result is a positive semidefinite map. Others: Gauss.
template <Scalar T>
class Coarsest {
 public:
  Coarsest() = default;
  /// Collective. @throws InvalidArgument, on all ranks, when a Hermitian matrix is not positive
  /// semidefinite.
  Coarsest(const DistributedMatrix<T>& a, bool hermitian);
  /// Collective.
  void solve(const Vector<T>& b, Vector<T>& x) const;
  void solve(const MultiVector<T>& b, MultiVector<T>& x) const;

  LocalIndex rank() const noexcept { return rank_; }
  LocalIndex size() const noexcept { return size_; }
  std::string described() const;

 private:
  using Wide = std::conditional_t<is_complex<T>, Complex, double>;

  void fetch(const DistributedMatrix<T>& a);
  void factorise_hermitian();
  void exchange_rows(std::size_t k, std::size_t p);
  void gauss();
  void solve_hermitian() const;
  void solve_gauss() const;
  void require_nothing_left(double rounding) const;
  template <class From, class To>
  void solve_column(const From& b, const To& x) const;

  LocalIndex size_ = 0;
  LocalIndex rank_ = 0;
  bool hermitian_ = true;
  std::vector<Wide> factor_;      // row by row; L and D, or L and U
  std::vector<Wide> transposed_;  // the columns of L
  std::vector<double> scales_;    // of a Hermitian matrix, by which rows and columns are multiplied
  std::vector<LocalIndex> rows_;  // row k of the factor is row rows_[k] of the matrix
  std::vector<LocalIndex> columns_;
  Exchange exchange_;  // every rank's elements to all others
  mutable std::vector<Wide> work_;
  using HostCopy =
      decltype(Kokkos::create_mirror_view(Kokkos::HostSpace(), std::declval<DeviceView<T>>()));
  DeviceView<T> all_;  // own elements, then those of lower and higher ranks
  HostCopy host_;
};

}  // namespace suan::multigrid
