// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/level1.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
#endif

namespace suan::kernels {

namespace {
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

template <class View>
Range range(const ExecutionSpace& space, const View& x) {
  return Range(space, 0, static_cast<std::int64_t>(x.extent(0)));
}

/// Sum of term(i) for i < size. On the host each block has eight running sums, because one alone
/// waits for each addition to end; the shape of the sum does not depend on the threads.
template <class Sum, class Term>
Sum sum_of(const char* label, const ExecutionSpace& space, std::int64_t size, const Term& term) {
  Sum total{};
#if SUAN_HAVE_CUDA
  Kokkos::parallel_reduce(
      label, Range(space, 0, size),
      KOKKOS_LAMBDA(std::int64_t i, Sum & partial) { partial += term(i); }, total);
#else
  constexpr std::int64_t block_size = 4096;
  constexpr int lanes = 8;
  Kokkos::parallel_reduce(
      label, Range(space, 0, (size + block_size - 1) / block_size),
      [=](std::int64_t block, Sum& partial) {
        const std::int64_t begin = block * block_size;
        const std::int64_t end = Kokkos::min(size, begin + block_size);
        Sum lane[lanes] = {};
        std::int64_t i = begin;
        for (; i + lanes <= end; i += lanes) {
          for (int j = 0; j < lanes; ++j) lane[j] += term(i + j);
        }
        for (; i < end; ++i) lane[0] += term(i);
        for (int j = 1; j < lanes; ++j) lane[0] += lane[j];
        partial += lane[0];
      },
      total);
#endif
  return total;
}

}  // namespace

template <Scalar T>
T dot(const ExecutionSpace& space, const DeviceView<const T>& x, const DeviceView<const T>& y) {
#if SUAN_HAVE_CUDA
  return cuda::dot<T>(space, x, y);
#else
  return sum_of<T>(
      "suan::dot", space, static_cast<std::int64_t>(x.extent(0)),
      KOKKOS_LAMBDA(std::int64_t i) { return conjugate(x(i)) * y(i); });
#endif
}

template <Scalar T>
Real<T> sum_of_squares(const ExecutionSpace& space, const DeviceView<const T>& x, Real<T> scale) {
  const auto size = static_cast<std::int64_t>(x.extent(0));
  if (scale == Real<T>(1)) {
    return sum_of<Real<T>>(
        "suan::sum_of_squares", space, size,
        KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(x(i)); });
  }
  return sum_of<Real<T>>(
      "suan::sum_of_squares_scaled", space, size,
      KOKKOS_LAMBDA(std::int64_t i) { return abs_squared<T>(x(i) / scale); });
}

template <Scalar T>
Real<T> max_abs(const ExecutionSpace& space, const DeviceView<const T>& x) {
  // NaN is lost in comparisons, so it is counted apart.
  Real<T> largest = 0;
  std::int64_t nans = 0;
  Kokkos::parallel_reduce(
      "suan::max_abs", range(space, x),
      KOKKOS_LAMBDA(std::int64_t i, Real<T> & partial, std::int64_t & count) {
        const Real<T> size = Kokkos::abs(x(i));
        if (size > partial) partial = size;
        if (Kokkos::isnan(size)) ++count;
      },
      Kokkos::Max<Real<T>>(largest), nans);
  if (nans > 0) return std::numeric_limits<Real<T>>::quiet_NaN();
  return x.extent(0) == 0 ? 0 : largest;  // the maximum of nothing is not zero
}

template <Scalar T>
LocalIndex first_not_finite(const ExecutionSpace& space, const DeviceView<const T>& x) {
  const auto size = static_cast<LocalIndex>(x.extent(0));
  LocalIndex first = size;
  Kokkos::parallel_reduce(
      "suan::first_not_finite", range(space, x),
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
    Kokkos::parallel_for(
        "suan::scaled_copy", range(space, x),
        KOKKOS_LAMBDA(std::int64_t i) { y(i) = alpha * x(i); });
  } else if (beta == T(1)) {
#if SUAN_HAVE_CUDA
    cuda::axpy<T>(space, alpha, x, y);
#else
    Kokkos::parallel_for(
        "suan::axpy", range(space, x), KOKKOS_LAMBDA(std::int64_t i) { y(i) += alpha * x(i); });
#endif
  } else {
    Kokkos::parallel_for(
        "suan::axpby", range(space, x),
        KOKKOS_LAMBDA(std::int64_t i) { y(i) = alpha * x(i) + beta * y(i); });
  }
}

template <Scalar T>
void scale(const ExecutionSpace& space, T alpha, const DeviceView<T>& x) {
  if (alpha == T(0)) {
    Kokkos::deep_copy(space, x, T(0));
  } else {
    Kokkos::parallel_for(
        "suan::scale", range(space, x), KOKKOS_LAMBDA(std::int64_t i) { x(i) *= alpha; });
  }
}

template <Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& d,
              const DeviceView<const T>& x, T beta, const DeviceView<T>& z) {
  if (beta == T(0)) {
    Kokkos::parallel_for(
        "suan::multiply", range(space, x),
        KOKKOS_LAMBDA(std::int64_t i) { z(i) = alpha * d(i) * x(i); });
  } else {
    Kokkos::parallel_for(
        "suan::multiply_add", range(space, x),
        KOKKOS_LAMBDA(std::int64_t i) { z(i) = alpha * d(i) * x(i) + beta * z(i); });
  }
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template T dot(const ExecutionSpace&, const DeviceView<const T>&, const DeviceView<const T>&); \
  template Real<T> sum_of_squares(const ExecutionSpace&, const DeviceView<const T>&, Real<T>);   \
  template Real<T> max_abs(const ExecutionSpace&, const DeviceView<const T>&);                   \
  template LocalIndex first_not_finite(const ExecutionSpace&, const DeviceView<const T>&);       \
  template void axpby(const ExecutionSpace&, T, const DeviceView<const T>&, T,                   \
                      const DeviceView<T>&);                                                     \
  template void scale(const ExecutionSpace&, T, const DeviceView<T>&);                           \
  template void multiply(const ExecutionSpace&, T, const DeviceView<const T>&,                   \
                         const DeviceView<const T>&, T, const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
