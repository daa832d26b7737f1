// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/zero_rows.hpp"

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
void copy_sizes(const DeviceView<const T>& diagonal, const DeviceView<Real<T>>& sizes) {
  Kokkos::parallel_for(
      "suan::multigrid_diagonal_sizes", Range(0, static_cast<LocalIndex>(diagonal.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) { sizes(i) = Kokkos::abs(diagonal(i)); });
}

/// Replaces the diagonal entries in `values` of rows that are rounding; returns how many.
template <Scalar T>
GlobalIndex replace(const RowsView<T>& r, const DeviceView<const Real<T>>& sizes,
                    const RowsView<T>& coarse, const kernels::CsrView<T>& own,
                    const DeviceView<T>& values) {
  constexpr Real<T> rounding = 32 * std::numeric_limits<Real<T>>::epsilon();
  GlobalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_zero_rows", Range(0, own.rows),
      KOKKOS_LAMBDA(LocalIndex c, GlobalIndex & sum) {
        Real<T> size = 0;
        r.visit(c, [&](LocalIndex i, const T& value) { size += abs_squared(value) * sizes(i); });
        if (!(size > 0)) return;
        bool is_zero = true;
        coarse.visit(c, [&](LocalIndex, const T& value) {
          is_zero = is_zero && Kokkos::abs(value) <= rounding * size;
        });
        if (!is_zero) return;
        for (Offset k = own.offsets(c); k < own.offsets(c + 1); ++k) {
          if (own.indices(k) != c) continue;
          values(k) = T(size);
          ++sum;
          return;
        }
      },
      count);
  return count;
}

}  // namespace

template <Scalar T>
GlobalIndex decouple_zero_rows(const DistributedMatrix<T>& a, const DistributedMatrix<T>& r,
                               DistributedMatrix<T>& coarse) {
  DeviceView<Real<T>> sizes;
  together(a.comm(), [&] {
    sizes = suan::detail::allocate<Real<T>>("suan::multigrid::sizes",
                                            static_cast<std::size_t>(r.exchange().map()->size()));
    copy_sizes<T>(a.local().diagonal(), sizes);
  });
  refresh(r.exchange(), sizes);
  GlobalIndex count = 0;
  together(a.comm(), [&] {
    const RowsView<T> rows(suan::detail::local_rows(r));
    const RowsView<T> coarse_rows(suan::detail::local_rows(coarse));
    const auto& view = coarse.local().view();
    const DeviceView<T> values(const_cast<T*>(view.values.data()), view.values.extent(0));
    count = replace<T>(rows, sizes, coarse_rows, view, values);
    Kokkos::fence("suan::multigrid_zero_rows");
  });
  return a.comm().sum(count);
}

#define SUAN_INSTANTIATE(T)                                            \
  template GlobalIndex decouple_zero_rows(const DistributedMatrix<T>&, \
                                          const DistributedMatrix<T>&, DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
