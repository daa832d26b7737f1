// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv.hpp"

#include "kernels/row_products.hpp"

namespace suan::kernels {

namespace {

#if SUAN_HAVE_CUDA

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// (A x)_i, in the order of the entries.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T row_product(const CsrView<T>& a, const DeviceView<const T>& x,
                                          LocalIndex i) {
  const Offset end = a.offsets(i + 1);
  T sum{};
  for (Offset k = a.offsets(i); k < end; ++k) sum += a.values(k) * x(a.indices(k));
  return sum;
}

/// Calls row(i, (A x)_i) for each row.
template <Scalar T, class Row>
void for_rows(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
              const DeviceView<const T>& x, const Row& row) {
  Kokkos::parallel_for(
      label, Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i) { row(i, row_product(a, x, i)); });
}

/// The sum of what row(i, (A x)_i) returns.
template <class Sum, Scalar T, class Row>
Sum sum_over_rows(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
                  const DeviceView<const T>& x, const Row& row) {
  Sum sum{};
  Kokkos::parallel_reduce(
      label, Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Sum & partial) { partial += row(i, row_product(a, x, i)); }, sum);
  return sum;
}

#else

// On the host a thread takes its rows in blocks: first all products of a block, in a loop that does
// nothing else, then what is done with them, out of the first-level cache.
constexpr LocalIndex block_rows = 256;

using Parts = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>;

/// Calls use(begin, count, products) for each block of rows of one part.
template <Scalar T, class Use>
void visit_blocks(const CsrView<T>& a, const DeviceView<const T>& x, int part, int parts,
                  const Use& use) {
  T products[block_rows];
  const LocalIndex end = first_row_of_part(a, part + 1, parts);
  for (LocalIndex begin = first_row_of_part(a, part, parts); begin < end; begin += block_rows) {
    const LocalIndex count = Kokkos::min(block_rows, end - begin);
    row_products(a.offsets.data() + begin, count, a.indices.data(), a.values.data(), x.data(),
                 products);
    use(begin, count, products);
  }
}

/// Calls row(i, (A x)_i) for each row.
template <Scalar T, class Row>
void for_rows(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
              const DeviceView<const T>& x, const Row& row) {
  const int parts = space.concurrency();
  Kokkos::parallel_for(label, Parts(space, 0, parts), [&](int part) {
    visit_blocks(a, x, part, parts, [&row](LocalIndex begin, LocalIndex count, const T* products) {
      for (LocalIndex i = 0; i < count; ++i) row(begin + i, products[i]);
    });
  });
}

/// The sum of what row(i, (A x)_i) returns: the same bits for the same number of threads.
template <class Sum, Scalar T, class Row>
Sum sum_over_rows(const char* label, const ExecutionSpace& space, const CsrView<T>& a,
                  const DeviceView<const T>& x, const Row& row) {
  const int parts = space.concurrency();
  Sum sum{};
  Kokkos::parallel_reduce(
      label, Parts(space, 0, parts),
      [&](int part, Sum& partial) {
        visit_blocks(a, x, part, parts, [&](LocalIndex begin, LocalIndex count, const T* products) {
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
      },
      sum);
  return sum;
}

#endif

}  // namespace

template <Scalar T>
void spmv(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const DeviceView<const T>& x,
          T beta, const DeviceView<T>& y) {
  if (beta == T(0)) {
    for_rows<T>(
        "suan::spmv", space, a, x,
        KOKKOS_LAMBDA(LocalIndex i, T product) { y(i) = alpha * product; });
  } else {
    for_rows<T>(
        "suan::spmv_add", space, a, x,
        KOKKOS_LAMBDA(LocalIndex i, T product) { y(i) = alpha * product + beta * y(i); });
  }
}

template <Scalar T>
T spmv_dot(const ExecutionSpace& space, const CsrView<T>& a, const DeviceView<const T>& x,
           const DeviceView<T>& y) {
  return sum_over_rows<T, T>(
      "suan::spmv_dot", space, a, x, KOKKOS_LAMBDA(LocalIndex i, T product) {
        y(i) = product;
        return conjugate(x(i)) * product;
      });
}

template <Scalar T>
Real<T> spmv_residual(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const T>& x, const DeviceView<const T>& b,
                      const DeviceView<T>& r) {
  return sum_over_rows<Real<T>, T>(
      "suan::spmv_residual", space, a, x, KOKKOS_LAMBDA(LocalIndex i, T product) {
        const T ri = b(i) - product;
        r(i) = ri;
        return abs_squared(ri);
      });
}

template <Scalar T>
T spmv_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                const DeviceView<const LocalIndex>& rows, const DeviceView<const T>& x,
                const DeviceView<T>& y, const DeviceView<const T>& left) {
  if (left.extent(0) == 0) {
    for_rows<T>(
        "suan::spmv_add_rows", space, a, x,
        KOKKOS_LAMBDA(LocalIndex i, T product) { y(rows(i)) += alpha * product; });
    return T{};
  }
  return sum_over_rows<T, T>(
      "suan::spmv_add_rows_dot", space, a, x, KOKKOS_LAMBDA(LocalIndex i, T product) {
        const T added = alpha * product;
        y(rows(i)) += added;
        return conjugate(left(rows(i))) * added;
      });
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
