// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/spmv_plan.hpp.
#pragma once

#include "suan/kernels/spmv_plan.hpp"

#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/portable_spmv.hpp"
#include "suan/kernels/detail/values_checksum.hpp"

namespace suan::kernels {

#if SUAN_HAVE_CUDA
// For the scalars that the library has.
namespace cuda {
template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_cusparse_spmv(const ExecutionSpace& space,
                                                          const CsrView<T>& a);
template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> make_csr_spmv(const ExecutionSpace& space,
                                                     const CsrView<T>& a);
}  // namespace cuda
#endif

template <Scalar T>
T PreparedSpmv<T>::apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
                             const DeviceView<T>& y) const {
  apply(space, T(1), x, T(0), y);
  return scalar_cast<T>(dot<T>(space, x, y));
}

template <Scalar T>
Real<T> PreparedSpmv<T>::residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                                  const DeviceView<const T>& b, const DeviceView<T>& r) const {
  Kokkos::deep_copy(space, r, b);
  apply(space, T(-1), x, T(1), r);
  return static_cast<Real<T>>(sum_of_squares<T>(space, r, Real<T>(1)));
}

template <Scalar T>
SpmvPlan<T>::SpmvPlan(const ExecutionSpace& space, const CsrView<T>& a, KernelPath wanted) : a_(a) {
  [[maybe_unused]] const KernelPath path = choose_spmv_path(wanted);
  if constexpr (is_compiled<T>) {
    hints_ = SpmvHints<T>(space, a);
#if SUAN_HAVE_CUDA
    if (path == KernelPath::cusparse) prepared_ = cuda::make_cusparse_spmv<T>(space, a);
    if (path == KernelPath::cuda) prepared_ = cuda::make_csr_spmv<T>(space, a);
#endif
  } else if (wanted != KernelPath::automatic && wanted != KernelPath::native) {
    throw NotSupported(message("the path ", to_string(wanted),
                               " has no products for scalars that the library is not compiled ",
                               "for; use native"));
  }
}

template <Scalar T>
SpmvPlan<T>::SpmvPlan(const ExecutionSpace& space, const CsrView<T>& a,
                      std::shared_ptr<const PreparedSpmv<T>> prepared)
    : a_(a), prepared_(std::move(prepared)) {
  static_assert(is_compiled<T>, "formats beside csr exist for the library's scalars alone");
  if (copies_values()) checksum_ = values_checksum<T>(space, a_.values);
}

template <Scalar T>
SpmvPlan<T> SpmvPlan<T>::with_values(const ExecutionSpace& space, const CsrView<T>& a) const {
  if (!copies_values()) return SpmvPlan(space, a, path());
  if constexpr (is_compiled<T>) {
    auto prepared = prepared_->with_values(space, a);
    if (!prepared) {
      throw NotSupported(message("the format ", format(), " cannot be made again for new values; ",
                                 "make the products anew and give them to with_plan()"));
    }
    return SpmvPlan(space, a, std::move(prepared));
  }
  return {};
}

template <Scalar T>
bool SpmvPlan<T>::is_of(const CsrView<T>& a) const {
  return a_.rows == a.rows && a_.columns == a.columns && a_.entries() == a.entries() &&
         a_.offsets.data() == a.offsets.data() && a_.indices.data() == a.indices.data() &&
         a_.values.data() == a.values.data();
}

template <Scalar T>
bool SpmvPlan<T>::is_current(const ExecutionSpace& space) const {
  if constexpr (is_compiled<T>) {
    return !copies_values() || checksum_ == values_checksum<T>(space, a_.values);
  }
  return true;
}

template <Scalar T>
std::int64_t SpmvPlan<T>::bytes() const {
  if (prepared_) return prepared_->bytes();
  return static_cast<std::int64_t>(a_.offsets.size() * sizeof(Offset) +
                                   a_.indices.size() * sizeof(LocalIndex) +
                                   a_.values.size() * sizeof(T));
}

template <Scalar T>
void SpmvPlan<T>::apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                        const DeviceView<T>& y) const {
  if (prepared_) {
    prepared_->apply(space, alpha, x, beta, y);
  } else {
    spmv<T>(space, alpha, a_, x, beta, y, hints_);
  }
}

template <Scalar T>
void SpmvPlan<T>::apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
                        const RowMajor<T>& y) const {
  if (prepared_) {
    prepared_->apply(space, alpha, x, beta, y);
  } else {
    spmm<T>(space, alpha, a_, x, beta, y, hints_);
  }
}

template <Scalar T>
T SpmvPlan<T>::apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
                         const DeviceView<T>& y) const {
  return prepared_ ? prepared_->apply_dot(space, x, y) : spmv_dot<T>(space, a_, x, y, hints_);
}

template <Scalar T>
Real<T> SpmvPlan<T>::residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                              const DeviceView<const T>& b, const DeviceView<T>& r) const {
  return prepared_ ? prepared_->residual(space, x, b, r)
                   : spmv_residual<T>(space, a_, x, b, r, hints_);
}

#define SUAN_INSTANTIATE(T)            \
  SUAN_TEMPLATE class PreparedSpmv<T>; \
  SUAN_TEMPLATE class SpmvPlan<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
