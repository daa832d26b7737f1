// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/symmetric_updates.hpp.
#pragma once

#include "suan/kernels/detail/symmetric_updates.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

// As in cg_update_impl.hpp, each element is read before anything is written.

template <Scalar T>
LanczosSums<WideReal<T>> lanczos_vector(const ExecutionSpace& space, T a,
                                        const DeviceView<const T>& q, T b,
                                        const DeviceView<const T>& v, T c, const DeviceView<T>& u) {
  using R = WideReal<T>;
  using View = DeviceView<const T>;
  const RealPartOfDot<T, View, View> uu{u, u};
  const RealPartOfDot<T, View, View> vu{v, u};
  if (c == T(0)) {
    const auto sums = update_and_sum<R>(
        "suan::lanczos_vector_first", space, u.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { u(i) = a * q(i) + b * v(i); }, uu, vu);
    return {sums.value[0], sums.value[1]};
  }
  const auto sums = update_and_sum<R>(
      "suan::lanczos_vector", space, u.extent(0),
      KOKKOS_LAMBDA(std::int64_t i) { u(i) = a * q(i) + b * v(i) + c * u(i); }, uu, vu);
  return {sums.value[0], sums.value[1]};
}

template <Scalar T>
void minres_update(const ExecutionSpace& space, T a, const DeviceView<const T>& z, T b,
                   const DeviceView<const T>& w, T c, const DeviceView<T>& u, T t,
                   const DeviceView<T>& x) {
  for_vector(
      "suan::minres_update", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T xi = x(i);
        const T ui = a * z(i) + b * w(i) + c * u(i);
        u(i) = ui;
        x(i) = xi + t * ui;
      });
}

template <Scalar T>
WideReal<T> scaled_sum(const ExecutionSpace& space, T a, const DeviceView<T>& r, T b,
                       const DeviceView<const T>& v) {
  using View = DeviceView<const T>;
  return update_and_sum<WideReal<T>>(
             "suan::scaled_sum", space, r.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) { r(i) = a * r(i) + b * v(i); },
             RealPartOfDot<T, View, View>{r, r})
      .value[0];
}

template <Scalar T>
void symmlq_update(const ExecutionSpace& space, T s, T t, const DeviceView<T>& x, T a,
                   const DeviceView<T>& w, T b, const DeviceView<const T>& z) {
  for_vector(
      "suan::symmlq_update", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T xi = x(i);
        const T wi = w(i);
        const T zi = z(i);
        x(i) = xi + s * wi + t * zi;
        w(i) = a * wi + b * zi;
      });
}

template <Scalar T>
WideReal<T> update_directions(const ExecutionSpace& space, T beta, const DeviceView<const T>& z,
                              const DeviceView<const T>& s, const DeviceView<T>& p,
                              const DeviceView<T>& q) {
  using R = WideReal<T>;
  using View = DeviceView<const T>;
  const RealPartOfDot<T, View, View> qq{q, q};
  if (beta == T(0)) {
    return update_and_sum<R>(
               "suan::first_directions", space, q.extent(0),
               KOKKOS_LAMBDA(std::int64_t i) {
                 const T si = s(i);
                 p(i) = z(i);
                 q(i) = si;
               },
               qq)
        .value[0];
  }
  return update_and_sum<R>(
             "suan::update_directions", space, q.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) {
               const T qi = s(i) + beta * q(i);
               p(i) = z(i) + beta * p(i);
               q(i) = qi;
             },
             qq)
      .value[0];
}

template <Scalar T>
WideReal<T> update_solution(const ExecutionSpace& space, T alpha, const DeviceView<const T>& p,
                            const DeviceView<const T>& q, const DeviceView<T>& x,
                            const DeviceView<T>& r) {
  using View = DeviceView<const T>;
  return update_and_sum<WideReal<T>>(
             "suan::update_solution", space, r.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) {
               const T ri = r(i) - alpha * q(i);
               x(i) = x(i) + alpha * p(i);
               r(i) = ri;
             },
             RealPartOfDot<T, View, View>{r, r})
      .value[0];
}

template <Scalar T>
WideReal<T> update_with_product(const ExecutionSpace& space, T alpha, const DeviceView<const T>& t,
                                const DeviceView<const T>& r, const DeviceView<T>& z) {
  using View = DeviceView<const T>;
  return update_and_sum<WideReal<T>>(
             "suan::update_with_product", space, z.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) { z(i) = z(i) + alpha * t(i); },
             RealPartOfDot<T, View, View>{r, z})
      .value[0];
}

