// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/air_interpolation.hpp"

#include <algorithm>

#include "multigrid/row_truncation.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Numbers = DeviceView<GlobalIndex>;

/// For fine points without one, and with the last pass for coarse points too: the number that the
/// neighbour in `known` has on which they depend most.
template <Scalar T>
void choose(const RowsView<T>& a, const StrengthGraph& graph,
            const DeviceView<const GlobalIndex>& known, const Numbers& chosen) {
  const auto offsets = graph.offsets;
  const auto neighbours = graph.neighbours;
  Kokkos::parallel_for(
      "suan::multigrid_choose_point", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        GlobalIndex best = known(i);
        if (best != Splitting::fine) {
          chosen(i) = best;
          return;
        }
        Real<T> most = 0;
        Offset at = offsets(i);
        const Offset end = offsets(i + 1);
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (at >= end || neighbours(at) != j) return;
          ++at;
          if (known(j) < 0 || !(-real_part(value) > most)) return;
          most = -real_part(value);
          best = known(j);
        });
        chosen(i) = best;
      });
}

/// The numbers of points of other ranks, increasing.
std::vector<GlobalIndex> foreign_numbers(const Layout& coarse,
                                         const DeviceView<const GlobalIndex>& chosen) {
  std::vector<GlobalIndex> found;
  if (coarse.comm().size() == 1) return found;
  for (const GlobalIndex number : suan::detail::on_host<GlobalIndex>(chosen)) {
    if (number >= 0 && !coarse.owns(number)) found.push_back(number);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

template <Scalar T>
PaddedRows<T> one_entry_each(const DeviceView<const GlobalIndex>& chosen, const Layout& coarse,
                             const std::vector<GlobalIndex>& foreign) {
  const std::size_t rows = chosen.extent(0);
  const auto room = allocate<LocalIndex>("suan::multigrid::room", rows);
  Kokkos::deep_copy(room, 1);
  const auto padded = make_padded<T>(room);
  const auto ghosts =
      suan::detail::on_device<GlobalIndex>("suan::multigrid::coarse_ghosts", foreign);
  const GlobalIndex first = coarse.first();
  const LocalIndex owned = coarse.local_size();
  Kokkos::parallel_for(
      "suan::multigrid_one_entry", Range(0, static_cast<LocalIndex>(rows)),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex number = chosen(i);
        padded.lengths(i) = number < 0 ? 0 : 1;
        if (number < 0) return;
        const bool is_own = number >= first && number < first + owned;
        padded.columns(padded.begins(i)) = is_own
                                               ? static_cast<LocalIndex>(number - first)
                                               : owned + suan::detail::place_among(ghosts, number);
        padded.values(padded.begins(i)) = T(1);
      });
  return padded;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> one_point_interpolation(const DistributedMatrix<T>& a,
                                             const StrengthGraph& graph,
                                             const Splitting& splitting) {
  const auto rows = static_cast<std::size_t>(a.row_layout().local_size());
  Numbers near;
  Numbers all;
  RowsView<T> view;
  together(a.comm(), [&] {
    view = RowsView<T>(suan::detail::local_rows(a));
    near = allocate<GlobalIndex>("suan::multigrid::chosen", splitting.numbers.extent(0));
    all = allocate<GlobalIndex>("suan::multigrid::chosen", rows);
    choose<T>(view, graph, splitting.numbers, near);
  });
  refresh(a.exchange(), near);
  std::vector<GlobalIndex> foreign;
  PaddedRows<T> padded;
  together(a.comm(), [&] {
    choose<T>(view, graph, near, all);
    foreign = foreign_numbers(splitting.coarse, all);
    padded = one_entry_each<T>(all, splitting.coarse, foreign);
  });
  return from_padded(a.row_layout(), splitting.coarse, foreign, padded);
}

#define SUAN_INSTANTIATE(T)                                                          \
  template DistributedMatrix<T> one_point_interpolation(const DistributedMatrix<T>&, \
                                                        const StrengthGraph&, const Splitting&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
