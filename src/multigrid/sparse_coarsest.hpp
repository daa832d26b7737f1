// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coarsest level of multigrid where a dense factorisation would be too large.
#pragma once

#include "preconditioners/incomplete_factors.hpp"
#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

template <Scalar W>
struct WholeMatrix;

/// The last level has no such factors, which says nothing against A.
class NotFactorised : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// Solves A x = b on each rank with all rows, by the factors of Gauss in double precision. Rows are
/// ordered for little fill-in: by approximate minimum degree where the build has it, else by
/// reverse Cuthill-McKee. There is no pivoting, and a singular matrix is refused. The structure of
/// the factors comes from the elimination tree of A + A^T (J. W. H. Liu, "The role of elimination
/// trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11 (1990), 134-172); then it is an
/// incomplete factorisation that drops nothing.
///
/// Memory: the factors twice on each rank, at most `most_entries` of them. That they are more is
/// found out from all of A on each rank, in which there are at most `most_rows` rows therefore.
template <Scalar T>
class SparseCoarsest {
 public:
  static constexpr GlobalIndex most_rows = 30000;
  static constexpr Offset most_entries = 2000000;

  SparseCoarsest() = default;
  /// Collective. @throws NotFactorised, on all ranks, when there are too many rows or would be too
  /// many entries, or for a pivot that is nothing beside its row; InvalidArgument for one that is
  /// clearly negative, if A is Hermitian, by the measure of Coarsest.
  SparseCoarsest(const DistributedMatrix<T>& a, bool hermitian);
  /// Collective. Another number of vectors than the last time takes other memory.
  void solve(const Vector<T>& b, Vector<T>& x) const;
  void solve(const MultiVector<T>& b, MultiVector<T>& x) const;

  /// Of a solve on one rank, by formula.
  std::int64_t bytes() const;
  std::string described() const;

 private:
  using Wide = std::conditional_t<is_complex<T>, Complex, double>;

  /// In the order of what tells most of A.
  enum class Outcome : std::int64_t { factorised, too_large, singular, indefinite };

  Outcome factorise(const WholeMatrix<Wide>& whole);
  static void require_factors(Outcome outcome);
  void make_room(std::size_t columns) const;
  void solve_rows(const RowMajor<const T>& b, const RowMajor<T>& x) const;

  bool hermitian_ = true;
  Exchange exchange_;                       // every rank's elements to all others
  DeviceView<const LocalIndex> positions_;  // in the factors, of owned rows and then the others
  suan::detail::IncompleteFactors<Wide> factors_;
  mutable RowMajor<T> all_;  // own elements, then those of lower and higher ranks
  mutable RowMajor<Wide> solution_;
};

}  // namespace suan::multigrid
