// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/block_products.hpp"

#include "matrix/overlap.hpp"

namespace suan {

namespace {

template <class View>
std::string shape(const View& x) {
  return message(x.extent(0), " x ", x.extent(1));
}

template <Scalar T>
void require_disjoint(const char* what, const MultiVector<const T>& x, const MultiVector<T>& y) {
  if (detail::share_elements<T>(x, y)) {
    throw InvalidArgument(message(what, ": X and Y share elements; use another array for Y"));
  }
}

template <Scalar T>
void require_product(LocalIndex rows, LocalIndex columns, const MultiVector<const T>& x,
                     const MultiVector<T>& y) {
  if (x.extent(0) != static_cast<std::size_t>(columns) ||
      y.extent(0) != static_cast<std::size_t>(rows) || x.extent(1) != y.extent(1)) {
    throw DimensionMismatch(message("multiply: A is ", rows, " x ", columns, ", X is ", shape(x),
                                    " and Y is ", shape(y)));
  }
  require_disjoint<T>("multiply", x, y);
}

LocalIndex require_vectors(LocalIndex vectors) {
  if (vectors < 0) {
    throw InvalidArgument(
        message("BlockProduct: ", vectors, " vectors were asked for; 0 is the least"));
  }
  return vectors;
}

}  // namespace

template <Scalar T>
void multiply(std::type_identity_t<T> alpha, const Csr<T>& a,
              const std::type_identity_t<MultiVector<const T>>& x, std::type_identity_t<T> beta,
              const std::type_identity_t<MultiVector<T>>& y) try {
  require_product<T>(a.rows(), a.columns(), x, y);
  kernels::spmm<T>(ExecutionSpace(), alpha, a.view(), x, beta, y);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
BlockProduct<T>::BlockProduct(const Csr<T>& a, LocalIndex vectors, KernelPath path) try
    : rows_(a.rows()),
      columns_(a.columns()),
      vectors_(require_vectors(vectors)),
      plan_(ExecutionSpace(), a.view(), vectors, path) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void BlockProduct<T>::multiply(T alpha, const MultiVector<const T>& x, T beta,
                               const MultiVector<T>& y) const try {
  require_product<T>(rows_, columns_, x, y);
  if (x.extent(1) != static_cast<std::size_t>(vectors_)) {
    throw DimensionMismatch(
        message("multiply: the product was made for ", vectors_, " vectors, but X is ", shape(x)));
  }
  plan_.apply(ExecutionSpace(), alpha, x, beta, y);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
std::vector<T> inner_products(const MultiVector<const T>& x, const MultiVector<const T>& y) try {
  if (x.extent(0) != y.extent(0)) {
    throw DimensionMismatch(
        message("inner_products: X is ", shape(x), ", but Y is ", shape(y), ", with other rows"));
  }
  std::vector<T> result(x.extent(1) * y.extent(1));
  kernels::inner_products<T>(ExecutionSpace(), x, y, result.data());
  return result;
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void multiply_small(T alpha, const MultiVector<const T>& x,
                    std::span<const std::type_identity_t<T>> c, std::type_identity_t<T> beta,
                    const std::type_identity_t<MultiVector<T>>& y) {
  if (x.extent(0) != y.extent(0) || c.size() != x.extent(1) * y.extent(1)) {
    throw DimensionMismatch(message("multiply_small: X is ", shape(x), ", C has ", c.size(),
                                    " elements and Y is ", shape(y)));
  }
  require_disjoint<T>("multiply_small", x, y);
  kernels::multiply_small<T>(ExecutionSpace(), alpha, x, c.data(), beta, y);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template void multiply(T, const Csr<T>&, const MultiVector<const T>&, T, const MultiVector<T>&); \
  template std::vector<T> inner_products<T>(const MultiVector<const T>&,                           \
                                            const MultiVector<const T>&);                          \
  template void multiply_small<T>(T, const MultiVector<const T>&, std::span<const T>, T,           \
                                  const MultiVector<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

template class BlockProduct<float>;
template class BlockProduct<double>;
template class BlockProduct<Complex>;

}  // namespace suan
