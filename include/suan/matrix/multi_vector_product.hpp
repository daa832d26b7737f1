// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors (SpMM), set up for a fixed number of them, on one rank.
#pragma once

#include "suan/kernels/spmm_plan.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// Y = alpha A X + beta Y for a fixed matrix and number of vectors. Every operator takes several
/// vectors at once (`a.apply(x, y)`); this class is for choosing a path by name, and for GPUs,
/// where a library analyses the matrix first (cuSPARSE) and long rows are searched for. Shares the
/// arrays of the matrix. Copies share the set-up, so two of them must not multiply at the same
/// time.
template <Scalar T>
class MultiVectorProduct {
 public:
  /// @throws InvalidArgument when `vectors` is negative; NotSupported when this build has no such
  /// path.
  MultiVectorProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path = KernelPath::automatic);

  LocalIndex vectors() const noexcept { return vectors_; }
  KernelPath path() const { return plan_.path(); }
  /// Y is not read when beta is zero. @throws DimensionMismatch, naming both operands, unless X and
  /// Y match the matrix and have vectors() columns; InvalidArgument when they share elements.
  void multiply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const;

 private:
  Layout rows_;
  Layout columns_;
  LocalIndex vectors_;
  kernels::SpmmPlan<T> plan_;
};

}  // namespace suan
