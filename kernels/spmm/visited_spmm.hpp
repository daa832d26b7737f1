// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// On a device: any format times several vectors, by visiting the entries of its rows.
#pragma once

#include "suan/core/types.hpp"

#if SUAN_HAVE_CUDA

namespace suan::kernels {

/// Y = alpha M X + beta Y; Y is not read when beta is zero. One thread per element of Y;
/// neighbouring threads have neighbouring vectors and read neighbouring elements. m.visit_row(i,
/// entry) calls entry(column, value) for the entries of row i.
template <Scalar T, class Matrix>
void visited_spmm(const char* label, const ExecutionSpace& space, T alpha, const Matrix& m,
                  const RowMajor<const T>& x, T beta, const RowMajor<T>& y) {
  const auto k = static_cast<std::int64_t>(y.extent(1));
  Kokkos::parallel_for(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, m.rows * k),
      KOKKOS_LAMBDA(std::int64_t element) {
        const auto i = static_cast<LocalIndex>(element / k);
        const std::int64_t c = element % k;
        T sum{};
        m.visit_row(i, [&](LocalIndex column, const T& value) { sum += value * x(column, c); });
        T& result = y(i, c);
        result = beta == T(0) ? alpha * sum : alpha * sum + beta * result;
      });
}

}  // namespace suan::kernels

#endif
