// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The factors of an incomplete elimination on one rank.
#pragma once

#include "suan/kernels/trsv.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::detail {

struct LevelsOfRows;

/// What `Ilu0` says of Hermitian matrices.
enum class Pivots { any, positive };

template <Scalar T>
struct IncompleteFactors {
  Csr<T> sorted;              ///< the block, of which L and U have the entries
  kernels::CsrView<T> lower;  ///< without the diagonal, which is one
  kernels::CsrView<T> upper;
  std::shared_ptr<const LevelsOfRows> levels;
  kernels::TrsvPlan<T> lower_plan;
  kernels::TrsvPlan<T> upper_plan;

  /// x = (L U)^-1 x
  void solve(const RowMajor<T>& x) const {
    lower_plan.solve(ExecutionSpace(), RowMajor<const T>(x), x);
    upper_plan.solve(ExecutionSpace(), RowMajor<const T>(x), x);
  }
};

/// A pivot that will not do.
class UnusablePivot : public InvalidArgument {
 public:
  UnusablePivot(const std::string& text, double share) : InvalidArgument(text), share_(share) {}
  /// Its real part, divided by the largest entry of its row.
  double share() const noexcept { return share_; }

 private:
  double share_;
};

/// A pivot below `least` times the largest entry of its row will not do. `extra` is added to the
/// pivots; it may be empty, for zeros. Takes the structure of `known`
/// unless that is null or of another block. Not collective, so for the body of together().
/// @throws InvalidArgument as Ilu0; for a pivot UnusablePivot.
template <Scalar T>
IncompleteFactors<T> factorise(const Csr<T>& block, GlobalIndex first_row, Pivots pivots,
                               const DeviceView<const Real<T>>& extra,
                               const IncompleteFactors<T>* known,
                               double least = std::numeric_limits<Real<T>>::epsilon());

}  // namespace suan::detail
