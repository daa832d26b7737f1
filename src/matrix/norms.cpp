// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/norms.hpp"

#include "kernels/algebra/norms.hpp"
#include "kernels/algebra/rearrange.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/transpose.hpp"

namespace suan {

namespace {

template <Scalar T>
kernels::CsrView<T> sorted_view(const Csr<T>& a) {
  return a.sorted() ? a.view() : kernels::sort_rows(ExecutionSpace(), a.view());
}

}  // namespace

template <Scalar T>
double norm_one(const Csr<T>& a) try {
  const ExecutionSpace space;
  return kernels::norm_infinity(space, kernels::transpose(space, sorted_view(a), false));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
double norm_infinity(const Csr<T>& a) try {
  return kernels::norm_infinity(ExecutionSpace(), sorted_view(a));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
double norm_frobenius(const Csr<T>& a) try {
  return kernels::norm_frobenius(ExecutionSpace(), sorted_view(a));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
double norm_max(const Csr<T>& a) try {
  return kernels::norm_max(ExecutionSpace(), sorted_view(a));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Asymmetry asymmetry(const Csr<T>& a) try {
  if (a.rows() != a.columns()) {
    throw InvalidArgument(message("asymmetry: the matrix has ", a.rows(), " rows and ", a.columns(),
                                  " columns, but must be square"));
  }
  const ExecutionSpace space;
  const auto view = sorted_view(a);
  const auto transposed = kernels::transpose(space, view, false);
  const auto plain = kernels::compare(space, view, transposed, false);
  // An entry without a counterpart is counted twice, once from each side.
  Asymmetry result{plain.only_one / 2, plain.largest, plain.largest};
  if (is_complex<T>) result.hermitian = kernels::compare(space, view, transposed, true).largest;
  return result;
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                      \
  template double norm_one(const Csr<T>&);       \
  template double norm_infinity(const Csr<T>&);  \
  template double norm_frobenius(const Csr<T>&); \
  template double norm_max(const Csr<T>&);       \
  template Asymmetry asymmetry(const Csr<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
