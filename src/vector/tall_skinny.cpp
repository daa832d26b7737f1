// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/tall_skinny.hpp"

#include "kernels/vector/tall_skinny.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/detail/overlap.hpp"

namespace suan {

template <Scalar T>
std::vector<T> inner_products(const MultiVector<T>& x, const MultiVector<T>& y) {
  require_same_layout("inner_products", "X", x.layout(), "Y", y.layout());
  std::vector<T> result;
  together(x.layout().comm(), [&] {
    result.resize(x.view().extent(1) * y.view().extent(1));
    kernels::inner_products<T>(ExecutionSpace(), x.view(), y.view(), result.data());
  });
  x.layout().comm().sum(std::span<T>(result));
  return result;
}

template <Scalar T>
void multiply_small(T alpha, const MultiVector<T>& x, std::span<const std::type_identity_t<T>> c,
                    std::type_identity_t<T> beta, MultiVector<T>& y) {
  require_same_layout("multiply_small", "X", x.layout(), "Y", y.layout());
  const RowMajor<const T> from = x.view();
  if (c.size() != from.extent(1) * y.view().extent(1)) {
    throw DimensionMismatch(message("multiply_small: X has ", x.columns(), " vectors, Y has ",
                                    y.columns(), ", and C has ", c.size(), " elements"));
  }
  if (detail::share_elements<T>(from, y.view())) {
    throw InvalidArgument("multiply_small: X and Y share elements; use another array for Y");
  }
  kernels::multiply_small<T>(ExecutionSpace(), alpha, from, c.data(), beta, y.view());
}

#define SUAN_INSTANTIATE(T)                                                             \
  template std::vector<T> inner_products(const MultiVector<T>&, const MultiVector<T>&); \
  template void multiply_small(T, const MultiVector<T>&, std::span<const T>, T, MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
