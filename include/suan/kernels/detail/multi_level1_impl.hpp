// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/multi_level1.hpp.
#pragma once

#include "suan/kernels/detail/multi_level1.hpp"

#include <vector>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/column_sums.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"
#include "suan/kernels/detail/sums.hpp"

namespace suan::kernels {

template <Scalar T>
void copy_column(const ExecutionSpace& space, const RowMajor<const T>& x, std::size_t c,
                 const DeviceView<T>& y) {
  for_elements(
      "suan::copy_column", space, y.extent(0), 1,
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t) { y(i) = x(i, c); });
}

template <Scalar T>
void set_column(const ExecutionSpace& space, const DeviceView<const T>& x, const RowMajor<T>& y,
                std::size_t c) {
  for_elements(
      "suan::set_column", space, x.extent(0), 1,
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t) { y(i, c) = x(i); });
}

template <Scalar T>
void axpby(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
           const RowMajor<T>& y) {
  if (beta == T(0)) {
    for_elements(
        "suan::scaled_copy_of_columns", space, y.extent(0), y.extent(1),
        KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { y(i, c) = alpha * x(i, c); });
  } else {
    for_elements(
        "suan::axpby_of_columns", space, y.extent(0), y.extent(1),
        KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
          y(i, c) = alpha * x(i, c) + beta * y(i, c);
        });
  }
}

template <Scalar T>
void multiply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& d,
              const RowMajor<const T>& x, T beta, const RowMajor<T>& z) {
  if (beta == T(0)) {
    for_elements(
        "suan::multiply_rows", space, z.extent(0), z.extent(1),
        KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { z(i, c) = alpha * d(i) * x(i, c); });
  } else {
    for_elements(
        "suan::multiply_rows_and_add", space, z.extent(0), z.extent(1),
        KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
          z(i, c) = alpha * d(i) * x(i, c) + beta * z(i, c);
        });
  }
}

template <Scalar T>
void gather_columns(const ExecutionSpace& space, const RowMajor<const T>& x,
                    std::span<const LocalIndex> columns, const RowMajor<T>& y) {
  const auto from = on_device(space, columns.data(), columns.size());
  for_elements(
      "suan::gather_columns", space, y.extent(0), columns.size(),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { y(i, c) = x(i, from(c)); });
}

template <Scalar T>
void scatter_columns(const ExecutionSpace& space, const RowMajor<const T>& x,
                     std::span<const LocalIndex> columns, const RowMajor<T>& y) {
  const auto to = on_device(space, columns.data(), columns.size());
  for_elements(
      "suan::scatter_columns", space, y.extent(0), columns.size(),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { y(i, to(c)) = x(i, c); });
}

template <Scalar T>
void clear_column(const ExecutionSpace& space, const RowMajor<T>& y, std::size_t c) {
  for_elements(
      "suan::clear_column", space, y.extent(0), 1,
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t) { y(i, c) = T(0); });
}

template <Scalar T>
void column_dots(const ExecutionSpace& space, const RowMajor<const T>& x,
                 const RowMajor<const T>& y, T* result) {
  using Number = SumOf<T>;
  constexpr const char* label = "suan::column_dots";
  std::vector<Number> sums(x.extent(1));
#if SUAN_HAVE_CUDA
  sum_columns(
      label, space, x.extent(0), x.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        return Number(conjugate(x(i, c))) * Number(y(i, c));
      },
      sums.data());
#else
  const std::size_t k = x.extent(1);
  if constexpr (!is_complex<T>) {
    if (fills_lanes(x) && fills_lanes(y)) {
      const T* const left = x.data();
      const T* const right = y.data();
      update_and_sum_lanes(
          label, space, x.extent(0), k, [](std::int64_t, int) {},
          [=](std::int64_t i) { return Number(left[i]) * Number(right[i]); }, sums.data());
      for (std::size_t c = 0; c < k; ++c) result[c] = scalar_cast<T>(sums[c]);
      return;
    }
  }
  sum_rows(
      label, space, x.extent(0), k,
      [&](std::int64_t i, Number* some) {
        const T* const left = row_of(x, i);
        const T* const right = row_of(y, i);
#pragma GCC ivdep
        for (std::size_t c = 0; c < k; ++c) {
          some[c] += Number(conjugate(left[c])) * Number(right[c]);
        }
      },
      sums.data());
#endif
  for (std::size_t c = 0; c < sums.size(); ++c) result[c] = scalar_cast<T>(sums[c]);
}

#define SUAN_INSTANTIATE(T)                                                                    \
  SUAN_TEMPLATE void copy_column(const ExecutionSpace&, const RowMajor<const T>&, std::size_t, \
                                 const DeviceView<T>&);                                        \
  SUAN_TEMPLATE void set_column(const ExecutionSpace&, const DeviceView<const T>&,             \
                                const RowMajor<T>&, std::size_t);                              \
  SUAN_TEMPLATE void gather_columns(const ExecutionSpace&, const RowMajor<const T>&,           \
                                    std::span<const LocalIndex>, const RowMajor<T>&);          \
  SUAN_TEMPLATE void scatter_columns(const ExecutionSpace&, const RowMajor<const T>&,          \
                                     std::span<const LocalIndex>, const RowMajor<T>&);         \
  SUAN_TEMPLATE void clear_column(const ExecutionSpace&, const RowMajor<T>&, std::size_t);     \
  SUAN_TEMPLATE void column_dots(const ExecutionSpace&, const RowMajor<const T>&,              \
                                 const RowMajor<const T>&, T*);                                \
  SUAN_TEMPLATE void axpby(const ExecutionSpace&, T, const RowMajor<const T>&, T,              \
                           const RowMajor<T>&);                                                \
  SUAN_TEMPLATE void multiply(const ExecutionSpace&, T, const DeviceView<const T>&,            \
                              const RowMajor<const T>&, T, const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
