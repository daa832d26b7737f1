// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products and sums of sparse matrices, on one rank.
#pragma once

#include "suan/kernels/galerkin.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// C = A B. Rows of C increase strictly; entries that happen to be zero stay. Structure and bits do
/// not depend on the number of threads; the bits may depend on the kernel path.
/// @throws DimensionMismatch when A has not as many columns as B has rows; NotSupported when the
/// kernel path that is asked for is not in this build; InvalidArgument for the chunk fraction.
template <Scalar T>
Csr<T> multiply(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options = {});

/// C = A B for values that change again and again while the structure of A and of B stays: the
/// constructor finds the structure of C, which all results share.
template <Scalar T>
class Product {
 public:
  /// @throws as multiply().
  Product(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options = {});
  /// @throws DimensionMismatch or InvalidArgument when `a` or `b` has another size or structure.
  Csr<T> multiply(const Csr<T>& a, const Csr<T>& b) const;
  /// The same for a result that is not needed any more, as in `c = product.multiply(a, b,
  /// std::move(c))`: the values stand in its memory, where the path is native, it has as many
  /// entries and nothing else refers to it; elsewhere its memory is freed first. Either way there
  /// is one result at a time, and the native path saves the time that the system takes to clear new
  /// memory. `last` is empty afterwards, or as it was when an error is thrown for `a` or `b`.
  Csr<T> multiply(const Csr<T>& a, const Csr<T>& b, Csr<T>&& last) const;
  /// Products of two entries that are formed; a measure of the work.
  std::int64_t multiply_adds() const noexcept { return plan_.multiply_adds(); }
  /// What runs, as "cuda", and the same with its details in words.
  std::string path() const { return std::string(to_string(plan_.path())); }
  std::string description() const { return plan_.description(); }

 private:
  kernels::CsrView<T> a_;  // structures, without values
  kernels::CsrView<T> b_;
  kernels::SpgemmPlan<T> plan_;
};

/// R A P, the coarse matrix of a Galerkin method, without storing R A or A P; with CUDA R A is
/// stored meanwhile. Everything else as for multiply(): each row is a row of R A times P.
/// @throws DimensionMismatch when two neighbours do not fit.
template <Scalar T>
Csr<T> galerkin_product(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p);

/// R A P for values that change while the three structures stay.
template <Scalar T>
class GalerkinProduct {
 public:
  GalerkinProduct(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p);
  /// @throws DimensionMismatch or InvalidArgument when one has another size or structure.
  Csr<T> multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) const;
  /// Uses the memory of an earlier result again (with CUDA: frees it); see Product::multiply.
  Csr<T> multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p, Csr<T>&& last) const;

 private:
  kernels::CsrView<T> r_;  // structures, without values
  kernels::CsrView<T> a_;
  kernels::CsrView<T> p_;
  kernels::GalerkinPlan<T> plan_;
};

/// alpha A + beta B. Rows of the result increase strictly; entries that happen to be zero stay,
/// also those of a matrix whose factor is zero. A matrix that is not sorted() is sorted first, into
/// a copy.
/// @throws DimensionMismatch unless both have the same size.
template <Scalar T>
Csr<T> add(T alpha, const Csr<T>& a, T beta, const Csr<T>& b);

}  // namespace suan
