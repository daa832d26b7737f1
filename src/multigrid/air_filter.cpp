// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/air_filter.hpp"

#include "multigrid/row_truncation.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
struct SmallEntries {
  RowsView<T> a;
  Real<T> share;

  /// Below which the entries of a row are small; zero if it stays as it is.
  KOKKOS_FORCEINLINE_FUNCTION Real<T> least(LocalIndex i) const {
    Real<T> most = 0;
    T diagonal{};
    a.visit(i, [&](LocalIndex j, const T& value) {
      if (j == i) diagonal = value;
      if (j != i) most = Kokkos::max(most, Kokkos::abs(value));
    });
    const Real<T> limit = share * most;
    Real<T> taken = 0;
    a.visit(i, [&](LocalIndex j, const T& value) {
      const Real<T> size = Kokkos::abs(value);
      if (j != i && size < limit) taken += size;
    });
    return 2 * taken <= Kokkos::abs(diagonal) ? limit : Real<T>(0);
  }
};

template <Scalar T>
PaddedRows<T> lumped_rows(const SmallEntries<T>& small) {
  const auto a = small.a;
  const auto room =
      allocate<LocalIndex>("suan::multigrid::room", static_cast<std::size_t>(a.own.rows));
  Kokkos::parallel_for(
      "suan::multigrid_filter_room", Range(0, a.own.rows),
      KOKKOS_LAMBDA(LocalIndex i) { room(i) = static_cast<LocalIndex>(a.length(i)); });
  const auto result = make_padded<T>(room);
  Kokkos::parallel_for(
      "suan::multigrid_filter", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const Real<T> least = small.least(i);
        const Offset begin = result.begins(i);
        LocalIndex length = 0;
        LocalIndex diagonal = 0;
        T sum{};
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (j != i && Kokkos::abs(value) < least) {
            sum += value;
            return;
          }
          if (j == i) diagonal = length;
          result.columns(begin + length) = j;
          result.values(begin + length) = value;
          ++length;
        });
        if (length > 0) result.values(begin + diagonal) += sum;
        result.lengths(i) = length;
      });
  return result;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> lumped(const DistributedMatrix<T>& a, double share) {
  PaddedRows<T> rows;
  together(a.comm(), [&] {
    rows = lumped_rows<T>({RowsView<T>(suan::detail::local_rows(a)), static_cast<Real<T>>(share)});
  });
  return from_padded(a.row_layout(), a.column_layout(), a.remote().columns, rows);
}

#define SUAN_INSTANTIATE(T) \
  template DistributedMatrix<T> lumped(const DistributedMatrix<T>&, double);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
