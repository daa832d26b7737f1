// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/block_product.hpp"

#include "matrix/require_block.hpp"

namespace suan {

namespace {

LocalIndex require_vectors(LocalIndex vectors) {
  if (vectors < 0) {
    throw InvalidArgument(message("BlockProduct: ", vectors,
                                  " vectors were requested; the number must not be negative"));
  }
  return vectors;
}

}  // namespace

template <Scalar T>
BlockProduct<T>::BlockProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path) try
    : rows_(a.row_layout()),
      columns_(a.column_layout()),
      vectors_(require_vectors(vectors)),
      plan_(ExecutionSpace(), a.view(), vectors, path) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void BlockProduct<T>::multiply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const
    try {
  detail::require_block("BlockProduct", rows_, columns_, x, y);
  if (x.columns() != vectors_) {
    throw DimensionMismatch(
        message("BlockProduct: it was made for ", vectors_, " vectors, but X has ", x.columns()));
  }
  plan_.apply(ExecutionSpace(), alpha, x.view(), beta, y.view());
} catch (...) {
  rethrow_typed();
}

template class BlockProduct<float>;
template class BlockProduct<double>;
template class BlockProduct<Complex>;

}  // namespace suan
