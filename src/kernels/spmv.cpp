// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

// How far ahead of their use entries are asked for. Hardware prefetching follows too few streams
// for a product, which reads four, and stops at page ends. 128 was the best of 64 to 512 on large
// pages; on small ones more than that costs time, because every page has to be looked up early.
constexpr Offset prefetch_distance = 128;

/// Asks for the entries that a thread will need some rows later.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_entries([[maybe_unused]] const CsrView<T>& a,
                                                  [[maybe_unused]] Offset begin,
                                                  [[maybe_unused]] Offset end) {
  KOKKOS_IF_ON_HOST((constexpr Offset line = 64 / sizeof(T);
                     const T* const values = a.values.data() + prefetch_distance;
                     const LocalIndex* const indices = a.indices.data() + prefetch_distance;
                     for (Offset k = begin; k < end; k += line) {
                       __builtin_prefetch(values + k, 0, 0);
                       __builtin_prefetch(indices + k, 0, 0);
                     }))
}

/// (A x)_i. One accumulator, in the order of the entries: the same bits on any number of threads.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T row_product(const CsrView<T>& a, const DeviceView<const T>& x,
                                          LocalIndex i) {
  const Offset begin = a.offsets(i);
  const Offset end = a.offsets(i + 1);
  prefetch_entries(a, begin, end);
  T sum{};
  for (Offset k = begin; k < end; ++k) sum += a.values(k) * x(a.indices(k));
  return sum;
}

}  // namespace

template <Scalar T>
void spmv(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const DeviceView<const T>& x,
          T beta, const DeviceView<T>& y) {
  const Range range(space, 0, a.rows);
  if (beta == T(0)) {
    Kokkos::parallel_for(
        "suan::spmv", range, KOKKOS_LAMBDA(LocalIndex i) { y(i) = alpha * row_product(a, x, i); });
  } else {
    Kokkos::parallel_for(
        "suan::spmv_add", range,
        KOKKOS_LAMBDA(LocalIndex i) { y(i) = alpha * row_product(a, x, i) + beta * y(i); });
  }
}

template <Scalar T>
T spmv_dot(const ExecutionSpace& space, const CsrView<T>& a, const DeviceView<const T>& x,
           const DeviceView<T>& y) {
  T sum{};
  Kokkos::parallel_reduce(
      "suan::spmv_dot", Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, T & partial) {
        const T yi = row_product(a, x, i);
        y(i) = yi;
        partial += conjugate(x(i)) * yi;
      },
      sum);
  return sum;
}

template <Scalar T>
Real<T> spmv_residual(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const T>& x, const DeviceView<const T>& b,
                      const DeviceView<T>& r) {
  Real<T> sum = 0;
  Kokkos::parallel_reduce(
      "suan::spmv_residual", Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Real<T> & partial) {
        const T ri = b(i) - row_product(a, x, i);
        r(i) = ri;
        partial += abs_squared(ri);
      },
      sum);
  return sum;
}

template <Scalar T>
T spmv_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                const DeviceView<const LocalIndex>& rows, const DeviceView<const T>& x,
                const DeviceView<T>& y, const DeviceView<const T>& left) {
  const Range range(space, 0, a.rows);
  T sum{};
  if (left.extent(0) == 0) {
    Kokkos::parallel_for(
        "suan::spmv_add_rows", range,
        KOKKOS_LAMBDA(LocalIndex i) { y(rows(i)) += alpha * row_product(a, x, i); });
  } else {
    Kokkos::parallel_reduce(
        "suan::spmv_add_rows_dot", range,
        KOKKOS_LAMBDA(LocalIndex i, T & partial) {
          const T added = alpha * row_product(a, x, i);
          y(rows(i)) += added;
          partial += conjugate(left(rows(i))) * added;
        },
        sum);
  }
  return sum;
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template void spmv(const ExecutionSpace&, T, const CsrView<T>&, const DeviceView<const T>&, T, \
                     const DeviceView<T>&);                                                      \
  template T spmv_dot(const ExecutionSpace&, const CsrView<T>&, const DeviceView<const T>&,      \
                      const DeviceView<T>&);                                                     \
  template Real<T> spmv_residual(const ExecutionSpace&, const CsrView<T>&,                       \
                                 const DeviceView<const T>&, const DeviceView<const T>&,         \
                                 const DeviceView<T>&);                                          \
  template T spmv_add_rows(const ExecutionSpace&, T, const CsrView<T>&,                          \
                           const DeviceView<const LocalIndex>&, const DeviceView<const T>&,      \
                           const DeviceView<T>&, const DeviceView<const T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
