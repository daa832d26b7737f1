// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors, set up for their number, on one rank.
#pragma once

#include "suan/kernels/spmm_plan.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// Y = alpha A X + beta Y for a matrix and a number of vectors that stay. Every operator takes
/// several vectors at once (`a.apply(x, y)`); this is for a path asked for by name, and for GPUs,
/// where a library analyses the matrix first (cuSPARSE) and long rows are looked for. Shares the
/// arrays of the matrix; copies share what was made, so that two of them must not multiply at the
/// same time.
template <Scalar T>
class BlockProduct {
 public:
  /// @throws InvalidArgument when `vectors` is negative; NotSupported when the path is not in this
  /// build.
  BlockProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path = KernelPath::automatic);

  LocalIndex vectors() const noexcept { return vectors_; }
  KernelPath path() const { return plan_.path(); }
  /// Y is not read when beta is zero. @throws DimensionMismatch, naming both operands, unless X and
  /// Y fit the matrix and have vectors() columns; InvalidArgument when they share elements.
  void multiply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const;

 private:
  Layout rows_;
  Layout columns_;
  LocalIndex vectors_;
  kernels::SpmmPlan<T> plan_;
};

}  // namespace suan
