// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/transform.hpp"

#include "matrix/pattern.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

using detail::to_csr;

template <Scalar T>
Csr<T> transpose(const Csr<T>& a) try {
  return to_csr(kernels::transpose(ExecutionSpace(), a.view(), false));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> conjugate_transpose(const Csr<T>& a) try {
  return to_csr(kernels::transpose(ExecutionSpace(), a.view(), true));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Transposition<T>::Transposition(const Csr<T>& a) try
    : pattern_(detail::pattern_of(a)), plan_(ExecutionSpace(), a.view()) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> Transposition<T>::transpose(const Csr<T>& a) const try {
  detail::require_pattern("Transposition", "A", pattern_, a);
  return to_csr(plan_.apply(ExecutionSpace(), a.view().values, false));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> Transposition<T>::conjugate_transpose(const Csr<T>& a) const try {
  detail::require_pattern("Transposition", "A", pattern_, a);
  return to_csr(plan_.apply(ExecutionSpace(), a.view().values, true));
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                           \
  template Csr<T> transpose(const Csr<T>&);           \
  template Csr<T> conjugate_transpose(const Csr<T>&); \
  template class Transposition<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
