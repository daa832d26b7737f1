// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/level1.hpp.
#pragma once

#include "suan/kernels/detail/level1.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

#if SUAN_HAVE_CUDA
// With cuBLAS, for the scalars that the library has.
namespace cuda {
template <Scalar T>
T dot(const ExecutionSpace& space, const DeviceView<const T>& x, const DeviceView<const T>& y);
template <Scalar T>
void axpy(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
          const DeviceView<T>& y);
}  // namespace cuda
#endif

template <Scalar T>
SumOf<T> dot(const ExecutionSpace& space, const DeviceView<const T>& x,
             const DeviceView<const T>& y) {
#if SUAN_HAVE_CUDA
  // cuBLAS adds float in float.
  if constexpr (is_compiled<T> && std::same_as<SumOf<T>, T>) return cuda::dot<T>(space, x, y);
#endif
  return dot_over_vector<T>("suan::dot", space, x.extent(0), x, y);
}

template <Scalar T>
WideReal<T> sum_of_squares(const ExecutionSpace& space, const DeviceView<const T>& x,
                           Real<T> scale) {
  using Number = SumOf<T>;
  if (scale == Real<T>(1)) {
    return sum_over_vector<WideReal<T>>(
               "suan::sum_of_squares", space, x.extent(0),
               KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(x(i))); })
        .value[0];
  }
  return sum_over_vector<WideReal<T>>(
             "suan::sum_of_squares_scaled", space, x.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(x(i) / scale)); })
      .value[0];
}

/// The largest of some magnitudes, in their bits as an integer: those are ordered as the numbers
/// are, and NaN, which comparisons of numbers lose, is above infinity. Compilers have vector
/// instructions for the integers alone.
template <class R>
struct LargestBits {
  using Bits = std::conditional_t<sizeof(R) == 8, std::int64_t, std::int32_t>;
  static_assert(sizeof(R) == sizeof(Bits));
  Bits bits = 0;
  KOKKOS_INLINE_FUNCTION LargestBits& operator+=(const LargestBits& other) {
    bits = larger(other.bits, bits);
    return *this;
  }
  KOKKOS_INLINE_FUNCTION static Bits of(R x) {
    return Kokkos::bit_cast<Bits>(x) & std::numeric_limits<Bits>::max();
  }
  KOKKOS_FORCEINLINE_FUNCTION static Bits larger(Bits x, Bits y) { return x > y ? x : y; }
  KOKKOS_INLINE_FUNCTION R value() const { return Kokkos::bit_cast<R>(bits); }
};

/// The same with numbers in place of their bits, for any type.
template <class R>
struct LargestNumber {
  using Bits = R;
  R bits = R(0);
  KOKKOS_INLINE_FUNCTION LargestNumber& operator+=(const LargestNumber& other) {
    bits = larger(other.bits, bits);
    return *this;
  }
  KOKKOS_INLINE_FUNCTION static R of(const R& x) { return x < R(0) ? -x : x; }
  KOKKOS_INLINE_FUNCTION static R larger(const R& x, const R& y) { return x > y || x != x ? x : y; }
  KOKKOS_INLINE_FUNCTION R value() const { return bits; }
};

template <class R>
using Largest = std::conditional_t<std::same_as<R, float> || std::same_as<R, double>,
                                   LargestBits<R>, LargestNumber<R>>;

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> size_of(const T& x) {
  if constexpr (is_complex<T>) {
    return Kokkos::abs(x);
  } else {
    return x;  // the sign goes with its bit
  }
}

template <Scalar T>
Real<T> max_abs(const ExecutionSpace& space, const DeviceView<const T>& x) {
  using Found = Largest<Real<T>>;
  Found largest;
  const auto size = static_cast<std::int64_t>(x.extent(0));
#if SUAN_HAVE_CUDA
  Kokkos::parallel_reduce(
      "suan::max_abs",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, size),
      KOKKOS_LAMBDA(std::int64_t i, Found & partial) {
        partial += Found{Found::of(size_of(x(i)))};
      },
      largest);
#else
  const int parts = parts_of_work(space, size);
  largest = sum_of_parts<Found>("suan::max_abs", space, parts, [&](int part, Found& partial) {
    const T* const data = x.data();
    typename Found::Bits bits(0);
    for_blocks_of_part(size, part, parts, [&](std::int64_t first, std::int64_t last) {
      typename Found::Bits most(0);
      for (std::int64_t i = first; i < last; ++i) {
        most = Found::larger(Found::of(size_of(data[i])), most);
      }
      bits = Found::larger(most, bits);
    });
    partial += Found{bits};
  });
#endif
  return largest.value();
}

template <Scalar T>
LocalIndex first_not_finite(const ExecutionSpace& space, const DeviceView<const T>& x) {
  const auto size = static_cast<LocalIndex>(x.extent(0));
  LocalIndex first = size;
  Kokkos::parallel_reduce(
      "suan::first_not_finite",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          space, 0, static_cast<std::int64_t>(x.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, LocalIndex & partial) {
        if (!is_finite(x(i)) && i < partial) partial = static_cast<LocalIndex>(i);
      },
      Kokkos::Min<LocalIndex>(first));
  return first < size ? first : size;
}

template <Scalar T>
void axpby(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
           const DeviceView<T>& y) {
  if (beta == T(0)) {
    for_vector(
        "suan::scaled_copy", space, x.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { y(i) = alpha * x(i); });
  } else if (beta == T(1)) {
#if SUAN_HAVE_CUDA
    if constexpr (is_compiled<T>) {
      cuda::axpy<T>(space, alpha, x, y);
      return;
    }
#endif
    for_vector(
        "suan::axpy", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) { y(i) += alpha * x(i); });
  } else {
    for_vector(
        "suan::axpby", space, x.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { y(i) = alpha * x(i) + beta * y(i); });
  }
}

template <Scalar T>
void scale(const ExecutionSpace& space, T alpha, const DeviceView<T>& x) {
  if (alpha == T(0)) {
    Kokkos::deep_copy(space, x, T(0));
  } else {
    for_vector(
        "suan::scale", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) { x(i) *= alpha; });
  }
}

template <Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& d,
              const DeviceView<const T>& x, T beta, const DeviceView<T>& z) {
  if (beta == T(0)) {
    for_vector(
        "suan::multiply", space, x.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { z(i) = alpha * d(i) * x(i); });
  } else {
    for_vector(
        "suan::multiply_add", space, x.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { z(i) = alpha * d(i) * x(i) + beta * z(i); });
  }
}

#define SUAN_INSTANTIATE(T)                                                                     \
  SUAN_TEMPLATE SumOf<T> dot(const ExecutionSpace&, const DeviceView<const T>&,                 \
                             const DeviceView<const T>&);                                       \
  SUAN_TEMPLATE WideReal<T> sum_of_squares(const ExecutionSpace&, const DeviceView<const T>&,   \
                                           Real<T>);                                            \
  SUAN_TEMPLATE Real<T> max_abs(const ExecutionSpace&, const DeviceView<const T>&);             \
  SUAN_TEMPLATE LocalIndex first_not_finite(const ExecutionSpace&, const DeviceView<const T>&); \
  SUAN_TEMPLATE void axpby(const ExecutionSpace&, T, const DeviceView<const T>&, T,             \
                           const DeviceView<T>&);                                               \
  SUAN_TEMPLATE void scale(const ExecutionSpace&, T, const DeviceView<T>&);                     \
  SUAN_TEMPLATE void multiply(const ExecutionSpace&, T, const DeviceView<const T>&,             \
                              const DeviceView<const T>&, T, const DeviceView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
