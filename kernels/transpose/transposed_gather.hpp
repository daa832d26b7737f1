// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transposed product through a transposed structure: an element of y is a sum over a column.
#pragma once

#include <vector>

#include "suan/core/detail/memory.hpp"
#include "suan/kernels/spmv_transposed.hpp"

namespace suan::kernels::transposed {

template <bool conjugated, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T entry(const T& value) {
  if constexpr (conjugated) return conjugate(value);
  return value;
}

/// What gathering needs, built on the host by counting: the entries of each column in the order of
/// the rows.
struct Structure {
  HostView<Offset> offsets;
  HostView<LocalIndex> rows;
  HostView<Offset> positions;
};

inline Structure structure_of(LocalIndex rows, LocalIndex columns,
                              const HostView<const Offset>& offsets,
                              const HostView<const LocalIndex>& indices) {
  const auto entries = indices.extent(0);
  Structure t{HostView<Offset>("suan::transposed::offsets", static_cast<std::size_t>(columns) + 1),
              detail::allocate_on_host<LocalIndex>("suan::transposed::rows", entries),
              detail::allocate_on_host<Offset>("suan::transposed::positions", entries)};
  for (std::size_t k = 0; k < entries; ++k) ++t.offsets(indices(k) + 1);
  for (LocalIndex j = 0; j < columns; ++j) t.offsets(j + 1) += t.offsets(j);
  std::vector<Offset> next(t.offsets.data(), t.offsets.data() + columns);
  for (LocalIndex i = 0; i < rows; ++i) {
    for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
      const Offset place = next[static_cast<std::size_t>(indices(k))]++;
      t.rows(place) = i;
      t.positions(place) = k;
    }
  }
  return t;
}

/// Where the entries of the columns are, on the device.
template <Scalar T>
struct Columns {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> rows;
  DeviceView<const Offset> positions;
  DeviceView<const T> values;

  template <bool conjugated>
  KOKKOS_FORCEINLINE_FUNCTION T product(LocalIndex j, const DeviceView<const T>& x) const {
    T sum{};
    for (Offset k = offsets(j); k < offsets(j + 1); ++k) {
      sum += entry<conjugated>(values(positions(k))) * x(rows(k));
    }
    return sum;
  }
  Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>> range(
      const ExecutionSpace& space) const {
    return {space, 0, static_cast<LocalIndex>(offsets.extent(0)) - 1};
  }
};

/// y(j) = start(j) + alpha times element j of the product.
template <bool conjugated, Scalar T, class Start>
void gather(const ExecutionSpace& space, T alpha, const Columns<T>& a, const DeviceView<const T>& x,
            const DeviceView<T>& y, const Start& start) {
  Kokkos::parallel_for(
      "suan::spmv_transposed_gather", a.range(space), KOKKOS_LAMBDA(LocalIndex j) {
        y(j) = start(j) + alpha * a.template product<conjugated>(j, x);
      });
}

/// The same; returns the sum of end(j, y(j)).
template <bool conjugated, class Sum, Scalar T, class Start, class End>
Sum gather_sum(const ExecutionSpace& space, T alpha, const Columns<T>& a,
               const DeviceView<const T>& x, const DeviceView<T>& y, const Start& start,
               const End& end) {
  Sum sum{};
  Kokkos::parallel_reduce(
      "suan::spmv_transposed_gather_sum", a.range(space),
      KOKKOS_LAMBDA(LocalIndex j, Sum & partial) {
        const T yj = start(j) + alpha * a.template product<conjugated>(j, x);
        y(j) = yj;
        partial += end(j, yj);
      },
      sum);
  return sum;
}

}  // namespace suan::kernels::transposed
