// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Loops over the rows of a product, for any format. A matrix M has
//   rows                                          and, for a device,
//   row_product(i, x): (M x)_i                    or, for the host,
//   work()                                        about how many entries and rows it takes,
//   first_row_of_part(part, parts)                where a thread's rows start, and
//   row_products(begin, count, x, products)       (M x)_i for begin <= i < begin + count; begin is
//                                                 first_row_of_part plus a multiple of block_rows.
#pragma once

#include "suan/kernels/detail/sums.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

namespace suan::kernels {

#if SUAN_HAVE_CUDA

using Rows = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Calls row(i, (M x)_i) for each row.
template <Scalar T, class Matrix, class Row>
void for_rows(const char* label, const ExecutionSpace& space, const Matrix& m,
              const DeviceView<const T>& x, const Row& row) {
  Kokkos::parallel_for(
      label, Rows(space, 0, m.rows), KOKKOS_LAMBDA(LocalIndex i) { row(i, m.row_product(i, x)); });
}

/// The sum of what row(i, (M x)_i) returns.
template <class Sum, Scalar T, class Matrix, class Row>
Sum sum_over_rows(const char* label, const ExecutionSpace& space, const Matrix& m,
                  const DeviceView<const T>& x, const Row& row) {
  Sum sum{};
  Kokkos::parallel_reduce(
      label, Rows(space, 0, m.rows),
      KOKKOS_LAMBDA(LocalIndex i, Sum & partial) { partial += row(i, m.row_product(i, x)); }, sum);
  return sum;
}

#else

// On the host a thread takes its rows in blocks: first all products of a block, in a tight loop,
// then their further use, from the first-level cache.
constexpr LocalIndex block_rows = 256;

/// Calls use(begin, count, products) for each block of rows of one part. The products are in y, or
/// in a local buffer if y is null.
template <Scalar T, class Matrix, class Use>
void visit_blocks(const Matrix& m, const DeviceView<const T>& x, int part, int parts, T* y,
                  const Use& use) {
  alignas(64) T own[block_rows];
  const LocalIndex end = m.first_row_of_part(part + 1, parts);
  // 64 bits, because the last step may go beyond 2^31.
  for (Offset at = m.first_row_of_part(part, parts); at < end; at += block_rows) {
    const auto begin = static_cast<LocalIndex>(at);
    const LocalIndex count = Kokkos::min(block_rows, end - begin);
    T* const products = y != nullptr ? y + begin : own;
    m.row_products(begin, count, x.data(), products);
    use(begin, count, products);
  }
}

/// Calls row(i, (M x)_i) for each row.
template <Scalar T, class Matrix, class Row>
void for_rows(const char* label, const ExecutionSpace& space, const Matrix& m,
              const DeviceView<const T>& x, const Row& row) {
  const int parts = parts_of_work(space, m.work());
  for_parts(label, space, parts, [&](int part) {
    visit_blocks<T>(m, x, part, parts, nullptr,
                    [&row](LocalIndex begin, LocalIndex count, const T* products) {
                      for (LocalIndex i = 0; i < count; ++i) row(begin + i, products[i]);
                    });
  });
}

/// The sum of what row(i, (M x)_i) returns: the same bits for the same number of threads. y = M x
/// as well where y is not null.
template <class Sum, Scalar T, class Matrix, class Row>
Sum sum_over_rows(const char* label, const ExecutionSpace& space, const Matrix& m,
                  const DeviceView<const T>& x, const Row& row, T* y = nullptr) {
  const int parts = parts_of_work(space, m.work());
  return sum_of_parts<Sum>(label, space, parts, [&](int part, Sum& partial) {
    visit_blocks<T>(m, x, part, parts, y,
                    [&](LocalIndex begin, LocalIndex count, const T* products) {
                      Sum even{};
                      Sum odd{};
                      LocalIndex i = 0;
                      for (; i + 2 <= count; i += 2) {
                        even += row(begin + i, products[i]);
                        odd += row(begin + i + 1, products[i + 1]);
                      }
                      if (i < count) even += row(begin + i, products[i]);
                      partial += even + odd;
                    });
  });
}

#endif

// The four forms of a product in PreparedSpmv and spmv.hpp.

template <Scalar T, class Matrix>
void product(const char* label, const ExecutionSpace& space, T alpha, const Matrix& m,
             const DeviceView<const T>& x, T beta, const DeviceView<T>& y) {
#if !SUAN_HAVE_CUDA
  if (alpha == T(1) && beta == T(0)) {
    const int parts = parts_of_work(space, m.work());
    for_parts(label, space, parts, [&](int part) {
      visit_blocks<T>(m, x, part, parts, y.data(), [](LocalIndex, LocalIndex, const T*) {});
    });
    return;
  }
#endif
  if (beta == T(0)) {
    for_rows<T>(
        label, space, m, x, KOKKOS_LAMBDA(LocalIndex i, T mx) { y(i) = alpha * mx; });
  } else {
    for_rows<T>(
        label, space, m, x, KOKKOS_LAMBDA(LocalIndex i, T mx) { y(i) = alpha * mx + beta * y(i); });
  }
}

template <Scalar T, class Matrix>
T product_dot(const char* label, const ExecutionSpace& space, const Matrix& m,
              const DeviceView<const T>& x, const DeviceView<T>& y) {
  using Number = SumOf<T>;
#if SUAN_HAVE_CUDA
  return scalar_cast<T>(sum_over_rows<Number, T>(
      label, space, m, x, KOKKOS_LAMBDA(LocalIndex i, T mx) {
        y(i) = mx;
        return Number(conjugate(x(i))) * Number(mx);
      }));
#else
  const auto row = [&x](LocalIndex i, T mx) { return Number(conjugate(x(i))) * Number(mx); };
  return scalar_cast<T>(sum_over_rows<Number, T>(label, space, m, x, row, y.data()));
#endif
}

template <Scalar T, class Matrix>
Real<T> product_residual(const char* label, const ExecutionSpace& space, const Matrix& m,
                         const DeviceView<const T>& x, const DeviceView<const T>& b,
                         const DeviceView<T>& r) {
  return static_cast<Real<T>>(sum_over_rows<double, T>(
      label, space, m, x, KOKKOS_LAMBDA(LocalIndex i, T mx) {
        const T ri = b(i) - mx;
        r(i) = ri;
        return abs_squared(SumOf<T>(ri));
      }));
}

}  // namespace suan::kernels
