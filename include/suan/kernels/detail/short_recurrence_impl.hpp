// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/short_recurrence.hpp.
#pragma once

#include "suan/kernels/detail/short_recurrence.hpp"

#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

// Each element is read before anything is written, as in cg_update_impl.hpp.

/// |x_i|^2 in the type of sums. X is a view of T.
template <Scalar T, class X>
struct SquareOf {
  X x;
  KOKKOS_FORCEINLINE_FUNCTION WideReal<T> operator()(std::int64_t i) const {
    return abs_squared(SumOf<T>(x(i)));
  }
};

/// Calls update(i) for all elements, and returns s^H r and r^H r afterwards.
template <Scalar T, class Update>
ShadowSums<T> update_with_shadow(const char* label, const ExecutionSpace& space,
                                 const Update& update, const DeviceView<const T>& s,
                                 const DeviceView<const T>& r) {
  using R = WideReal<T>;
  using View = DeviceView<const T>;
  const SquareOf<T, View> square{r};
  const RealPartOfDot<T, View, View> real{s, r};
  if constexpr (is_complex<T>) {
    const ImaginaryPartOfDot<T, View, View> imaginary{s, r};
    const auto sums = update_and_sum<R>(label, space, r.extent(0), update, real, imaginary, square);
    return {{sums.value[0], sums.value[1]}, sums.value[2]};
  } else {
    const auto sums = update_and_sum<R>(label, space, r.extent(0), update, real, square);
    return {sums.value[0], sums.value[1]};
  }
}

template <Scalar T>
PairSums<T> pair_sums(const ExecutionSpace& space, const DeviceView<const T>& x,
                      const DeviceView<const T>& y) {
  using R = WideReal<T>;
  using View = DeviceView<const T>;
  const SquareOf<T, View> xx{x};
  const SquareOf<T, View> yy{y};
  const RealPartOfDot<T, View, View> real{x, y};
  const char* const label = "suan::pair_sums";
  if constexpr (is_complex<T>) {
    const ImaginaryPartOfDot<T, View, View> imaginary{x, y};
    const auto sums = sum_over_vector<R>(label, space, x.extent(0), xx, yy, real, imaginary);
    return {{sums.value[2], sums.value[3]}, sums.value[0], sums.value[1]};
  } else {
    const auto sums = sum_over_vector<R>(label, space, x.extent(0), xx, yy, real);
    return {sums.value[2], sums.value[0], sums.value[1]};
  }
}

template <Scalar T>
void combine(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<const T>& y, T gamma, const DeviceView<T>& z) {
  for_vector(
      "suan::combine", space, z.extent(0),
      KOKKOS_LAMBDA(std::int64_t i) { z(i) = alpha * x(i) + beta * y(i) + gamma * z(i); });
}

template <Scalar T>
ShadowSums<T> subtract_with_shadow(const ExecutionSpace& space, T alpha,
                                   const DeviceView<const T>& q, const DeviceView<const T>& s,
                                   const DeviceView<T>& r) {
  const auto update = KOKKOS_LAMBDA(std::int64_t i) { r(i) = r(i) - alpha * q(i); };
  return update_with_shadow<T>("suan::subtract_with_shadow", space, update, s, r);
}

template <Scalar T>
ShadowSums<T> bicgstab_update(const ExecutionSpace& space, T alpha, const DeviceView<const T>& p,
                              T omega, const DeviceView<const T>& q, const DeviceView<const T>& t,
                              const DeviceView<const T>& s, const DeviceView<T>& x,
                              const DeviceView<T>& r) {
  const auto update = KOKKOS_LAMBDA(std::int64_t i) {
    const T step = alpha * p(i) + omega * q(i);
    const T left = r(i) - omega * t(i);
    x(i) += step;
    r(i) = left;
  };
  return update_with_shadow<T>("suan::bicgstab_update", space, update, s, r);
}

