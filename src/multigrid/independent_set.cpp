// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/independent_set.hpp"

#include "kernels/graph/work_list.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/detail/splitmix.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using List = kernels::WorkList;
using Tickets = DeviceView<std::uint64_t>;

// Words in one order: in, then the priorities of undecided nodes, then out.
constexpr std::uint64_t word_in = 0;
constexpr std::uint64_t word_out = ~std::uint64_t{0};

KOKKOS_INLINE_FUNCTION std::uint64_t ticket(std::uint64_t round, GlobalIndex node) {
  const std::uint64_t hash = detail::mixed(round ^ static_cast<std::uint64_t>(node));
  return hash == word_in ? 1 : (hash == word_out ? word_out - 1 : hash);
}

/// One set under construction. `least` is the least word of a node and its neighbours. A node whose
/// word is the least in the neighbourhoods of all its neighbours is in; nodes within distance 2 of
/// one that is in are out.
struct Rounds {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  Tickets tickets;
  Tickets least;

  void draw(std::uint64_t round, GlobalIndex first, const List& list, LocalIndex count) const {
    const auto words = tickets;
    Kokkos::parallel_for(
        "suan::multigrid_draw", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          words(v) = ticket(round, first + v);
        });
  }

  void find_least(const List& list, LocalIndex count) const {
    const Rounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_least", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          std::uint64_t smallest = self.tickets(v);
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            smallest = Kokkos::min(smallest, self.tickets(self.neighbours(e)));
          }
          // The neighbours of one that is in see it as word_out: they may not be in themselves.
          self.least(v) = smallest == word_in ? word_out : smallest;
        });
  }

  // In a graph that is not symmetric a word may be smaller than what its neighbours see. It wins,
  // too, so that each round decides at least the node with the smallest word of all.
  void decide(const List& list, LocalIndex count) const {
    const Rounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_decide", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          const std::uint64_t own = self.tickets(v);
          bool near_member = self.least(v) == word_out;
          bool wins = self.least(v) >= own;
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            const LocalIndex w = self.neighbours(e);
            // Nodes that were never candidates neither connect nor compete.
            if (self.least(w) == word_in) continue;
            near_member = near_member || self.least(w) == word_out;
            wins = wins && self.least(w) >= own;
          }
          if (near_member) {
            self.tickets(v) = word_out;
          } else if (wins) {
            self.tickets(v) = word_in;
          }
        });
  }
};

void start(const DeviceView<Status>& status, const Rounds& rounds) {
  const auto size = static_cast<LocalIndex>(status.extent(0));
  const auto tickets = rounds.tickets;
  const auto least = rounds.least;
  Kokkos::parallel_for(
      "suan::multigrid_start", Range(0, size), KOKKOS_LAMBDA(LocalIndex v) {
        tickets(v) = word_out;
        least(v) = status(v) == Status::candidate ? word_out - 1 : word_in;
      });
}

List candidates(const DeviceView<Status>& status, LocalIndex owned, LocalIndex& count) {
  const List all =
      detail::allocate<LocalIndex>("suan::multigrid::list", static_cast<std::size_t>(owned));
  count = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_candidates", Range(0, owned),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & place, bool last) {
        if (status(v) != Status::candidate) return;
        if (last) all(place) = v;
        ++place;
      },
      count);
  return all;
}

void finish(const Tickets& tickets, const DeviceView<Status>& status) {
  Kokkos::parallel_for(
      "suan::multigrid_finish", Range(0, static_cast<LocalIndex>(status.extent(0))),
      KOKKOS_LAMBDA(LocalIndex v) {
        if (status(v) == Status::candidate) {
          status(v) = tickets(v) == word_in ? Status::root : Status::out;
        }
      });
}

LocalIndex undecided_of(const Tickets& tickets, const List& list, LocalIndex count,
                        const List& kept) {
  return kernels::filter(
      "suan::multigrid_filter", ExecutionSpace(), list, count, kept,
      KOKKOS_LAMBDA(LocalIndex v) { return tickets(v) != word_in && tickets(v) != word_out; });
}

LocalIndex open_of(const Tickets& least, const List& list, LocalIndex count, const List& kept) {
  return kernels::filter(
      "suan::multigrid_filter", ExecutionSpace(), list, count, kept,
      KOKKOS_LAMBDA(LocalIndex v) { return least(v) != word_out; });
}

}  // namespace

void independent_set(const StrengthGraph& graph, std::uint64_t seed,
                     const DeviceView<Status>& status) {
  const Exchange& exchange = graph.nodes.exchange;
  const auto& comm = graph.nodes.layout.comm();
  const LocalIndex owned = graph.nodes.owned();
  const GlobalIndex first = graph.nodes.layout.first();
  Rounds rounds{graph.offsets, graph.neighbours, {}, {}};
  List undecided;
  List open;  // candidates none of whose neighbours is in
  List kept;
  LocalIndex undecided_count = 0;
  together(comm, [&] {
    const auto size = static_cast<std::size_t>(graph.nodes.size());
    rounds.tickets = detail::allocate<std::uint64_t>("suan::multigrid::tickets", size);
    rounds.least = detail::allocate<std::uint64_t>("suan::multigrid::least", size);
    start(status, rounds);
    undecided = candidates(status, owned, undecided_count);
    open = detail::allocate<LocalIndex>("suan::multigrid::list", static_cast<std::size_t>(owned));
    kept = detail::allocate<LocalIndex>("suan::multigrid::list", static_cast<std::size_t>(owned));
    Kokkos::deep_copy(open, undecided);
  });
  LocalIndex open_count = undecided_count;
  for (std::uint64_t round = 0; comm.sum(static_cast<std::int64_t>(undecided_count)) > 0; ++round) {
    rounds.draw(detail::mixed(seed + round), first, undecided, undecided_count);
    refresh(exchange, rounds.tickets);
    rounds.find_least(open, open_count);
    refresh(exchange, rounds.least);
    rounds.decide(undecided, undecided_count);
    undecided_count = undecided_of(rounds.tickets, undecided, undecided_count, kept);
    std::swap(undecided, kept);
    open_count = open_of(rounds.least, open, open_count, kept);
    std::swap(open, kept);
  }
  refresh(exchange, rounds.tickets);
  finish(rounds.tickets, status);
}

}  // namespace suan::multigrid
