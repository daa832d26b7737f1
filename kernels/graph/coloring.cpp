// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/graph/graph.hpp"

#include "kernels/graph/greedy_coloring.hpp"
#include "kernels/graph/work_list.hpp"
#include "suan/core/detail/splitmix.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using List = WorkList;
using Tickets = DeviceView<std::uint64_t>;

/// A different number for each vertex in each round: a hash, with the vertex number below it.
KOKKOS_INLINE_FUNCTION std::uint64_t ticket(std::uint64_t round, LocalIndex v) {
  const auto number = static_cast<std::uint64_t>(v);
  return (suan::detail::mixed(suan::detail::mixed(round) ^ number) >> 33 << 32) + number + 1;
}

List uninitialised(const char* label, LocalIndex size) {
  return detail::allocate<LocalIndex>(label, static_cast<std::size_t>(size));
}

List all_vertices(const ExecutionSpace& space, LocalIndex count) {
  List list = uninitialised("suan::graph::list", count);
  Kokkos::parallel_for(
      "suan::graph_all", Range(space, 0, count), KOKKOS_LAMBDA(LocalIndex v) { list(v) = v; });
  return list;
}

/// Calls visit(w) for the vertices within distance 1 or 2 of v, some of them twice, possibly v
/// itself, until it returns false. Returns whether it never did.
template <class Visit>
KOKKOS_INLINE_FUNCTION bool visit_near(const GraphView& graph, LocalIndex v, int distance,
                                       const Visit& visit) {
  for (Offset k = graph.offsets(v); k < graph.offsets(v + 1); ++k) {
    const LocalIndex w = graph.neighbours(k);
    if (!visit(w)) return false;
    if (distance == 1) continue;
    for (Offset l = graph.offsets(w); l < graph.offsets(w + 1); ++l) {
      if (!visit(graph.neighbours(l))) return false;
    }
  }
  return true;
}

constexpr LocalIndex no_color = -1;

/// The smallest color not used near v, or no_color while a vertex near v with an earlier ticket is
/// still uncolored. Vertices with later tickets wait for v, so they have no color yet and do not
/// matter.
KOKKOS_INLINE_FUNCTION LocalIndex free_color(const GraphView& graph, const Tickets& tickets,
                                             const List& colors, LocalIndex v, int distance) {
  constexpr LocalIndex window = 64;
  const std::uint64_t own = tickets(v);
  for (LocalIndex first = 0;; first += window) {
    std::uint64_t used = 0;
    const bool ready = visit_near(graph, v, distance, [&](LocalIndex w) {
      const LocalIndex color = Kokkos::atomic_load(&colors(w));
      if (color == no_color) return w == v || tickets(w) > own;
      if (color >= first && color < first + window) used |= std::uint64_t{1} << (color - first);
      return true;
    });
    if (!ready) return no_color;
    for (LocalIndex c = 0; c < window; ++c) {
      if ((used >> c & 1) == 0) return first + c;
    }
  }
}

#if !SUAN_HAVE_CUDA

/// The vertices by their tickets of round 0: sorted by the hash with a stable radix sort of two
/// passes.
std::vector<LocalIndex> ticket_order(LocalIndex count) {
  constexpr int bits = 16;
  constexpr std::size_t buckets = std::size_t{1} << bits;
  const auto n = static_cast<std::size_t>(count);
  std::vector<LocalIndex> order(n);
  std::vector<LocalIndex> other(n);
  for (std::size_t k = 0; k < n; ++k) order[k] = static_cast<LocalIndex>(k);
  for (const int shift : {32, 32 + bits}) {
    const auto bucket = [shift](LocalIndex v) {
      return static_cast<std::size_t>(ticket(0, v) >> shift) % buckets;
    };
    std::vector<std::size_t> places(buckets + 1);
    for (const LocalIndex v : order) ++places[bucket(v) + 1];
    for (std::size_t k = 0; k < buckets; ++k) places[k + 1] += places[k];
    for (const LocalIndex v : order) other[places[bucket(v)]++] = v;
    std::swap(order, other);
  }
  return order;
}

#endif

}  // namespace

