// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/products.hpp"

#include "matrix/pattern.hpp"

namespace suan {

using detail::described;
using detail::pattern_of;
using detail::require_pattern;
using detail::to_csr;

namespace {

/// A, where its columns are the rows of B.
template <Scalar T>
const Csr<T>& fitting(const Csr<T>& a, const Csr<T>& b) {
  if (a.columns() != b.rows()) {
    throw DimensionMismatch(message("multiply: ", described("A", a.view()), " has ", a.columns(),
                                    " columns, but ", described("B", b.view()), " has ", b.rows(),
                                    " rows"));
  }
  return a;
}

}  // namespace

template <Scalar T>
Csr<T> multiply(const Csr<T>& a, const Csr<T>& b) {
  const ExecutionSpace space;
  return to_csr(kernels::SpgemmPlan<T>(space, fitting(a, b).view(), b.view())
                    .multiply(space, a.view(), b.view()));
}

template <Scalar T>
Product<T>::Product(const Csr<T>& a, const Csr<T>& b)
    : a_(pattern_of(fitting(a, b))),
      b_(pattern_of(b)),
      plan_(ExecutionSpace(), a.view(), b.view()) {}

template <Scalar T>
Csr<T> Product<T>::multiply(const Csr<T>& a, const Csr<T>& b) const {
  require_pattern("Product", "A", a_, a);
  require_pattern("Product", "B", b_, b);
  return to_csr(plan_.multiply(ExecutionSpace(), a.view(), b.view()));
}

#define SUAN_INSTANTIATE(T) template Csr<T> multiply(const Csr<T>&, const Csr<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE
template class Product<float>;
template class Product<double>;
template class Product<Complex>;

}  // namespace suan
