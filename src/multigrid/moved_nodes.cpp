// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/moved_nodes.hpp"

#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

DeviceView<const LocalIndex> sizes_of(const DeviceView<const LocalIndex>& first) {
  const auto count = first.extent(0) - 1;
  const auto sizes = suan::detail::allocate<LocalIndex>("suan::multigrid::sizes_of_nodes", count);
  Kokkos::parallel_for(
      "suan::multigrid_sizes_of_nodes", Range(0, static_cast<LocalIndex>(count)),
      KOKKOS_LAMBDA(LocalIndex i) { sizes(i) = first(i + 1) - first(i); });
  return sizes;
}

DeviceView<const LocalIndex> first_of(const DeviceView<const LocalIndex>& sizes) {
  const auto count = static_cast<LocalIndex>(sizes.extent(0));
  const auto first =
      suan::detail::allocate<LocalIndex>("suan::multigrid::first_rows", sizes.extent(0) + 1);
  Kokkos::parallel_scan(
      "suan::multigrid_first_rows", Range(0, count + 1),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum, bool final) {
        if (final) first(i) = sum;
        if (i < count) sum += sizes(i);
      });
  return first;
}

}  // namespace

DeviceView<const LocalIndex> moved_first_rows(const Agglomeration& agglomeration,
                                              const Layout& nodes,
                                              const DeviceView<const LocalIndex>& first) {
  DeviceView<const LocalIndex> sizes;
  together(nodes.comm(), [&] { sizes = sizes_of(first); });
  sizes = agglomeration.moved(nodes, sizes);
  DeviceView<const LocalIndex> result;
  together(nodes.comm(), [&] { result = first_of(sizes); });
  return result;
}

}  // namespace suan::multigrid
