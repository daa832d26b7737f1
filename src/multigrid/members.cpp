// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/members.hpp"

#include <numeric>

#include "multigrid/small_sort.hpp"
#include "suan/comm/row_exchange.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::on_device;
using suan::detail::on_host;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// This rank's nodes in aggregates of other ranks, by aggregate.
struct Outgoing {
  std::vector<Offset> node_offsets{0};  // for each ghost of the map of aggregates
  std::vector<Offset> value_offsets{0};
  std::vector<GlobalIndex> nodes;
  std::vector<LocalIndex> lengths;  // in rows
  std::vector<LocalIndex> rows;     // local numbers
};

Outgoing outgoing_of(const Nodes& nodes, const IndexMap& aggregates,
                     const DeviceView<const LocalIndex>& of, LocalIndex vectors) {
  Outgoing out;
  if (aggregates.ghosts() == 0) return out;
  const auto labels =
      on_host<LocalIndex>(Kokkos::subview(of, Kokkos::make_pair(LocalIndex(0), nodes.owned())));
  const auto first = nodes.is_row() ? std::vector<LocalIndex>() : on_host<LocalIndex>(nodes.first);
  std::vector<std::vector<LocalIndex>> members(static_cast<std::size_t>(aggregates.ghosts()));
  for (LocalIndex v = 0; v < nodes.owned(); ++v) {
    const LocalIndex label = labels[static_cast<std::size_t>(v)] - aggregates.owned();
    if (label >= 0) members[static_cast<std::size_t>(label)].push_back(v);
  }
  for (const auto& list : members) {
    for (const LocalIndex v : list) {
      const auto k = static_cast<std::size_t>(v);
      const LocalIndex begin = nodes.is_row() ? v : first[k];
      const LocalIndex end = nodes.is_row() ? v + 1 : first[k + 1];
      out.nodes.push_back(nodes.layout.first() + v);
      out.lengths.push_back(end - begin);
      for (LocalIndex i = begin; i < end; ++i) out.rows.push_back(i);
    }
    out.node_offsets.push_back(static_cast<Offset>(out.nodes.size()));
    out.value_offsets.push_back(static_cast<Offset>(out.rows.size()) * vectors);
  }
  return out;
}

template <Scalar T>
DeviceView<const T> packed(const RowMajor<const T>& rows,
                           const DeviceView<const LocalIndex>& wanted) {
  const auto columns = static_cast<LocalIndex>(rows.extent(1));
  const auto count = static_cast<LocalIndex>(wanted.extent(0));
  const auto result = suan::detail::allocate<T>("suan::multigrid::packed",
                                                static_cast<std::size_t>(count) * rows.extent(1));
  Kokkos::parallel_for(
      "suan::multigrid_pack", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
        for (LocalIndex c = 0; c < columns; ++c) {
          result(static_cast<Offset>(k) * columns + c) = rows(wanted(k), c);
        }
      });
  return result;
}

template <class N>
DeviceView<const N> copy_of(const DeviceView<const N>& values) {
  const auto result = suan::detail::allocate<N>("suan::multigrid::received", values.extent(0));
  Kokkos::deep_copy(result, values);
  return result;
}

