// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/near_null_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The largest |x| of a column; infinite if an element is not finite.
template <Scalar T>
double largest(const RowMajor<const T>& x, LocalIndex column) {
  double most = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_largest_of_column", Range(0, static_cast<LocalIndex>(x.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i, double& sum) {
        const auto size = static_cast<double>(Kokkos::abs(x(i, column)));
        sum = Kokkos::max(sum, Kokkos::isfinite(size) ? size : INFINITY);
      },
      Kokkos::Max<double>(most));
  return most > 0 ? most : 0;
}

template <Scalar T>
void multiply_column(const RowMajor<T>& x, LocalIndex column, double factor) {
  const auto value = static_cast<Real<T>>(factor);
  Kokkos::parallel_for(
      "suan::multigrid_scale_column", Range(0, static_cast<LocalIndex>(x.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) { x(i, column) *= value; });
}

}  // namespace

template <Scalar T>
RowMajor<const T> near_null_rows(const DistributedMatrix<T>& a, const MultiVector<T>& near_null) {
  const auto& map = *a.exchange().map();
  if (map.comm().size() == 1) return near_null.view();
  RowMajor<T> rows;
  together(a.comm(), [&] {
    rows = suan::detail::allocate_view<RowMajor<T>>("suan::multigrid::near_null_rows",
                                                    static_cast<std::size_t>(map.size()),
                                                    static_cast<std::size_t>(near_null.columns()));
    Kokkos::deep_copy(
        Kokkos::subview(rows, Kokkos::make_pair(LocalIndex(0), map.owned()), Kokkos::ALL),
        near_null.view());
  });
  refresh(a.exchange(), rows);
  return rows;
}

template <Scalar T>
MultiVector<T> scaled_near_null(const MultiVector<T>& near_null) {
  const LocalIndex columns = near_null.columns();
  if (columns < 1 || columns > Nodes::most_rows) {
    throw InvalidArgument(message("amg: the near null space has ", columns,
                                  " vectors, but must have 1 to ", Nodes::most_rows));
  }
  const auto& comm = near_null.layout().comm();
  MultiVector<T> result(near_null.layout(), columns);
  Kokkos::deep_copy(result.view(), near_null.view());
  for (LocalIndex j = 0; j < columns; ++j) {
    const double most = comm.max(largest<T>(near_null.view(), j));
    if (!std::isfinite(most) || most == 0) {
      throw InvalidArgument(message("amg: vector ", j, " of the near null space ",
                                    most == 0 ? "is zero" : "has an element that is not finite"));
    }
    int exponent = 0;
    std::frexp(most, &exponent);
    // The inverse of a subnormal number may be infinite.
    exponent = std::max(exponent, std::numeric_limits<Real<T>>::min_exponent);
    multiply_column<T>(result.view(), j, std::ldexp(1.0, -exponent));
  }
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template RowMajor<const T> near_null_rows(const DistributedMatrix<T>&, const MultiVector<T>&); \
  template MultiVector<T> scaled_near_null(const MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
