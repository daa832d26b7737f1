// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/cg_update.hpp"

namespace suan::kernels {

// Each element is read before anything is written: for all that a compiler knows the arrays may
// overlap, and on a GPU a load behind a store waits for what is stored.
namespace {
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;
}

template <Scalar T>
CgSums<T> cg_update_residual(const ExecutionSpace& space, T alpha, const DeviceView<const T>& q,
                             const DeviceView<const T>& d, const DeviceView<T>& r) {
  CgSums<T> sums;
  const Range range(space, 0, static_cast<std::int64_t>(r.extent(0)));
  if (d.extent(0) == 0) {
    Kokkos::parallel_reduce(
        "suan::cg_update_residual", range,
        KOKKOS_LAMBDA(std::int64_t i, CgSums<T> & partial) {
          const T ri = r(i) - alpha * q(i);
          r(i) = ri;
          partial.rr += abs_squared(ri);
        },
        Kokkos::Sum<CgSums<T>>(sums));
    sums.rz = sums.rr;
  } else {
    Kokkos::parallel_reduce(
        "suan::cg_update_residual_scaled", range,
        KOKKOS_LAMBDA(std::int64_t i, CgSums<T> & partial) {
          const T di = d(i);
          const T ri = r(i) - alpha * q(i);
          r(i) = ri;
          partial.rr += abs_squared(ri);
          partial.rz += real_part<T>(conjugate(ri) * di * ri);
        },
        Kokkos::Sum<CgSums<T>>(sums));
  }
  return sums;
}

template <Scalar T>
void cg_update_direction(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& d,
                         const DeviceView<const T>& r, const DeviceView<T>& p,
                         const DeviceView<T>& x) {
  const Range range(space, 0, static_cast<std::int64_t>(r.extent(0)));
  if (d.extent(0) == 0) {
    Kokkos::parallel_for(
        "suan::cg_update_direction", range, KOKKOS_LAMBDA(std::int64_t i) {
          const T pi = p(i);
          const T ri = r(i);
          x(i) += alpha * pi;
          p(i) = ri + beta * pi;
        });
  } else {
    Kokkos::parallel_for(
        "suan::cg_update_direction_scaled", range, KOKKOS_LAMBDA(std::int64_t i) {
          const T pi = p(i);
          const T ri = r(i);
          const T di = d(i);
          x(i) += alpha * pi;
          p(i) = di * ri + beta * pi;
        });
  }
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template CgSums<T> cg_update_residual(const ExecutionSpace&, T, const DeviceView<const T>&, \
                                        const DeviceView<const T>&, const DeviceView<T>&);    \
  template void cg_update_direction(const ExecutionSpace&, T, T, const DeviceView<const T>&,  \
                                    const DeviceView<const T>&, const DeviceView<T>&,         \
                                    const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
