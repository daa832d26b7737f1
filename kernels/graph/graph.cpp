// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/graph/graph.hpp"

#include <algorithm>
#include <vector>

#include "kernels/transpose/mirrored.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

using HostRows = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<LocalIndex>>;

std::size_t at(Offset k) { return static_cast<std::size_t>(k); }

/// Calls add(i, j) and add(j, i) for each off-diagonal entry.
template <class Add>
void for_both_directions(LocalIndex rows, const HostView<const Offset>& offsets,
                         const HostView<const LocalIndex>& indices, const Add& add) {
  for (LocalIndex i = 0; i < rows; ++i) {
    for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
      const LocalIndex j = indices(k);
      if (j == i) continue;
      add(i, j);
      add(j, i);
    }
  }
}

/// For a symmetric pattern whose rows increase strictly: only the diagonal is removed.
template <Scalar T>
GraphView without_diagonal(const ExecutionSpace& space, const CsrView<T>& a) {
  using Rows = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
  const DeviceView<Offset> offsets("suan::graph::offsets", at(a.rows) + 1);
  Offset entries = 0;
  Kokkos::parallel_scan(
      "suan::graph_count", Rows(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Offset & sum, bool last) {
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) sum += a.indices(k) != i ? 1 : 0;
        if (last) offsets(i + 1) = sum;
      },
      entries);
  const auto neighbours = detail::allocate<LocalIndex>("suan::graph::neighbours", at(entries));
  Kokkos::parallel_for(
      "suan::graph_copy", Rows(space, 0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset place = offsets(i);
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          if (a.indices(k) != i) neighbours(place++) = a.indices(k);
        }
      });
  space.fence("suan::graph");
  return {a.rows, offsets, neighbours};
}

/// The union of any pattern and its transpose.
GraphView symmetrised(LocalIndex rows, const DeviceView<const Offset>& device_offsets,
                      const DeviceView<const LocalIndex>& device_indices) {
  const HostView<const Offset> offsets =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device_offsets);
  const HostView<const LocalIndex> indices =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device_indices);
  // Both directions of each entry, then each vertex's list sorted and without duplicates.
  std::vector<Offset> begin(at(rows) + 1);
  for_both_directions(rows, offsets, indices,
                      [&](LocalIndex i, LocalIndex) { ++begin[at(i) + 1]; });
  for (LocalIndex i = 0; i < rows; ++i) begin[at(i) + 1] += begin[at(i)];
  std::vector<LocalIndex> lists(at(begin.back()));
  std::vector<Offset> end(begin.begin(), begin.end() - 1);
  for_both_directions(rows, offsets, indices,
                      [&](LocalIndex i, LocalIndex j) { lists[at(end[at(i)]++)] = j; });
  Kokkos::parallel_for("suan::graph_sort", HostRows(0, rows), [&](LocalIndex i) {
    const auto first = lists.begin() + begin[at(i)];
    const auto last = lists.begin() + begin[at(i) + 1];
    std::sort(first, last);
    end[at(i)] = std::unique(first, last) - lists.begin();
  });

  HostView<Offset> kept("suan::graph::offsets", at(rows) + 1);
  for (LocalIndex i = 0; i < rows; ++i) kept(i + 1) = kept(i) + end[at(i)] - begin[at(i)];
  const auto neighbours =
      detail::allocate_on_host<LocalIndex>("suan::graph::neighbours", at(kept(rows)));
  Kokkos::parallel_for("suan::graph_compress", HostRows(0, rows), [&](LocalIndex i) {
    std::copy(lists.begin() + begin[at(i)], lists.begin() + end[at(i)],
              neighbours.data() + kept(i));
  });
  return {rows, Kokkos::create_mirror_view_and_copy(MemorySpace(), kept),
          Kokkos::create_mirror_view_and_copy(MemorySpace(), neighbours)};
}

}  // namespace

template <Scalar T>
GraphView make_graph(const CsrView<T>& a) {
  const ExecutionSpace space;
  const auto look = KOKKOS_LAMBDA(Offset, Offset){};
  return visit_mirrors<T>(space, a, nullptr, look) ? without_diagonal(space, a)
                                                   : symmetrised(a.rows, a.offsets, a.indices);
}

#define SUAN_INSTANTIATE(T) template GraphView make_graph(const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
