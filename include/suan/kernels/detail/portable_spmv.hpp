// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The products of spmv.hpp and spmm.hpp for scalars that the library is not compiled for: one
// thread for each row, or element of Y, which adds the entries in their order. Overload resolution
// prefers these there, because their constraints are stricter.
#pragma once

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"
#include "suan/kernels/spmm.hpp"

namespace suan::kernels {

template <class T>
concept ForeignScalar = Scalar<T> && !is_compiled<T>;

template <ForeignScalar T>
void spmv(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const DeviceView<const T>& x,
          T beta, const DeviceView<T>& y, const SpmvHints<T>& = {}) {
  Kokkos::parallel_for(
      "suan::portable_spmv",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        T sum{};
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          sum += a.values(k) * x(a.indices(k));
        }
        y(i) = beta == T(0) ? alpha * sum : alpha * sum + beta * y(i);
      });
}

template <ForeignScalar T>
T spmv_dot(const ExecutionSpace& space, const CsrView<T>& a, const DeviceView<const T>& x,
           const DeviceView<T>& y, const SpmvHints<T>& hints = {}) {
  spmv<T>(space, T(1), a, x, T(0), y, hints);
  return scalar_cast<T>(dot<T>(space, x, y));
}

template <ForeignScalar T>
Real<T> spmv_residual(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const T>& x, const DeviceView<const T>& b,
                      const DeviceView<T>& r, const SpmvHints<T>& hints = {}) {
  Kokkos::deep_copy(space, r, b);
  spmv<T>(space, T(-1), a, x, T(1), r, hints);
  return static_cast<Real<T>>(sum_of_squares<T>(space, r, Real<T>(1)));
}

template <ForeignScalar T>
T spmv_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                const DeviceView<const LocalIndex>& rows, const DeviceView<const T>& x,
                const DeviceView<T>& y, const DeviceView<const T>& left) {
  const bool sums = left.extent(0) > 0;
  T result{};
  Kokkos::parallel_reduce(
      "suan::portable_spmv_add_rows",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, T & partial) {
        T sum{};
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          sum += a.values(k) * x(a.indices(k));
        }
        const T added = alpha * sum;
        y(rows(i)) += added;
        if (sums) partial += conjugate(left(rows(i))) * added;
      },
      result);
  return result;
}

template <ForeignScalar T>
void spmm(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const RowMajor<const T>& x,
          T beta, const RowMajor<T>& y, const SpmvHints<T>& = {}) {
  for_elements(
      "suan::portable_spmm", space, static_cast<std::size_t>(a.rows), y.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        T sum{};
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          sum += a.values(k) * x(a.indices(k), c);
        }
        y(i, c) = beta == T(0) ? alpha * sum : alpha * sum + beta * y(i, c);
      });
}

template <ForeignScalar T>
void spmm_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                   const DeviceView<const LocalIndex>& rows, const RowMajor<const T>& x,
                   const RowMajor<T>& y) {
  for_elements(
      "suan::portable_spmm_add_rows", space, static_cast<std::size_t>(a.rows), y.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        T sum{};
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          sum += a.values(k) * x(a.indices(k), c);
        }
        y(rows(i), c) += alpha * sum;
      });
}

}  // namespace suan::kernels
