// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/level1.hpp"

#include "kernels/vector_loops.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
#endif

namespace suan::kernels {

template <Scalar T>
SumOf<T> dot(const ExecutionSpace& space, const DeviceView<const T>& x,
             const DeviceView<const T>& y) {
#if SUAN_HAVE_CUDA
  return cuda::dot<T>(space, x, y);
#else
  return dot_over_vector<T>("suan::dot", space, x.extent(0), x, y);
#endif
}

template <Scalar T>
double sum_of_squares(const ExecutionSpace& space, const DeviceView<const T>& x, Real<T> scale) {
  using Number = SumOf<T>;
  if (scale == Real<T>(1)) {
    return sum_over_vector(
               "suan::sum_of_squares", space, x.extent(0),
               KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(x(i))); })
        .value[0];
  }
  return sum_over_vector(
             "suan::sum_of_squares_scaled", space, x.extent(0),
             KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(x(i) / scale)); })
      .value[0];
}

namespace {

/// The maximum of some numbers, and whether one is NaN, which comparisons would lose.
template <class R>
struct Largest {
  R value = 0;
  bool has_nan = false;
  /// Takes in what was found among others.
  KOKKOS_INLINE_FUNCTION Largest& operator+=(const Largest& other) {
    value = other.value > value ? other.value : value;
    has_nan |= other.has_nan;
    return *this;
  }
};

#if !SUAN_HAVE_CUDA

template <Scalar T>
Largest<Real<T>> largest_of_block(std::int64_t first, std::int64_t last, const T* x) {
  using R = Real<T>;
  R lane[lanes] = {};
  R other[lanes] = {};  // NaN where there was one
  const auto take = [&](int j, R size) {
    lane[j] = size > lane[j] ? size : lane[j];
    other[j] = size == size ? other[j] : size;
  };
  std::int64_t i = first;
  for (; i + lanes <= last; i += lanes) {
#pragma GCC ivdep
    for (int j = 0; j < lanes; ++j) take(j, Kokkos::abs(x[i + j]));
  }
  for (; i < last; ++i) take(0, Kokkos::abs(x[i]));
  Largest<R> result;
  for (int j = 0; j < lanes; ++j) result += Largest<R>{lane[j], other[j] != other[j]};
  return result;
}

#endif

}  // namespace

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
        const Real<T> magnitude = Kokkos::abs(x(i));
        partial += Found{magnitude, Kokkos::isnan(magnitude)};
      },
      largest);
#else
  const int parts = parts_of_work(space, size);
  largest = sum_of_parts<Found>("suan::max_abs", space, parts, [&](int part, Found& partial) {
    for_blocks_of_part(size, part, parts, [&](std::int64_t first, std::int64_t last) {
      partial += largest_of_block<T>(first, last, x.data());
    });
  });
#endif
  return largest.has_nan ? std::numeric_limits<Real<T>>::quiet_NaN() : largest.value;
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
    cuda::axpy<T>(space, alpha, x, y);
#else
    for_vector(
        "suan::axpy", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) { y(i) += alpha * x(i); });
#endif
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

#define SUAN_INSTANTIATE(T)                                                                   \
  template SumOf<T> dot(const ExecutionSpace&, const DeviceView<const T>&,                    \
                        const DeviceView<const T>&);                                          \
  template double sum_of_squares(const ExecutionSpace&, const DeviceView<const T>&, Real<T>); \
  template Real<T> max_abs(const ExecutionSpace&, const DeviceView<const T>&);                \
  template LocalIndex first_not_finite(const ExecutionSpace&, const DeviceView<const T>&);    \
  template void axpby(const ExecutionSpace&, T, const DeviceView<const T>&, T,                \
                      const DeviceView<T>&);                                                  \
  template void scale(const ExecutionSpace&, T, const DeviceView<T>&);                        \
  template void multiply(const ExecutionSpace&, T, const DeviceView<const T>&,                \
                         const DeviceView<const T>&, T, const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
