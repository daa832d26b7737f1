// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/transposed.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

template <Scalar T>
TransposedOperator<T>::TransposedOperator(const Csr<T>& a, Adjoint op, TransposedPath path)
    : Operator<T>(a.column_layout(), a.row_layout()),
      op_(op),
      plan_(with_typed_errors(
          [&] { return kernels::SpmvTransposedPlan<T>(ExecutionSpace(), a.view(), path); })),
      bytes_(a.bytes_per_apply()) {
  // Gathering reads the transposed structure instead of A's; scattering makes another pass over y
  // and over the spills, which are written, added to and read.
  const auto value = std::int64_t{sizeof(T)};
  if (plan_.path() == TransposedPath::gather) {
    bytes_ =
        a.entries() * value + (std::int64_t{a.rows()} + a.columns()) * value + plan_.memory_bytes();
  } else {
    bytes_ += a.columns() * value + 3 * plan_.memory_bytes();
  }
}

template <Scalar T>
void TransposedOperator<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  plan_.apply(ExecutionSpace(), op_, alpha, x.view(), beta, y.view());
}

template <Scalar T>
T TransposedOperator<T>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const {
  return plan_.apply_dot(ExecutionSpace(), op_, x.view(), y.view());
}

template <Scalar T>
Real<T> TransposedOperator<T>::do_residual(const Vector<T>& b, const Vector<T>& x,
                                           Vector<T>& r) const {
  return norm2(r, plan_.residual(ExecutionSpace(), op_, x.view(), b.view(), r.view()));
}

#define SUAN_INSTANTIATE(T) template class TransposedOperator<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
