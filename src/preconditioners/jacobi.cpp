// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/jacobi.hpp"

#include "preconditioners/diagonal.hpp"
#include "preconditioners/local_block.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"

namespace suan {

template <Scalar T>
Jacobi<T>::Jacobi(const Operator<T>& a) : Preconditioner<T>(a.row_layout(), a.column_layout()) {
  require_agreement(a.comm(), "Jacobi");
  do_update(a);
}

template <Scalar T>
std::string Jacobi<T>::do_update(const Operator<T>& a) {
  const Csr<T>& local = detail::require_local_block("jacobi", a);
  DeviceView<T> inverse;
  together(a.comm(),
           [&] { inverse = detail::inverse_diagonal("jacobi", local, a.row_layout().first()); });
  inverse_ = inverse;
  return "the diagonal was inverted anew";
}

template <Scalar T>
std::int64_t Jacobi<T>::bytes_per_apply() const {
  return 3 * static_cast<std::int64_t>(sizeof(T)) * this->row_layout().global_size();
}

template <Scalar T>
void Jacobi<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  kernels::multiply<T>(ExecutionSpace(), alpha, inverse_, x.view(), beta, y.view());
}

template <Scalar T>
void Jacobi<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  kernels::multiply<T>(ExecutionSpace(), alpha, inverse_, x.view(), beta, y.view());
}

#define SUAN_INSTANTIATE(T) template class Jacobi<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