// Whether v sees a color assigned in the same round only affects when v gets its own color, not
// which: it is always the smallest that the vertices before v leave free.
DeviceView<LocalIndex> color_graph(const ExecutionSpace& space, const GraphView& graph,
                                   int distance) {
#if !SUAN_HAVE_CUDA
  if (distance == 2) return GreedyColoring(graph).color(ticket_order(graph.vertices));
#endif
  List colors = uninitialised("suan::graph::colors", graph.vertices);
  Kokkos::deep_copy(space, colors, no_color);
  const Tickets tickets("suan::graph::tickets", static_cast<std::size_t>(graph.vertices));
  Kokkos::parallel_for(
      "suan::graph_draw", Range(space, 0, graph.vertices),
      KOKKOS_LAMBDA(LocalIndex v) { tickets(v) = ticket(0, v); });
  List list = all_vertices(space, graph.vertices);
  List kept = uninitialised("suan::graph::list", graph.vertices);
  for (LocalIndex count = graph.vertices; count > 0;) {
    const List now = list;
    Kokkos::parallel_for(
        "suan::graph_color", Range(space, 0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = now(k);
          const LocalIndex color = free_color(graph, tickets, colors, v, distance);
          if (color != no_color) Kokkos::atomic_store(&colors(v), color);
        });
    count = filter(
        "suan::graph_filter", space, list, count, kept,
        KOKKOS_LAMBDA(LocalIndex v) { return colors(v) == no_color; });
    std::swap(list, kept);
  }
  space.fence("suan::graph_color");
  return colors;
}

// Each undecided vertex draws a ticket per round. `least` is the least ticket of a vertex and its
// neighbours. A vertex whose ticket is the least in the neighbourhoods of all its neighbours joins
// the set; vertices within distance 2 of a member drop out.
DeviceView<LocalIndex> independent_set_2(const ExecutionSpace& space, const GraphView& graph) {
  constexpr std::uint64_t in = 0;
  constexpr std::uint64_t out = ~std::uint64_t{0};
  const LocalIndex n = graph.vertices;
  const Tickets tickets("suan::graph::tickets", static_cast<std::size_t>(n));
  const Tickets least("suan::graph::least", static_cast<std::size_t>(n));
  List undecided = all_vertices(space, n);
  List open = all_vertices(space, n);  // vertices none of whose neighbours is in
  List kept = uninitialised("suan::graph::list", n);
  LocalIndex undecided_count = n;
  LocalIndex open_count = n;
  for (std::uint64_t round = 0; undecided_count > 0; ++round) {
    const List rows = undecided;
    const List columns = open;
    Kokkos::parallel_for(
        "suan::graph_draw", Range(space, 0, undecided_count),
        KOKKOS_LAMBDA(LocalIndex k) { tickets(rows(k)) = ticket(round, rows(k)); });
    Kokkos::parallel_for(
        "suan::graph_least", Range(space, 0, open_count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = columns(k);
          std::uint64_t smallest = tickets(v);
          for (Offset l = graph.offsets(v); l < graph.offsets(v + 1); ++l) {
            smallest = Kokkos::min(smallest, tickets(graph.neighbours(l)));
          }
          least(v) = smallest == in ? out : smallest;
        });
    Kokkos::parallel_for(
        "suan::graph_decide", Range(space, 0, undecided_count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = rows(k);
          const std::uint64_t own = tickets(v);
          bool near_member = least(v) == out;
          bool wins = least(v) == own;
          for (Offset l = graph.offsets(v); l < graph.offsets(v + 1); ++l) {
            const std::uint64_t other = least(graph.neighbours(l));
            near_member = near_member || other == out;
            wins = wins && other == own;
          }
          if (near_member) {
            tickets(v) = out;
          } else if (wins) {
            tickets(v) = in;
          }
        });
    undecided_count = filter(
        "suan::graph_filter", space, undecided, undecided_count, kept,
        KOKKOS_LAMBDA(LocalIndex v) { return tickets(v) != in && tickets(v) != out; });
    std::swap(undecided, kept);
    open_count = filter(
        "suan::graph_filter", space, open, open_count, kept,
        KOKKOS_LAMBDA(LocalIndex v) { return least(v) != out; });
    std::swap(open, kept);
  }
  const List members = uninitialised("suan::graph::members", n);
  Kokkos::parallel_for(
      "suan::graph_members", Range(space, 0, n),
      KOKKOS_LAMBDA(LocalIndex v) { members(v) = tickets(v) == in ? 1 : 0; });
  space.fence("suan::graph_members");
  return members;
}

}  // namespace suan::kernels
