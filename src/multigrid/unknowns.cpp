// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/unknowns.hpp"

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
LocalIndex count_others(const RowMajor<const T>& x, LocalIndex column, LocalIndex count,
                        GlobalIndex first, const T& constant) {
  LocalIndex others = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_constant_vector", Range(0, static_cast<LocalIndex>(x.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum) {
        const T expected = (first + i) % count == column ? constant : T(0);
        sum += x(i, column) == expected ? 0 : 1;
      },
      others);
  return others;
}

/// The element in a row of a column, on all ranks. Collective.
template <Scalar T>
T element_of(const MultiVector<T>& x, GlobalIndex row, LocalIndex column) {
  T value{};
  if (x.layout().owns(row)) {
    Kokkos::deep_copy(value, Kokkos::subview(x.view(), row - x.layout().first(), column));
  }
  return x.layout().comm().sum(value);
}

/// Collective.
template <Scalar T>
bool is_constant(const MultiVector<T>& x, LocalIndex column, LocalIndex count) {
  if (x.layout().global_size() == 0) return true;
  const T constant = element_of(x, column, column);
  if (constant == T(0) || !is_finite(constant)) return false;
  const auto others = count_others<T>(x.view(), column, count, x.layout().first(), constant);
  return x.layout().comm().max(others) == 0;
}

void number_unknowns(const DeviceView<LocalIndex>& unknowns, GlobalIndex first, LocalIndex owned,
                     const DeviceView<const GlobalIndex>& ghosts, LocalIndex count) {
  Kokkos::parallel_for(
      "suan::multigrid_unknowns", Range(0, static_cast<LocalIndex>(unknowns.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex row = i < owned ? first + i : ghosts(i - owned);
        unknowns(i) = static_cast<LocalIndex>(row % count);
      });
}

}  // namespace

template <Scalar T>
DeviceView<const LocalIndex> unknowns_of_rows(const DistributedMatrix<T>& a, LocalIndex count) {
  const auto& map = *a.exchange().map();
  const auto result =
      allocate<LocalIndex>("suan::multigrid::unknowns", static_cast<std::size_t>(map.size()));
  const auto ghosts =
      suan::detail::on_device<GlobalIndex>("suan::multigrid::ghosts", map.ghost_numbers());
  number_unknowns(result, map.layout().first(), map.owned(), ghosts, count);
  return result;
}

DeviceView<const LocalIndex> unknowns_of_coarse(const Splitting& splitting,
                                                const DeviceView<const LocalIndex>& unknowns) {
  const auto result = allocate<LocalIndex>("suan::multigrid::unknowns",
                                           static_cast<std::size_t>(splitting.coarse.local_size()));
  const auto numbers = splitting.numbers;
  const GlobalIndex first = splitting.coarse.first();
  const GlobalIndex last = splitting.coarse.last();
  Kokkos::parallel_for(
      "suan::multigrid_coarse_unknowns", Range(0, static_cast<LocalIndex>(numbers.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex number = numbers(i);
        if (number >= first && number < last) result(number - first) = unknowns(i);
      });
  return result;
}

DeviceView<const LocalIndex> with_ghosts(const Exchange& exchange,
                                         const DeviceView<const LocalIndex>& owned) {
  const auto& map = *exchange.map();
  if (map.comm().size() == 1) return owned;
  DeviceView<LocalIndex> all;
  together(map.comm(), [&] {
    all = allocate<LocalIndex>("suan::multigrid::unknowns", static_cast<std::size_t>(map.size()));
    Kokkos::deep_copy(Kokkos::subview(all, Kokkos::make_pair(LocalIndex(0), map.owned())), owned);
  });
  refresh(exchange, all);
  return all;
}

template <Scalar T>
void require_constants(const MultiVector<T>& near_null, LocalIndex count) {
  bool fits = near_null.columns() == count;
  for (LocalIndex c = 0; fits && c < count; ++c) {
    fits = is_constant(near_null, c, count);
  }
  if (fits) return;
  throw InvalidArgument(message(
      "amg: a near null space was given, but this coarsening interpolates constants (of "
      "each unknown, with block_size = ",
      count, ") and cannot use another one: leave it out, or use coarsening \"aggregation\""));
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template DeviceView<const LocalIndex> unknowns_of_rows(const DistributedMatrix<T>&, LocalIndex); \
  template void require_constants(const MultiVector<T>&, LocalIndex);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
