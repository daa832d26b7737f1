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
