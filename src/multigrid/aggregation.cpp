// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/aggregation.hpp"

#include <iomanip>
#include <optional>

#include "multigrid/independent_set.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/comm/agreement.hpp"

namespace suan {

namespace {

using multigrid::GlobalOrder;
using multigrid::Status;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Labels = DeviceView<GlobalIndex>;  // while aggregates grow: the global number of the root
constexpr GlobalIndex unlabelled = Aggregates::none;

/// The graph and the global numbers of its nodes, in kernels.
struct Graph {
  explicit Graph(const StrengthGraph& graph)
      : offsets(graph.offsets),
        neighbours(graph.neighbours),
        ghosts(detail::on_device<GlobalIndex>("suan::multigrid::ghosts",
                                              graph.nodes.exchange.map()->ghost_numbers())),
        first(graph.nodes.layout.first()),
        owned(graph.nodes.owned()) {}
  KOKKOS_FORCEINLINE_FUNCTION GlobalIndex global(LocalIndex v) const {
    return v < owned ? first + v : ghosts(v - owned);
  }
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  DeviceView<const GlobalIndex> ghosts;
  GlobalIndex first;
  LocalIndex owned;
};

/// Nodes with connections that no aggregate has yet.
void mark_free(const Graph& graph, const Labels& labels, const DeviceView<Status>& status) {
  Kokkos::parallel_for(
      "suan::multigrid_free", Range(0, graph.owned), KOKKOS_LAMBDA(LocalIndex v) {
        const bool is_free = labels(v) == unlabelled && graph.offsets(v + 1) > graph.offsets(v);
        status(v) = is_free ? Status::candidate : Status::out;
      });
}

/// Roots and those of their neighbours that are free take the root's number as their label: a node
/// looks for the first root beside it.
void take_neighbours(const Graph& graph, const DeviceView<Status>& status, const Labels& labels) {
  Kokkos::parallel_for(
      "suan::multigrid_take", Range(0, graph.owned), KOKKOS_LAMBDA(LocalIndex v) {
        if (labels(v) != unlabelled) return;
        GlobalIndex label = unlabelled;
        if (status(v) == Status::root) label = graph.global(v);
        for (Offset e = graph.offsets(v); label == unlabelled && e < graph.offsets(v + 1); ++e) {
          if (status(graph.neighbours(e)) == Status::root)
            label = graph.global(graph.neighbours(e));
        }
        labels(v) = label;
      });
}

/// Roots whose aggregate would be smaller than `least` nodes are out. `labels` are those before.
void drop_small(const Graph& graph, const Labels& labels, double least,
                const DeviceView<Status>& status) {
  Kokkos::parallel_for(
      "suan::multigrid_drop_small", Range(0, graph.owned), KOKKOS_LAMBDA(LocalIndex v) {
        if (status(v) != Status::root) return;
        LocalIndex size = 1;
        for (Offset e = graph.offsets(v); e < graph.offsets(v + 1); ++e) {
          if (labels(graph.neighbours(e)) == unlabelled) ++size;
        }
        if (size < least) status(v) = Status::out;
      });
}

/// The label that most of the neighbours have, and of several the smallest; `unlabelled` if no
/// neighbour has one. Of nodes with very many neighbours only the labels of the first ones are
/// compared.
KOKKOS_INLINE_FUNCTION GlobalIndex commonest(const Graph& graph, const Labels& labels,
                                             LocalIndex v) {
  GlobalIndex best = unlabelled;
  LocalIndex most = 0;
  LocalIndex compared = 0;
  for (Offset e = graph.offsets(v); e < graph.offsets(v + 1) && compared < 64; ++e) {
    const GlobalIndex label = labels(graph.neighbours(e));
    if (label != unlabelled) ++compared;
    if (label == unlabelled || label == best) continue;
    LocalIndex count = 0;
    for (Offset f = e; f < graph.offsets(v + 1); ++f) {
      if (labels(graph.neighbours(f)) == label) ++count;
    }
    if (count > most || (count == most && label < best)) {
      best = label;
      most = count;
    }
  }
  return best;
}

/// Returns how many nodes have joined, and in `left` how many are still free.
LocalIndex join(const Graph& graph, const Labels& before, const Labels& after, LocalIndex& left) {
  LocalIndex joined = 0;
  left = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_join", Range(0, graph.owned),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & sum, LocalIndex & rest) {
        after(v) = before(v);
        if (before(v) != unlabelled || graph.offsets(v + 1) == graph.offsets(v)) return;
        after(v) = commonest(graph, before, v);
        if (after(v) != unlabelled) {
          ++sum;
        } else {
          ++rest;
        }
      },
      joined, left);
  return joined;
}