template <Scalar T>
void update_pair(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& n,
                 const DeviceView<T>& z, const DeviceView<T>& w) {
  if (beta == T(0)) {
    for_vector(
        "suan::first_pair", space, z.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T wi = w(i);
          const T zi = n(i);
          z(i) = zi;
          w(i) = wi - alpha * zi;
        });
    return;
  }
  for_vector(
      "suan::update_pair", space, z.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T wi = w(i);
        const T zi = n(i) + beta * z(i);
        z(i) = zi;
        w(i) = wi - alpha * zi;
      });
}

template <Scalar T>
void fused_cg_update(const ExecutionSpace& space, T alpha, T beta, const DeviceView<const T>& u,
                     const DeviceView<const T>& w, const DeviceView<T>& p, const DeviceView<T>& s,
                     const DeviceView<T>& x, const DeviceView<T>& r) {
  if (beta == T(0)) {
    for_vector(
        "suan::first_fused_cg_update", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T pi = u(i);
          const T si = w(i);
          const T xi = x(i);
          const T ri = r(i);
          p(i) = pi;
          s(i) = si;
          x(i) = xi + alpha * pi;
          r(i) = ri - alpha * si;
        });
    return;
  }
  for_vector(
      "suan::fused_cg_update", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T pi = u(i) + beta * p(i);
        const T si = w(i) + beta * s(i);
        const T xi = x(i);
        const T ri = r(i);
        p(i) = pi;
        s(i) = si;
        x(i) = xi + alpha * pi;
        r(i) = ri - alpha * si;
      });
}

template <Scalar T>
ThreeProducts<T> three_products(const ExecutionSpace& space, const DeviceView<const T>& r,
                                const DeviceView<const T>& u, const DeviceView<const T>& w) {
  using R = WideReal<T>;
  using View = DeviceView<const T>;
  using RealPart = RealPartOfDot<T, View, View>;
  const char* const label = "suan::three_products";
  if constexpr (is_complex<T>) {
    using ImaginaryPart = ImaginaryPartOfDot<T, View, View>;
    const auto sums = sum_over_vector<R>(label, space, r.extent(0), RealPart{r, r}, RealPart{r, u},
                                         ImaginaryPart{r, u}, RealPart{u, w}, ImaginaryPart{u, w});
    return {sums.value[0], {sums.value[1], sums.value[2]}, {sums.value[3], sums.value[4]}};
  } else {
    const auto sums = sum_over_vector<R>(label, space, r.extent(0), RealPart{r, r}, RealPart{r, u},
                                         RealPart{u, w});
    return {sums.value[0], sums.value[1], sums.value[2]};
  }
}

#define SUAN_INSTANTIATE(T)                                                                        \
  SUAN_TEMPLATE LanczosSums<WideReal<T>> lanczos_vector(                                           \
      const ExecutionSpace&, T, const DeviceView<const T>&, T, const DeviceView<const T>&, T,      \
      const DeviceView<T>&);                                                                       \
  SUAN_TEMPLATE void minres_update(const ExecutionSpace&, T, const DeviceView<const T>&, T,        \
                                   const DeviceView<const T>&, T, const DeviceView<T>&, T,         \
                                   const DeviceView<T>&);                                          \
  SUAN_TEMPLATE WideReal<T> scaled_sum(const ExecutionSpace&, T, const DeviceView<T>&, T,          \
                                       const DeviceView<const T>&);                                \
  SUAN_TEMPLATE void symmlq_update(const ExecutionSpace&, T, T, const DeviceView<T>&, T,           \
                                   const DeviceView<T>&, T, const DeviceView<const T>&);           \
  SUAN_TEMPLATE WideReal<T> update_directions(                                                     \
      const ExecutionSpace&, T, const DeviceView<const T>&, const DeviceView<const T>&,            \
      const DeviceView<T>&, const DeviceView<T>&);                                                 \
  SUAN_TEMPLATE WideReal<T> update_solution(const ExecutionSpace&, T, const DeviceView<const T>&,  \
                                            const DeviceView<const T>&, const DeviceView<T>&,      \
                                            const DeviceView<T>&);                                 \
  SUAN_TEMPLATE WideReal<T> update_with_product(const ExecutionSpace&, T,                          \
                                                const DeviceView<const T>&,                        \
                                                const DeviceView<const T>&, const DeviceView<T>&); \
  SUAN_TEMPLATE void update_pair(const ExecutionSpace&, T, T, const DeviceView<const T>&,          \
                                 const DeviceView<T>&, const DeviceView<T>&);                      \
  SUAN_TEMPLATE void fused_cg_update(                                                              \
      const ExecutionSpace&, T, T, const DeviceView<const T>&, const DeviceView<const T>&,         \
      const DeviceView<T>&, const DeviceView<T>&, const DeviceView<T>&, const DeviceView<T>&);     \
  SUAN_TEMPLATE ThreeProducts<T> three_products(const ExecutionSpace&, const DeviceView<const T>&, \
                                                const DeviceView<const T>&,                        \
                                                const DeviceView<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
