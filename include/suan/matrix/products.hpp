// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products (SpGEMM, triple product) and sums of sparse matrices, on one rank.
#pragma once

#include "suan/kernels/galerkin.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// C = A B. Rows of C increase strictly; explicit zeros are kept. Structure and bits do not depend
/// on the number of threads; the bits may depend on the kernel path.
/// @throws DimensionMismatch when the columns of A and the rows of B differ in number; NotSupported
/// when this build has no such kernel path; InvalidArgument for the chunk fraction.
template <Scalar T>
Csr<T> multiply(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options = {});

/// C = A B for values that change repeatedly while the structures of A and B stay. The constructor
/// is the symbolic phase: it finds the structure of C, which all results share. multiply() is the
/// numeric phase.
template <Scalar T>
class Product {
 public:
  /// @throws as multiply().
  Product(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options = {});
  /// @throws DimensionMismatch or InvalidArgument when `a` or `b` has another size or structure.
  Csr<T> multiply(const Csr<T>& a, const Csr<T>& b) const;
  /// The same, reusing the memory of a result that is no longer needed, as in
  /// `c = product.multiply(a, b, std::move(c))`. The native path overwrites the values of `last` if
  /// it has as many entries and is not referred to elsewhere; otherwise its memory is freed first.
  /// Either way there is one result at a time, and the native path saves the time that the system
  /// takes to clear new memory. `last` is empty afterwards, or unchanged if `a` or `b` is refused.
  Csr<T> multiply(const Csr<T>& a, const Csr<T>& b, Csr<T>&& last) const;
  /// The number of multiplications; a measure of the work.
  std::int64_t multiply_adds() const noexcept { return plan_.multiply_adds(); }
  /// The path in use, such as "cuda"; description() adds details in words.
  std::string path() const { return std::string(to_string(plan_.path())); }
  std::string description() const { return plan_.description(); }

 private:
  kernels::CsrView<T> a_;  // structures, without values
  kernels::CsrView<T> b_;
  kernels::SpgemmPlan<T> plan_;
};

/// R A P, the triple product of a Galerkin method, without storing R A or A P (with CUDA, R A is
/// stored temporarily). Otherwise as multiply(): each row is a row of R A times P.
/// @throws DimensionMismatch when the sizes of two neighbours do not match.
template <Scalar T>
Csr<T> galerkin_product(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p);

/// R A P for values that change while the three structures stay; see Product.
template <Scalar T>
class GalerkinProduct {
 public:
  GalerkinProduct(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p);
  /// @throws DimensionMismatch or InvalidArgument when one has another size or structure.
  Csr<T> multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) const;
  /// Reuses the memory of an earlier result (with CUDA: frees it); see Product::multiply.
  Csr<T> multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p, Csr<T>&& last) const;

 private:
  kernels::CsrView<T> r_;  // structures, without values
  kernels::CsrView<T> a_;
  kernels::CsrView<T> p_;
  kernels::GalerkinPlan<T> plan_;
};

/// alpha A + beta B. Rows of the result increase strictly; explicit zeros are kept, including those
/// from a matrix whose factor is zero. A matrix that is not sorted() is copied and sorted first.
/// @throws DimensionMismatch unless both have the same size.
template <Scalar T>
Csr<T> add(T alpha, const Csr<T>& a, T beta, const Csr<T>& b);

}  // namespace suan
