// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors at once, on one rank.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "suan/kernels/spmm_plan.hpp"
#include "suan/kernels/tall_skinny.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// Several vectors side by side: n rows of k elements, one row behind the other.
template <class T>
using MultiVector = kernels::RowMajor<T>;

/// Y = alpha A X + beta Y by the native kernel, without anything to set up; Y is not read when beta
/// is zero. The matrix is read once for all vectors.
/// @throws DimensionMismatch naming both operands; InvalidArgument when X and Y share elements.
template <Scalar T>
void multiply(std::type_identity_t<T> alpha, const Csr<T>& a,
              const std::type_identity_t<MultiVector<const T>>& x, std::type_identity_t<T> beta,
              const std::type_identity_t<MultiVector<T>>& y);

/// The same product for a matrix and a number of vectors that stay: a library that analyses the
/// matrix first (cuSPARSE) does it when this is made; long rows are looked for on a GPU, too. On
/// the host threads share rows of 16384 entries and more, whose sums are rounded otherwise than
/// those of multiply(). Shares the arrays of the matrix; copies share what was made, so that two of
/// them must not multiply at the same time.
template <Scalar T>
class BlockProduct {
 public:
  /// @throws InvalidArgument when `vectors` is negative; NotSupported when the path is not in this
  /// build.
  BlockProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path = KernelPath::automatic);

  LocalIndex vectors() const noexcept { return vectors_; }
  KernelPath path() const { return plan_.path(); }
  /// As `multiply`, errors included; X and Y have vectors() columns.
  void multiply(T alpha, const MultiVector<const T>& x, T beta, const MultiVector<T>& y) const;

 private:
  LocalIndex rows_;
  LocalIndex columns_;
  LocalIndex vectors_;
  kernels::SpmmPlan<T> plan_;
};

/// X^H Y, row-major: x.extent(1) rows of y.extent(1) elements. X and Y may be the same.
/// @throws DimensionMismatch when they have different numbers of rows.
template <Scalar T>
std::vector<T> inner_products(const MultiVector<const T>& x, const MultiVector<const T>& y);

/// Y = alpha X C + beta Y with a small matrix C, row-major, of x.extent(1) rows of y.extent(1)
/// elements; Y is not read when beta is zero. @throws DimensionMismatch naming the operands;
/// InvalidArgument when X and Y share elements.
template <Scalar T>
void multiply_small(T alpha, const MultiVector<const T>& x,
                    std::span<const std::type_identity_t<T>> c, std::type_identity_t<T> beta,
                    const std::type_identity_t<MultiVector<T>>& y);

}  // namespace suan
