// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_plan.hpp"

#include "suan/kernels/level1.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
#endif

namespace suan::kernels {

template <Scalar T>
SpmvPlan<T>::SpmvPlan([[maybe_unused]] const ExecutionSpace& space, const CsrView<T>& a,
                      KernelPath wanted)
    : a_(a), path_(choose_spmv_path(wanted)) {
#if SUAN_HAVE_CUDA
  // cuSPARSE counts entries in 32 bits here; beyond that only the native kernel remains.
  const bool fits = a.entries() <= std::numeric_limits<std::int32_t>::max();
  if (wanted == KernelPath::automatic && !fits) path_ = KernelPath::native;
  if (path_ == KernelPath::cusparse) vendor_ = cuda::make_cusparse_spmv<T>(space, a);
#endif
}

template <Scalar T>
void SpmvPlan<T>::apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
                        const DeviceView<T>& y) const {
  if (vendor_ != nullptr) {
    vendor_->apply(space, alpha, x, beta, y);
  } else {
    spmv<T>(space, alpha, a_, x, beta, y);
  }
}

template <Scalar T>
T SpmvPlan<T>::apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
                         const DeviceView<T>& y) const {
  if (vendor_ == nullptr) return spmv_dot<T>(space, a_, x, y);
  vendor_->apply(space, T(1), x, T(0), y);
  return dot<T>(space, x, y);
}

template <Scalar T>
Real<T> SpmvPlan<T>::residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                              const DeviceView<const T>& b, const DeviceView<T>& r) const {
  if (vendor_ == nullptr) return spmv_residual<T>(space, a_, x, b, r);
  Kokkos::deep_copy(space, r, b);
  vendor_->apply(space, T(-1), x, T(1), r);
  return sum_of_squares<T>(space, r, Real<T>(1));
}

template class SpmvPlan<float>;
template class SpmvPlan<double>;
template class SpmvPlan<Complex>;

}  // namespace suan::kernels
