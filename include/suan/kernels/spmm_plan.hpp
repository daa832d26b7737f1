// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A product with several vectors (SpMM), set up once for its matrix: its path is chosen here.
#pragma once

#include <memory>

#include "suan/kernels/kernel_path.hpp"
#include "suan/kernels/spmm.hpp"

namespace suan::kernels {

/// A matrix prepared for products with a given number of vectors, by a vendor's library or by
/// Suan's own CUDA kernels; checks nothing.
template <Scalar T>
class PreparedSpmm {
 public:
  virtual ~PreparedSpmm() = default;
  virtual KernelPath path() const = 0;
  /// Y = alpha A X + beta Y; Y is not read when beta is zero.
  virtual void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                     const RowMajor<T>& y) const = 0;
};

/// Holds the chosen implementation, set up in the constructor and not in a first call; copies share
/// it. Two products of one plan must not run at the same time.
template <Scalar T>
class SpmmPlan {
 public:
  SpmmPlan() = default;
  /// For products with `vectors` vectors; keeps the arrays of `a` alive.
  /// @throws NotSupported when `wanted` is not in this build.
  SpmmPlan(const ExecutionSpace& space, const CsrView<T>& a, LocalIndex vectors,
           KernelPath wanted = KernelPath::automatic);

  KernelPath path() const { return prepared_ ? prepared_->path() : KernelPath::native; }
  /// As spmm.
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const;

 private:
  CsrView<T> a_;
  SpmvHints<T> hints_;
  std::shared_ptr<const PreparedSpmm<T>> prepared_;
};

}  // namespace suan::kernels
