// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv.hpp"

#include "kernels/spmv/row_loops.hpp"
#include "kernels/spmv/row_products.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

/// CSR for the loops of row_loops.hpp.
template <Scalar T>
struct CsrRows {
  CsrView<T> a;
  RowOptions options = {};
  LocalIndex rows = a.rows;

  KOKKOS_FUNCTION T row_product(LocalIndex i, const DeviceView<const T>& x) const {
    const Offset end = a.offsets(i + 1);
    T sum{};
    for (Offset k = a.offsets(i); k < end; ++k) sum += a.values(k) * x(a.indices(k));
    return sum;
  }
#if !SUAN_HAVE_CUDA
  Offset work() const { return a.entries() + a.rows; }
  LocalIndex first_row_of_part(int part, int parts) const {
    return kernels::first_row_of_part(a, part, parts);
  }
  void row_products(LocalIndex begin, LocalIndex count, const T* x, T* products) const {
    kernels::row_products(a.offsets.data() + begin, count, a.indices.data(), a.values.data(), x,
                          products, options);
  }
#endif
};

#if !SUAN_HAVE_CUDA

/// The same if the products of the long rows are already known.
template <Scalar T>
struct CsrRowsBesideLong {
  const CsrView<T>& a;
  const LongRows<T>& long_rows;
  RowOptions options;
  std::vector<T> sums;
  LocalIndex rows = a.rows;

  Offset work() const { return a.entries() + a.rows; }
  LocalIndex first_row_of_part(int part, int parts) const {
    return kernels::first_row_of_part(a, part, parts, long_rows);
  }
  void row_products(LocalIndex begin, LocalIndex count, const T* x, T* products) const {
    kernels::row_products(a.offsets.data() + begin, count, a.indices.data(), a.values.data(), x,
                          products, options);
    long_rows.place(begin, count, sums, products);
  }
};

#endif

/// Calls use(rows) with a matrix for row_loops.hpp.
template <Scalar T, class Use>
auto with_rows(const ExecutionSpace& space, const CsrView<T>& a, const SpmvHints<T>& hints,
               const DeviceView<const T>& x, const Use& use) {
#if !SUAN_HAVE_CUDA
  RowOptions options = RowOptions::from(hints, a.entries());
  if (!hints.long_rows.empty()) {
    options.limit = LongRows<T>::shortest;
    return use(CsrRowsBesideLong<T>{a, hints.long_rows, options,
                                    hints.long_rows.products(space, a, x.data(), options.fetch)});
  }
  return use(CsrRows<T>{a, options});
#else
  return use(CsrRows<T>{a});
#endif
}

}  // namespace

template <Scalar T>
void spmv(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const DeviceView<const T>& x,
          T beta, const DeviceView<T>& y, const SpmvHints<T>& hints) {
  with_rows(space, a, hints, x,
            [&](const auto& rows) { product<T>("suan::spmv", space, alpha, rows, x, beta, y); });
}

template <Scalar T>
T spmv_dot(const ExecutionSpace& space, const CsrView<T>& a, const DeviceView<const T>& x,
           const DeviceView<T>& y, const SpmvHints<T>& hints) {
  return with_rows(space, a, hints, x, [&](const auto& rows) {
    return product_dot<T>("suan::spmv_dot", space, rows, x, y);
  });
}

template <Scalar T>
Real<T> spmv_residual(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const T>& x, const DeviceView<const T>& b,
                      const DeviceView<T>& r, const SpmvHints<T>& hints) {
  return with_rows(space, a, hints, x, [&](const auto& rows) {
    return product_residual<T>("suan::spmv_residual", space, rows, x, b, r);
  });
}

template <Scalar T>
T spmv_add_rows(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
                const DeviceView<const LocalIndex>& rows, const DeviceView<const T>& x,
                const DeviceView<T>& y, const DeviceView<const T>& left) {
  const CsrRows<T> m{a};
  if (left.extent(0) == 0) {
    for_rows<T>(
        "suan::spmv_add_rows", space, m, x,
        KOKKOS_LAMBDA(LocalIndex i, T product) { y(rows(i)) += alpha * product; });
    return T{};
  }
  using Number = SumOf<T>;
  return scalar_cast<T>(sum_over_rows<Number, T>(
      "suan::spmv_add_rows_dot", space, m, x, KOKKOS_LAMBDA(LocalIndex i, T product) {
        const T added = alpha * product;
        y(rows(i)) += added;
        return Number(conjugate(left(rows(i)))) * Number(added);
      }));
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template void spmv(const ExecutionSpace&, T, const CsrView<T>&, const DeviceView<const T>&, T, \
                     const DeviceView<T>&, const SpmvHints<T>&);                                 \
  template T spmv_dot(const ExecutionSpace&, const CsrView<T>&, const DeviceView<const T>&,      \
                      const DeviceView<T>&, const SpmvHints<T>&);                                \
  template Real<T> spmv_residual(const ExecutionSpace&, const CsrView<T>&,                       \
                                 const DeviceView<const T>&, const DeviceView<const T>&,         \
                                 const DeviceView<T>&, const SpmvHints<T>&);                     \
  template T spmv_add_rows(const ExecutionSpace&, T, const CsrView<T>&,                          \
                           const DeviceView<const LocalIndex>&, const DeviceView<const T>&,      \
                           const DeviceView<T>&, const DeviceView<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