template <Scalar T>
void cgs_directions(const ExecutionSpace& space, T beta, const DeviceView<const T>& r,
                    const DeviceView<const T>& q, const DeviceView<T>& u, const DeviceView<T>& p) {
  for_vector(
      "suan::cgs_directions", space, p.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T qi = q(i);
        const T ui = r(i) + beta * qi;
        const T pi = p(i);
        u(i) = ui;
        p(i) = ui + beta * (qi + beta * pi);
      });
}

template <Scalar T>
void cgs_split(const ExecutionSpace& space, T alpha, const DeviceView<const T>& v,
               const DeviceView<T>& u, const DeviceView<T>& q) {
  for_vector(
      "suan::cgs_split", space, u.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        const T ui = u(i);
        const T qi = ui - alpha * v(i);
        q(i) = qi;
        u(i) = ui + qi;
      });
}

template <Scalar T>
void add_direction(const ExecutionSpace& space, const DeviceView<const T>& y, T beta, T eta,
                   const DeviceView<T>& d, const DeviceView<T>& x) {
  if (beta == T(0)) {
    for_vector(
        "suan::first_direction", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T yi = y(i);
          const T xi = x(i);
          d(i) = yi;
          x(i) = xi + eta * yi;
        });
  } else {
    for_vector(
        "suan::add_direction", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const T di = y(i) + beta * d(i);
          const T xi = x(i);
          d(i) = di;
          x(i) = xi + eta * di;
        });
  }
}

/// A number with parts in [-1, 1] from random bits.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T random_number(std::uint64_t bits) {
  const auto real = static_cast<Real<T>>(suan::detail::unit(bits));
  if constexpr (is_complex<T>) {
    return T(real, static_cast<Real<T>>(suan::detail::unit(suan::detail::mixed(bits))));
  } else {
    return real;
  }
}

template <Scalar T>
void fill_random(const ExecutionSpace& space, std::uint64_t seed, GlobalIndex first,
                 const DeviceView<T>& x) {
  const std::uint64_t start = suan::detail::mixed(seed);
  for_vector(
      "suan::fill_random", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
        x(i) = random_number<T>(suan::detail::mixed(start ^ static_cast<std::uint64_t>(first + i)));
      });
}

#define SUAN_INSTANTIATE(T)                                                                 \
  SUAN_TEMPLATE PairSums<T> pair_sums(const ExecutionSpace&, const DeviceView<const T>&,    \
                                      const DeviceView<const T>&);                          \
  SUAN_TEMPLATE void combine(const ExecutionSpace&, T, const DeviceView<const T>&, T,       \
                             const DeviceView<const T>&, T, const DeviceView<T>&);          \
  SUAN_TEMPLATE ShadowSums<T> subtract_with_shadow(                                         \
      const ExecutionSpace&, T, const DeviceView<const T>&, const DeviceView<const T>&,     \
      const DeviceView<T>&);                                                                \
  SUAN_TEMPLATE ShadowSums<T> bicgstab_update(                                              \
      const ExecutionSpace&, T, const DeviceView<const T>&, T, const DeviceView<const T>&,  \
      const DeviceView<const T>&, const DeviceView<const T>&, const DeviceView<T>&,         \
      const DeviceView<T>&);                                                                \
  SUAN_TEMPLATE void cgs_directions(const ExecutionSpace&, T, const DeviceView<const T>&,   \
                                    const DeviceView<const T>&, const DeviceView<T>&,       \
                                    const DeviceView<T>&);                                  \
  SUAN_TEMPLATE void cgs_split(const ExecutionSpace&, T, const DeviceView<const T>&,        \
                               const DeviceView<T>&, const DeviceView<T>&);                 \
  SUAN_TEMPLATE void add_direction(const ExecutionSpace&, const DeviceView<const T>&, T, T, \
                                   const DeviceView<T>&, const DeviceView<T>&);             \
  SUAN_TEMPLATE void fill_random(const ExecutionSpace&, std::uint64_t, GlobalIndex,         \
                                 const DeviceView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
