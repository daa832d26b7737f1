// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/independent_set.hpp"

#include "kernels/graph/work_list.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/detail/splitmix.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using List = kernels::ShrinkingList;
using Tickets = DeviceView<std::uint64_t>;

// Words in one order: in, then the priorities of undecided nodes, then out.
constexpr std::uint64_t word_in = 0;
constexpr std::uint64_t word_out = ~std::uint64_t{0};

KOKKOS_INLINE_FUNCTION std::uint64_t ticket(std::uint64_t round, GlobalIndex node) {
  const std::uint64_t hash = detail::mixed(round ^ static_cast<std::uint64_t>(node));
  return hash == word_in ? 1 : (hash == word_out ? word_out - 1 : hash);
}

/// One set under construction. `least` is the least word within distance 1 of a node; `seen` is
/// that within one less than the distance of the set. A node whose word is the least of what it and
/// all its neighbours see is in; nodes within the distance of one that is in are out.
struct Rounds {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  Tickets tickets;
  Tickets least;
  Tickets seen;  // `least` for distance 2

  /// Returns whether the word may still change: not beside one that is in, whose neighbours see it
  /// as word_out, because they may not be in themselves.
  KOKKOS_FORCEINLINE_FUNCTION bool find_least(LocalIndex v) const {
    std::uint64_t smallest = tickets(v);
    for (Offset e = offsets(v); e < offsets(v + 1); ++e) {
      smallest = Kokkos::min(smallest, tickets(neighbours(e)));
    }
    least(v) = smallest == word_in ? word_out : Kokkos::min(smallest, word_out - 1);
    return smallest != word_in;
  }

  /// For distance 3. Returns whether the words of the node may still change.
  KOKKOS_FORCEINLINE_FUNCTION bool find_seen(LocalIndex v) const {
    std::uint64_t smallest = least(v);
    bool near_member = smallest == word_out;
    for (Offset e = offsets(v); e < offsets(v + 1); ++e) {
      const std::uint64_t word = least(neighbours(e));
      near_member = near_member || word == word_out;
      // Nodes that were never candidates neither connect nor compete.
      if (word != word_in) smallest = Kokkos::min(smallest, word);
    }
    seen(v) = near_member ? word_out : smallest;
    // Until all around it are out, others wait for what it says of them.
    return !near_member || least(v) < word_out - 1;
  }

  /// Returns whether the node is undecided, with its next ticket. In a graph that is not symmetric
  /// a word may be smaller than what its neighbours see. It wins, too, so that each round decides
  /// at least the node with the smallest word of all.
  KOKKOS_FORCEINLINE_FUNCTION bool decide(LocalIndex v, std::uint64_t next_ticket) const {
    const std::uint64_t own = tickets(v);
    bool near_member = seen(v) == word_out;
    bool wins = seen(v) >= own;
    for (Offset e = offsets(v); e < offsets(v + 1); ++e) {
      const std::uint64_t word = seen(neighbours(e));
      if (word == word_in) continue;  // never a candidate
      near_member = near_member || word == word_out;
      wins = wins && word >= own;
    }
    tickets(v) = near_member ? word_out : (wins ? word_in : next_ticket);
    return !near_member && !wins;
  }
};

void start(const DeviceView<Status>& status, const Rounds& rounds, std::uint64_t round,
           GlobalIndex first) {
  const auto size = static_cast<LocalIndex>(status.extent(0));
  const Rounds self = rounds;
  Kokkos::parallel_for(
      "suan::multigrid_start", Range(0, size), KOKKOS_LAMBDA(LocalIndex v) {
        // Those of ghosts come from their ranks.
        const bool is_candidate = status(v) == Status::candidate;
        self.tickets(v) = is_candidate ? ticket(round, first + v) : word_out;
        self.least(v) = is_candidate ? word_out - 1 : word_in;
        self.seen(v) = self.least(v);
      });
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

List candidates(const DeviceView<Status>& status, LocalIndex owned) {
  const auto is_candidate = KOKKOS_LAMBDA(LocalIndex v) { return status(v) == Status::candidate; };
  return List("suan::multigrid_candidates", owned, is_candidate);
}

/// The list shrinks in the last pass over it of a round.
void find_least(const Rounds& rounds, List& open, bool is_last) {
  open.keep_if(
      "suan::multigrid_least", KOKKOS_LAMBDA(LocalIndex v) {
        const bool is_open = rounds.find_least(v);
        return is_open || !is_last;
      });
}

void find_seen(const Rounds& rounds, List& open) {
  open.keep_if(
      "suan::multigrid_seen", KOKKOS_LAMBDA(LocalIndex v) { return rounds.find_seen(v); });
}

void decide(const Rounds& rounds, List& undecided, std::uint64_t next_round, GlobalIndex first) {
  undecided.keep_if(
      "suan::multigrid_decide",
      KOKKOS_LAMBDA(LocalIndex v) { return rounds.decide(v, ticket(next_round, first + v)); });
}

}  // namespace

void independent_set(const StrengthGraph& graph, int distance, std::uint64_t seed,
                     const DeviceView<Status>& status) {
  const Exchange& exchange = graph.nodes.exchange;
  const auto& comm = graph.nodes.layout.comm();
  const LocalIndex owned = graph.nodes.owned();
  const GlobalIndex first = graph.nodes.layout.first();
  Rounds rounds{graph.offsets, graph.neighbours, {}, {}, {}};
  List undecided;
  List open;  // candidates that see none that is in
  together(comm, [&] {
    const auto size = static_cast<std::size_t>(graph.nodes.size());
    rounds.tickets = detail::allocate<std::uint64_t>("suan::multigrid::tickets", size);
    rounds.least = detail::allocate<std::uint64_t>("suan::multigrid::least", size);
    rounds.seen = rounds.least;
    if (distance > 2) rounds.seen = detail::allocate<std::uint64_t>("suan::multigrid::seen", size);
    start(status, rounds, detail::mixed(seed), first);
    undecided = candidates(status, owned);
    open = candidates(status, owned);
  });
  for (std::uint64_t round = 1; comm.sum(std::int64_t{undecided.size()}) > 0; ++round) {
    refresh(exchange, rounds.tickets);
    find_least(rounds, open, distance == 2);
    refresh(exchange, rounds.least);
    if (distance > 2) {
      find_seen(rounds, open);
      refresh(exchange, rounds.seen);
    }
    decide(rounds, undecided, detail::mixed(seed + round), first);
  }
  refresh(exchange, rounds.tickets);
  finish(rounds.tickets, status);
}

}  // namespace suan::multigrid