/// Sends and receives. Collective.
template <Scalar T>
void trade(const Nodes& nodes, const Exchange& aggregates, const DeviceView<const LocalIndex>& of,
           Members<T>& members) {
  const auto& map = *aggregates.map();
  const auto& comm = map.comm();
  const auto vectors = static_cast<LocalIndex>(members.own_rows.extent(1));
  Outgoing out;
  DeviceView<const Offset> node_offsets;
  DeviceView<const Offset> value_offsets;
  DeviceView<const GlobalIndex> sent_nodes;
  DeviceView<const LocalIndex> lengths;
  DeviceView<const T> values;
  together(comm, [&] {
    out = outgoing_of(nodes, map, of, vectors);
    out.node_offsets.resize(static_cast<std::size_t>(map.ghosts()) + 1);
    out.value_offsets.resize(static_cast<std::size_t>(map.ghosts()) + 1);
    node_offsets = on_device<GlobalIndex>("suan::multigrid::offsets", out.node_offsets);
    value_offsets = on_device<GlobalIndex>("suan::multigrid::offsets", out.value_offsets);
    sent_nodes = on_device<GlobalIndex>("suan::multigrid::nodes", out.nodes);
    lengths = on_device<LocalIndex>("suan::multigrid::lengths", out.lengths);
    values = packed<T>(members.own_rows, on_device<LocalIndex>("suan::multigrid::rows", out.rows));
  });
  const RowExchange of_nodes(aggregates, Direction::to_owners, node_offsets);
  const RowExchange of_values(aggregates, Direction::to_owners, value_offsets);
  DeviceView<const LocalIndex> received_lengths;
  together(comm, [&] {
    auto numbers = of_nodes.start<GlobalIndex>(sent_nodes);
    members.sent_nodes = copy_of<GlobalIndex>(numbers.finish());
  });
  together(comm, [&] {
    auto pending = of_nodes.start<LocalIndex>(lengths);
    received_lengths = copy_of<LocalIndex>(pending.finish());
  });
  together(comm, [&] {
    auto pending = of_values.start<T>(values);
    const auto received = copy_of<T>(pending.finish());
    // An alias that keeps the array alive does not exist for another rank of a view.
    const auto kept = suan::detail::allocate_view<RowMajor<T>>(
        "suan::multigrid::received_rows",
        received.extent(0) / static_cast<std::size_t>(std::max<LocalIndex>(vectors, 1)),
        static_cast<std::size_t>(vectors));
    Kokkos::deep_copy(DeviceView<T>(kept.data(), received.extent(0)), received);
    members.sent_rows = kept;
  });
  together(comm, [&] {
    const auto offsets = on_host<Offset>(of_nodes.offsets());
    std::vector<LocalIndex> labels;
    for (std::size_t k = 0; k + 1 < offsets.size(); ++k) {
      for (Offset e = offsets[k]; e < offsets[k + 1]; ++e) labels.push_back(map.shared()[k]);
    }
    std::vector<LocalIndex> first = {0};
    for (const LocalIndex length : on_host<LocalIndex>(received_lengths)) {
      first.push_back(first.back() + length);
    }
    members.sent_aggregates = on_device<LocalIndex>("suan::multigrid::aggregates", labels);
    members.sent_first = on_device<LocalIndex>("suan::multigrid::first", first);
  });
}

/// The lists of members, from the aggregate of each.
template <Scalar T>
void make_lists(const DeviceView<const LocalIndex>& of, LocalIndex aggregates,
                Members<T>& members) {
  const auto sent = static_cast<LocalIndex>(members.sent_nodes.extent(0));
  const LocalIndex owned = members.owned;
  const auto sent_aggregates = members.sent_aggregates;
  const auto begins = suan::detail::allocate<Offset>("suan::multigrid::begins",
                                                     static_cast<std::size_t>(aggregates) + 1);
  const DeviceView<LocalIndex> counts("suan::multigrid::counts",
                                      static_cast<std::size_t>(aggregates));
  Kokkos::parallel_for(
      "suan::multigrid_count_members", Range(0, owned + sent), KOKKOS_LAMBDA(LocalIndex m) {
        const LocalIndex c = m < owned ? of(m) : sent_aggregates(m - owned);
        if (c >= 0 && c < aggregates) Kokkos::atomic_inc(&counts(c));
      });
  Offset total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_member_offsets", Range(0, aggregates + 1),
      KOKKOS_LAMBDA(LocalIndex c, Offset & sum, bool last) {
        if (last) begins(c) = sum;
        if (c < aggregates) sum += counts(c);
      },
      total);
  const auto list = suan::detail::allocate<LocalIndex>("suan::multigrid::members",
                                                       static_cast<std::size_t>(total));
  Kokkos::parallel_for(
      "suan::multigrid_list_members", Range(0, owned + sent), KOKKOS_LAMBDA(LocalIndex m) {
        const LocalIndex c = m < owned ? of(m) : sent_aggregates(m - owned);
        if (c < 0 || c >= aggregates) return;
        list(begins(c) + Kokkos::atomic_fetch_add(&counts(c), -1) - 1) = m;
      });
  // In whatever order threads came.
  const Members<T> all = members;
  Kokkos::parallel_for(
      "suan::multigrid_sort_members", Range(0, aggregates), KOKKOS_LAMBDA(LocalIndex c) {
        sort_list(&list(begins(c)), static_cast<LocalIndex>(begins(c + 1) - begins(c)),
                  [&](LocalIndex m, LocalIndex n) { return all.global(m) < all.global(n); });
      });
  members.begins = begins;
  members.list = list;
}

}  // namespace

template <Scalar T>
Members<T> find_members(const Nodes& nodes, const Exchange& aggregates,
                        const DeviceView<const LocalIndex>& of, const RowMajor<const T>& rows) {
  const auto& map = *aggregates.map();
  Members<T> members;
  members.owned = nodes.owned();
  members.first_node = nodes.layout.first();
  members.nodes = NodeIndex(nodes);
  members.own_rows = rows;
  if (map.comm().size() > 1) trade(nodes, aggregates, of, members);
  together(map.comm(), [&] { make_lists(of, map.owned(), members); });
  return members;
}

#define SUAN_INSTANTIATE(T)                                       \
  template Members<T> find_members(const Nodes&, const Exchange&, \
                                   const DeviceView<const LocalIndex>&, const RowMajor<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
