// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "multigrid/rows_view.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
template <Scalar T>
void require_square(const DistributedMatrix<T>& a) {
  require_same_layout("multigrid", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
}

/// Writes the global node of each owned row.
void number_rows(const DeviceView<const LocalIndex>& first, GlobalIndex first_node,
                 const DeviceView<GlobalIndex>& numbers, const DeviceView<LocalIndex>& of) {
  const auto nodes = static_cast<LocalIndex>(first.extent(0)) - 1;
  Kokkos::parallel_for(
      "suan::multigrid_number_rows", Range(0, nodes), KOKKOS_LAMBDA(LocalIndex v) {
        for (LocalIndex i = first(v); i < first(v + 1); ++i) {
          numbers(i) = first_node + v;
          of(i) = v;
        }
      });
}

DeviceView<const LocalIndex> multiples(LocalIndex count, LocalIndex step) {
  const auto result = detail::allocate<LocalIndex>("suan::multigrid::first_rows",
                                                   static_cast<std::size_t>(count) + 1);
  Kokkos::parallel_for(
      "suan::multigrid_first_rows", Range(0, count + 1),
      KOKKOS_LAMBDA(LocalIndex v) { result(v) = v * step; });
  return result;
}

/// The first node that has fewer than 0 or more than 32 rows, or the number of nodes.
LocalIndex first_bad_node(const DeviceView<const LocalIndex>& first) {
  const auto nodes = static_cast<LocalIndex>(first.extent(0)) - 1;
  LocalIndex bad = nodes;
  Kokkos::parallel_reduce(
      "suan::multigrid_check_nodes", Range(0, nodes),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & least) {
        // Arbitrary numbers, whose difference may be too large.
        const auto rows = static_cast<std::int64_t>(first(v + 1)) - first(v);
        if ((rows < 0 || rows > Nodes::most_rows) && v < least) least = v;
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < nodes ? bad : nodes;
}

LocalIndex element(const DeviceView<const LocalIndex>& x, std::size_t place) {
  LocalIndex value = 0;
  Kokkos::deep_copy(value, Kokkos::subview(x, place));
  return value;
}

/// @throws as make_nodes().
void require_nodes(const DeviceView<const LocalIndex>& first, LocalIndex rows) {
  if (first.extent(0) == 0 || element(first, 0) != 0) {
    throw InvalidArgument(
        "make_nodes: the first rows of nodes must begin with 0, and after the last one comes the "
        "end");
  }
  const LocalIndex bad = first_bad_node(first);
  if (bad + 1 < static_cast<LocalIndex>(first.extent(0))) {
    const auto at = static_cast<std::size_t>(bad);
    throw InvalidArgument(message("make_nodes: node ", bad, " of this rank has rows ",
                                  element(first, at), " to ", element(first, at + 1),
                                  " (exclusive), but must have 0 to ", Nodes::most_rows));
  }
  const LocalIndex end = element(first, first.extent(0) - 1);
  if (end != rows) {
    throw DimensionMismatch(message("make_nodes: the nodes of this rank end at row ", end,
                                    ", but it has ", rows, " rows"));
  }
}

}  // namespace

template <Scalar T>
Nodes make_nodes(const DistributedMatrix<T>& a, LocalIndex block_size) {
  const Layout& rows = a.row_layout();
  if (a.comm().size() > 1) {
    require_agreement(a.comm(), "make_nodes", message("block_size = ", block_size, "\n"));
  }
  require_square(a);
  if (block_size < 1 || block_size > Nodes::most_rows) {
    throw InvalidArgument(message("multigrid: block_size is ", block_size, ", but must be in [1, ",
                                  Nodes::most_rows, "]"));
  }
  if (block_size == 1) return {rows, a.exchange(), {}, {}};
  DeviceView<const LocalIndex> first;
  together(a.comm(), [&] {
    if (rows.local_size() % block_size != 0) {
      throw DimensionMismatch(
          message("multigrid: rank ", a.comm().rank(), " has ", rows.local_size(),
                  " rows, no multiple of block_size = ", block_size, "; distribute whole blocks"));
    }
    first = multiples(rows.local_size() / block_size, block_size);
  });
  return make_nodes(a, first);
}

template <Scalar T>
Nodes make_nodes(const DistributedMatrix<T>& a, const DeviceView<const LocalIndex>& first) {
  require_square(a);
  together(a.comm(), [&] { require_nodes(first, a.row_layout().local_size()); });
  const auto owned = static_cast<LocalIndex>(first.extent(0)) - 1;
  const auto& columns = *a.exchange().map();
  Nodes nodes;
  nodes.layout = Layout::from_local_size(owned, a.comm());
  nodes.first = first;
  DeviceView<GlobalIndex> numbers;
  DeviceView<LocalIndex> of;
  together(a.comm(), [&] {
    numbers = detail::allocate<GlobalIndex>("suan::multigrid::numbers",
                                            static_cast<std::size_t>(columns.size()));
    of = detail::allocate<LocalIndex>("suan::multigrid::nodes",
                                      static_cast<std::size_t>(columns.size()));
    number_rows(first, nodes.layout.first(), numbers, of);
  });
  multigrid::refresh(a.exchange(), numbers);
  std::vector<GlobalIndex> ghosts;
  together(a.comm(), [&] {
    ghosts = detail::on_host<GlobalIndex>(
        Kokkos::subview(numbers, Kokkos::make_pair(columns.owned(), columns.size())));
    LocalIndex at = owned - 1;
    std::vector<LocalIndex> places;
    for (std::size_t g = 0; g < ghosts.size(); ++g) {
      if (g == 0 || ghosts[g] != ghosts[g - 1]) ++at;
      places.push_back(at);
    }
    Kokkos::deep_copy(Kokkos::subview(of, Kokkos::make_pair(columns.owned(), columns.size())),
                      HostView<const LocalIndex>(places.data(), places.size()));
    ghosts.erase(std::unique(ghosts.begin(), ghosts.end()), ghosts.end());
  });
  nodes.exchange = Exchange(IndexMap::make(nodes.layout, ghosts));
  nodes.of = of;
  return nodes;
}

#define SUAN_INSTANTIATE(T)                                           \
  template Nodes make_nodes(const DistributedMatrix<T>&, LocalIndex); \
  template Nodes make_nodes(const DistributedMatrix<T>&, const DeviceView<const LocalIndex>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