struct Counts {
  std::int64_t roots = 0;
  std::int64_t members = 0;
};

/// Of all ranks.
Counts count(const Graph& graph, const Labels& labels, const Communicator& comm) {
  Counts counts;
  Kokkos::parallel_reduce(
      "suan::multigrid_count", Range(0, graph.owned),
      KOKKOS_LAMBDA(LocalIndex v, std::int64_t & roots, std::int64_t & members) {
        if (labels(v) == graph.global(v)) ++roots;
        if (labels(v) != unlabelled) ++members;
      },
      counts.roots, counts.members);
  return {comm.sum(counts.roots), comm.sum(counts.members)};
}

/// The number of the aggregate of each owned root, counted on this rank from zero.
LocalIndex number_roots(const Graph& graph, const Labels& labels, const Labels& numbers) {
  LocalIndex total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_number_roots", Range(0, graph.owned),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & place, bool last) {
        const bool is_root = labels(v) == graph.global(v);
        if (last) numbers(v) = is_root ? place : unlabelled;
        if (is_root) ++place;
      },
      total);
  return total;
}

/// The roots by their numbers on this rank.
Labels list_roots(const Labels& numbers, LocalIndex owned, GlobalIndex first, LocalIndex count) {
  const auto roots =
      detail::allocate<GlobalIndex>("suan::Aggregates::roots", static_cast<std::size_t>(count));
  Kokkos::parallel_for(
      "suan::multigrid_list_roots", Range(0, owned), KOKKOS_LAMBDA(LocalIndex v) {
        if (numbers(v) != unlabelled) roots(numbers(v)) = first + v;
      });
  return roots;
}

void add(const Labels& numbers, LocalIndex count, GlobalIndex first) {
  Kokkos::parallel_for(
      "suan::multigrid_add_first", Range(0, count), KOKKOS_LAMBDA(LocalIndex v) {
        if (numbers(v) != unlabelled) numbers(v) += first;
      });
}

/// From roots to numbers. Those of roots that are no neighbours are asked for: a node may have
/// joined an aggregate whose root is further away.
void look_up(const Labels& labels, const DeviceView<const GlobalIndex>& roots,
             const DeviceView<const GlobalIndex>& numbers_of_roots, const Labels& own_numbers,
             GlobalIndex first, LocalIndex owned, const Labels& result) {
  const auto size = static_cast<LocalIndex>(labels.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_look_up", Range(0, size), KOKKOS_LAMBDA(LocalIndex v) {
        const GlobalIndex root = labels(v);
        if (root == unlabelled) {
          result(v) = unlabelled;
        } else if (root >= first && root < first + owned) {
          result(v) = own_numbers(static_cast<LocalIndex>(root - first));
        } else {
          result(v) = numbers_of_roots(owned + detail::place_among(roots, root));
        }
      });
}

std::vector<GlobalIndex> foreign_roots(const Labels& labels, const Layout& layout) {
  std::vector<GlobalIndex> foreign;
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), labels);
  for (std::size_t v = 0; v < host.extent(0); ++v) {
    if (host(v) != unlabelled && !layout.owns(host(v))) foreign.push_back(host(v));
  }
  return foreign;
}

