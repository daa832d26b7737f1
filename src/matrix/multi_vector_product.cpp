// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/multi_vector_product.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/multi_operands.hpp"

namespace suan {

namespace {

LocalIndex require_vectors(LocalIndex vectors) {
  if (vectors < 0) {
    throw InvalidArgument(message("MultiVectorProduct: ", vectors,
                                  " vectors were requested; the number must not be negative"));
  }
  return vectors;
}

}  // namespace

template <Scalar T>
MultiVectorProduct<T>::MultiVectorProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path) try
    : rows_(a.row_layout()),
      columns_(a.column_layout()),
      vectors_(require_vectors(vectors)),
      plan_(ExecutionSpace(), a.view(), vectors, path) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void MultiVectorProduct<T>::multiply(T alpha, const MultiVector<T>& x, T beta,
                                     MultiVector<T>& y) const try {
  detail::require_multi_operands("MultiVectorProduct", rows_, columns_, x, y);
  if (&x == &y || detail::share_elements<T>(x.view(), y.view())) {
    throw InvalidArgument("MultiVectorProduct: X and Y share elements; use another array for Y");
  }
  if (x.columns() != vectors_) {
    throw DimensionMismatch(message("MultiVectorProduct: it was made for ", vectors_,
                                    " vectors, but X has ", x.columns()));
  }
  plan_.apply(ExecutionSpace(), alpha, x.view(), beta, y.view());
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T) template class MultiVectorProduct<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
