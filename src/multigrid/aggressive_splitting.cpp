// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/aggressive_splitting.hpp"

#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Lists with room for more elements than they have.
struct NearLists {
  DeviceView<Offset> begins;
  DeviceView<LocalIndex> counts;
  DeviceView<LocalIndex> points;
};

NearLists make_lists(const NearCounts& near) {
  const std::size_t rows = near.each.extent(0);
  NearLists lists;
  lists.begins = allocate<Offset>("suan::multigrid::begins", rows);
  lists.counts = allocate<LocalIndex>("suan::multigrid::counts", rows);
  const auto begins = lists.begins;
  const auto room = near.each;
  Offset total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_near_lists", Range(0, static_cast<LocalIndex>(rows)),
      KOKKOS_LAMBDA(LocalIndex r, Offset & sum, bool last) {
        if (last) begins(r) = sum;
        sum += room(r);
      },
      total);
  lists.points = allocate<LocalIndex>("suan::multigrid::points", static_cast<std::size_t>(total));
  return lists;
}

/// The other coarse points within distance two of each, once each.
template <Scalar T>
void list_near(const CoarsePoints<T>& points, const DeviceView<const LocalIndex>& rows,
               const NearCounts& near, const NearLists& lists) {
  const std::size_t slots = PlaceTable::room(near.most + 1);
  const RowWorkers workers(static_cast<LocalIndex>(rows.extent(0)), slots * sizeof(LocalIndex));
  const auto memory = allocate<LocalIndex>("suan::multigrid::work",
                                           slots * static_cast<std::size_t>(workers.count));
  Kokkos::parallel_for(
      "suan::multigrid_list_near", workers.policy(), KOKKOS_LAMBDA(LocalIndex w) {
        workers.each(w, [&](LocalIndex r) {
          PlaceTable table;
          table.start(memory.data() + static_cast<std::size_t>(w) * slots, near.each(r) + 1);
          table.insert(r, 0);
          LocalIndex* const list = lists.points.data() + lists.begins(r);
          LocalIndex count = 0;
          points.visit_near(rows(r), [&](LocalIndex code) {
            if (table.insert(code, count)) list[count++] = code;
          });
          lists.counts(r) = count;
        });
      });
}

void close_lists(const NearLists& lists, StrengthGraph& graph) {
  const auto rows = static_cast<LocalIndex>(lists.counts.extent(0));
  const auto offsets =
      allocate<Offset>("suan::multigrid::offsets", static_cast<std::size_t>(rows) + 1);
  Offset total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_near_offsets",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(rows) + 1),
      KOKKOS_LAMBDA(std::int64_t r, Offset & sum, bool last) {
        if (last) offsets(r) = sum;
        if (r < rows) sum += lists.counts(r);
      },
      total);
  const auto neighbours =
      allocate<LocalIndex>("suan::multigrid::neighbours", static_cast<std::size_t>(total));
  Kokkos::parallel_for(
      "suan::multigrid_close_lists", Range(0, rows), KOKKOS_LAMBDA(LocalIndex r) {
        for (LocalIndex k = 0; k < lists.counts(r); ++k) {
          neighbours(offsets(r) + k) = lists.points(lists.begins(r) + k);
        }
      });
  graph.offsets = offsets;
  graph.neighbours = neighbours;
}

/// From numbers of coarse points among themselves to those of rows.
void carry_over(const DeviceView<const LocalIndex>& rows, const Splitting& again,
                const DeviceView<GlobalIndex>& numbers) {
  const auto fates = again.numbers;
  Kokkos::parallel_for(
      "suan::multigrid_carry_over", Range(0, static_cast<LocalIndex>(rows.extent(0))),
      KOKKOS_LAMBDA(LocalIndex r) { numbers(rows(r)) = fates(r); });
}

void make_all_fine(const DeviceView<GlobalIndex>& numbers) {
  Kokkos::parallel_for(
      "suan::multigrid_all_fine", Range(0, static_cast<LocalIndex>(numbers.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        if (numbers(i) >= 0) numbers(i) = Splitting::fine;
      });
}

}  // namespace

DeviceView<const LocalIndex> coarse_rows(const Splitting& splitting, LocalIndex owned) {
  const auto rows = allocate<LocalIndex>("suan::multigrid::coarse_rows",
                                         static_cast<std::size_t>(splitting.coarse.local_size()));
  const auto numbers = splitting.numbers;
  const GlobalIndex first = splitting.coarse.first();
  Kokkos::parallel_for(
      "suan::multigrid_coarse_rows", Range(0, owned), KOKKOS_LAMBDA(LocalIndex i) {
        if (numbers(i) >= 0) rows(numbers(i) - first) = i;
      });
  return rows;
}

template <Scalar T>
Splitting split_again(const DistributedMatrix<T>& a, const FoundPoints<T>& found,
                      const Splitting& splitting) {
  const LocalIndex owned = a.row_layout().local_size();
  StrengthGraph graph;
  graph.nodes.layout = splitting.coarse;
  graph.nodes.exchange = Exchange(IndexMap::make(splitting.coarse, found.ghosts));
  DeviceView<const LocalIndex> rows;
  together(a.comm(), [&] {
    rows = coarse_rows(splitting, owned);
    const auto near = count_near(found.points, ChosenRows(rows), graph.nodes.size());
    const auto lists = make_lists(near);
    list_near(found.points, rows, near, lists);
    close_lists(lists, graph);
  });
  const auto again = split(graph, Isolated::are_coarse);
  DeviceView<GlobalIndex> numbers;
  together(a.comm(), [&] {
    numbers = allocate<GlobalIndex>("suan::multigrid::numbers", splitting.numbers.extent(0));
    Kokkos::deep_copy(numbers, splitting.numbers);
    make_all_fine(numbers);
    carry_over(rows, again, numbers);
  });
  refresh(a.exchange(), numbers);
  return {again.coarse, numbers};
}

#define SUAN_INSTANTIATE(T)                                                          \
  template Splitting split_again(const DistributedMatrix<T>&, const FoundPoints<T>&, \
                                 const Splitting&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