/// The result, from the root of each node. Collective.
Aggregates numbered(const StrengthGraph& strength, const Graph& graph, const Labels& labels) {
  const Layout& nodes = strength.nodes.layout;
  const auto& comm = nodes.comm();
  Labels numbers;
  std::vector<GlobalIndex> needed;
  LocalIndex count = 0;
  Labels roots;
  together(comm, [&] {
    needed = comm.size() == 1 ? std::vector<GlobalIndex>() : foreign_roots(labels, nodes);
  });
  const Exchange exchange(IndexMap::make(nodes, needed));
  const auto& map = *exchange.map();
  together(comm, [&] {
    numbers = detail::allocate<GlobalIndex>("suan::multigrid::numbers",
                                            static_cast<std::size_t>(map.size()));
    count = number_roots(graph, labels, numbers);
    roots = list_roots(numbers, graph.owned, nodes.first(), count);
  });
  const auto layout = Layout::from_local_size(count, comm);
  add(numbers, graph.owned, layout.first());
  multigrid::refresh(exchange, numbers);
  Labels result;
  together(comm, [&] {
    result = detail::allocate<GlobalIndex>("suan::multigrid::aggregates", labels.extent(0));
    const auto foreign =
        detail::on_device<GlobalIndex>("suan::multigrid::roots", map.ghost_numbers());
    look_up(labels, foreign, numbers, numbers, nodes.first(), graph.owned, result);
  });
  return {layout, result, roots};
}

}  // namespace

Aggregates aggregate(const StrengthGraph& strength, const AggregationOptions& options) {
  const auto& comm = strength.nodes.layout.comm();
  if (comm.size() > 1) {
    require_agreement(comm, "aggregate",
                      message(std::setprecision(17), "least_share = ", options.least_share,
                              "\ndistance = ", options.distance, "\n"));
  }
  if (options.distance != 2 && options.distance != 3) {
    throw InvalidArgument(message("aggregate: the distance is ", options.distance, ", not 2 or 3"));
  }
  const Exchange& exchange = strength.nodes.exchange;
  std::optional<Graph> made;
  Labels labels;
  Labels joined_labels;
  DeviceView<Status> status;
  together(comm, [&] {
    made.emplace(strength);
    const auto size = static_cast<std::size_t>(strength.nodes.size());
    labels = detail::allocate<GlobalIndex>("suan::multigrid::labels", size);
    joined_labels = detail::allocate<GlobalIndex>("suan::multigrid::labels", size);
    status = detail::allocate<Status>("suan::multigrid::status", size);
    Kokkos::deep_copy(labels, unlabelled);
  });
  const Graph& graph = *made;
  // Returns whether more nodes might join. Collective.
  const auto join_neighbours = [&] {
    LocalIndex left = 0;
    const std::int64_t joined = join(graph, labels, joined_labels, left);
    std::swap(labels, joined_labels);
    multigrid::refresh(exchange, labels);
    return comm.sum(joined) > 0 && comm.sum(std::int64_t{left}) > 0;
  };
  for (int phase = 1; phase <= 2; ++phase) {
    const Counts before = phase == 1 ? Counts() : count(graph, labels, comm);
    mark_free(graph, labels, status);
    multigrid::refresh(exchange, status);
    const int distance = phase == 1 ? options.distance : 2;
    multigrid::independent_set(strength, distance, static_cast<std::uint64_t>(phase) << 32, status);
    if (phase == 2 && before.roots > 0) {
      const double mean = static_cast<double>(before.members) / static_cast<double>(before.roots);
      drop_small(graph, labels, options.least_share * mean, status);
      multigrid::refresh(exchange, status);
    }
    take_neighbours(graph, status, labels);
    multigrid::refresh(exchange, labels);
    if (distance > 2) join_neighbours();
  }
  while (join_neighbours()) {
  }
  return numbered(strength, graph, labels);
}

}  // namespace suan
