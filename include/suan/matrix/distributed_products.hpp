// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products (SpGEMM, triple product) and sums of distributed matrices, on any number of ranks.
//
// A rank fetches the rows of the right matrix that its own entries name, and multiplies on its own.
// Each sum has the order of one rank (columns of other ranks stand where their global numbers
// belong), so results have the bits of one rank, on any number of ranks and threads (with CUDA up
// to rounding). Rows and columns of the result are distributed as those of the outer matrices.
//
// All functions are collective, and throw on all ranks alike. On one rank they are those of
// products.hpp. Parts that are not sorted() are sorted first.
#pragma once

#include <memory>

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/matrix/products.hpp"

namespace suan {

namespace detail {
template <Scalar T>
struct DistributedProductPlan;
template <Scalar T>
struct DistributedGalerkinPlan;
}  // namespace detail

/// C = A B; see multiply() of Csr. Memory beside the matrices: the fetched rows, and a second copy
/// of A and of B where they have entries in columns of other ranks.
/// @throws DimensionMismatch when the columns of A and the rows of B differ in number or
/// distribution; InvalidArgument when they are on different ranks, or ranks differ in the options;
/// NotSupported and InvalidArgument as multiply() of Csr.
template <Scalar T>
DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b,
                              const SpgemmOptions& options = {});

/// C = A B for values that change repeatedly while the structures of A and B stay; see Product. The
/// constructor finds which rows travel, and the structure of C; multiply() sends values alone.
/// Results share their structure and the buffers of their exchange, so one host thread at a time
/// may use them.
template <Scalar T>
class DistributedProduct {
 public:
  /// @throws as multiply().
  DistributedProduct(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b,
                     const SpgemmOptions& options = {});
  /// @throws DimensionMismatch or InvalidArgument when `a` or `b` has another size, distribution or
  /// structure.
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b) const;
  /// The same, reusing the memory of a result that is no longer needed; see Product::multiply().
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b,
                                DistributedMatrix<T>&& last) const;
  /// The number of multiplications on all ranks.
  std::int64_t multiply_adds() const noexcept;
  /// The kernel path in use, such as "native".
  std::string path() const;

 private:
  std::shared_ptr<const detail::DistributedProductPlan<T>> plan_;
};

/// R A P, the triple product of a Galerkin method, without storing R A or A P; see
/// galerkin_product() of Csr. The rows of A that R names are fetched, and then those of P that they
/// name. @throws as multiply(), for two neighbours each.
template <Scalar T>
DistributedMatrix<T> galerkin_product(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                                      const DistributedMatrix<T>& p);
/// P^H A P. The conjugate transpose of P is made inside, and dropped.
template <Scalar T>
DistributedMatrix<T> galerkin_product(const DistributedMatrix<T>& a, const DistributedMatrix<T>& p);

/// R A P or P^H A P for values that change while the structures stay; see DistributedProduct.
template <Scalar T>
class DistributedGalerkinProduct {
 public:
  DistributedGalerkinProduct(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                             const DistributedMatrix<T>& p);
  /// P^H A P, with a plan for the transpose, too.
  DistributedGalerkinProduct(const DistributedMatrix<T>& a, const DistributedMatrix<T>& p);
  /// @throws DimensionMismatch or InvalidArgument when one has another size, distribution or
  /// structure.
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                                const DistributedMatrix<T>& p) const;
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                                const DistributedMatrix<T>& p, DistributedMatrix<T>&& last) const;
  /// P^H A P. @throws also InvalidArgument when this was made from R, A and P.
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& p) const;
  DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& p,
                                DistributedMatrix<T>&& last) const;

 private:
  std::shared_ptr<const detail::DistributedGalerkinPlan<T>> plan_;
};

/// alpha A + beta B; see add() of Csr. @throws DimensionMismatch unless rows and columns of both
/// have the same size and distribution; InvalidArgument when ranks pass different factors.
template <Scalar T>
DistributedMatrix<T> add(T alpha, const DistributedMatrix<T>& a, T beta,
                         const DistributedMatrix<T>& b);

}  // namespace suan
