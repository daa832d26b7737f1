// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/multivector.hpp"

#include <algorithm>

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// Columns per pass: enough that w is read seldom, few enough for registers.
constexpr int width = 4;

template <Scalar T>
struct Sums {
  T value[width] = {};
  KOKKOS_INLINE_FUNCTION Sums& operator+=(const Sums& other) {
    for (int j = 0; j < width; ++j) value[j] += other.value[j];
    return *this;
  }
};

}  // namespace
}  // namespace suan::kernels

namespace Kokkos {
template <class T>
struct reduction_identity<suan::kernels::Sums<T>> {
  KOKKOS_FORCEINLINE_FUNCTION static suan::kernels::Sums<T> sum() { return {}; }
};
}  // namespace Kokkos

namespace suan::kernels {

template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h) {
  const Range range(space, 0, static_cast<std::int64_t>(w.extent(0)));
  const int columns = static_cast<int>(h.size());
  for (int first = 0; first < columns; first += width) {
    Sums<T> sums;
    const int last = std::min(first + width, columns) - 1;
    // A narrow last group repeats its last column, so that the loop below has a fixed length.
    const int c0 = first;
    const int c1 = std::min(first + 1, last);
    const int c2 = std::min(first + 2, last);
    const int c3 = std::min(first + 3, last);
    Kokkos::parallel_reduce(
        "suan::multi_dot", range,
        KOKKOS_LAMBDA(std::int64_t i, Sums<T> & partial) {
          const T wi = w(i);
          partial.value[0] += conjugate(v(i, c0)) * wi;
          partial.value[1] += conjugate(v(i, c1)) * wi;
          partial.value[2] += conjugate(v(i, c2)) * wi;
          partial.value[3] += conjugate(v(i, c3)) * wi;
        },
        Kokkos::Sum<Sums<T>>(sums));
    for (int j = first; j <= last; ++j) {
      h[static_cast<std::size_t>(j)] = sums.value[j - first];
    }
  }
}

template <Scalar T>
Real<T> multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                   const DeviceView<T>& w) {
  const Range range(space, 0, static_cast<std::int64_t>(w.extent(0)));
  const int columns = static_cast<int>(h.size());
  Real<T> sum = 0;
  for (int first = 0; first < columns; first += width) {
    const auto coefficient = [&](int j) {
      return first + j < columns ? h[static_cast<std::size_t>(first + j)] : T(0);
    };
    const T h0 = coefficient(0);
    const T h1 = coefficient(1);
    const T h2 = coefficient(2);
    const T h3 = coefficient(3);
    const int last = columns - 1;
    const int c0 = first;
    const int c1 = std::min(first + 1, last);
    const int c2 = std::min(first + 2, last);
    const int c3 = std::min(first + 3, last);
    Kokkos::parallel_reduce(
        "suan::multi_axpy", range,
        KOKKOS_LAMBDA(std::int64_t i, Real<T> & partial) {
          const T wi = w(i) - (h0 * v(i, c0) + h1 * v(i, c1) + (h2 * v(i, c2) + h3 * v(i, c3)));
          w(i) = wi;
          partial += abs_squared(wi);
        },
        sum);
  }
  return sum;
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template void multi_dot(const ExecutionSpace&, const Basis<T>&, const DeviceView<const T>&, \
                          std::span<T>);                                                      \
  template Real<T> multi_axpy(const ExecutionSpace&, const Basis<T>&, std::span<const T>,     \
                              const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
