// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/cg_update.hpp.
#pragma once

#include "suan/kernels/detail/cg_update.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

// Each element is read before anything is written: the compiler must assume that the arrays
// overlap, and on a GPU a load after a store waits for it.

template <Scalar T>
CgSumsOf<WideReal<T>> cg_update_residual(const ExecutionSpace& space, T alpha,
                                         const DeviceView<const T>& q, const DeviceView<const T>& d,
                                         const DeviceView<T>& r) {
  using Number = SumOf<T>;
  using R = WideReal<T>;
  const auto update = KOKKOS_LAMBDA(std::int64_t i) { r(i) = r(i) - alpha * q(i); };
  const auto square = KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(r(i))); };
  if (d.extent(0) == 0) {
    const R rr =
        update_and_sum<R>("suan::cg_update_residual", space, r.extent(0), update, square).value[0];
    return {rr, rr};
  }
  const auto sums = update_and_sum<R>(
      "suan::cg_update_residual_scaled", space, r.extent(0), update, square,
      KOKKOS_LAMBDA(std::int64_t i) {
        return real_part(Number(d(i))) * abs_squared(Number(r(i)));
      });
  return {sums.value[0], sums.value[1]};
}

template <Scalar T>
void cg_update_direction(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& d,
                         const DeviceView<const T>& r, const DeviceView<T>& p,
                         const DeviceView<T>& x) {
  if (d.extent(0) == 0) {
    for_vector(
        "suan::cg_update_direction", space, r.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T pi = p(i);
          const T ri = r(i);
          x(i) += alpha * pi;
          p(i) = ri + beta * pi;
        });
  } else {
    for_vector(
        "suan::cg_update_direction_scaled", space, r.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T pi = p(i);
          const T ri = r(i);
          const T di = d(i);
          x(i) += alpha * pi;
          p(i) = di * ri + beta * pi;
        });
  }
}

#define SUAN_INSTANTIATE(T)                                                                       \
  SUAN_TEMPLATE CgSumsOf<WideReal<T>> cg_update_residual(                                         \
      const ExecutionSpace&, T, const DeviceView<const T>&, const DeviceView<const T>&,           \
      const DeviceView<T>&);                                                                      \
  SUAN_TEMPLATE void cg_update_direction(const ExecutionSpace&, T, T, const DeviceView<const T>&, \
                                         const DeviceView<const T>&, const DeviceView<T>&,        \
                                         const DeviceView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
