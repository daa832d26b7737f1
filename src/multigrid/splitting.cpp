// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/splitting.hpp"

#include "kernels/graph/work_list.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/detail/splitmix.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using PointList = kernels::WorkList;
using Fates = DeviceView<std::uint64_t>;

// A point whose fate is open has its priority: how many depend on it, then a hash.
constexpr std::uint64_t fate_fine = 0;
constexpr std::uint64_t fate_coarse = 1;
constexpr std::uint64_t fate_decoupled = 2;
constexpr std::uint64_t first_priority = std::uint64_t(1) << 32;

struct SplittingRounds {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  GlobalOrder order;
  Fates fates;
  DeviceView<LocalIndex> lost;  // the last round in which a neighbour had a higher priority

  KOKKOS_FORCEINLINE_FUNCTION bool is_open(LocalIndex v) const {
    return fates(v) >= first_priority;
  }

  void compete(const PointList& list, LocalIndex count, LocalIndex round) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_compete", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          const std::uint64_t own = self.fates(v);
          bool loses = false;
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            const LocalIndex w = self.neighbours(e);
            const std::uint64_t other = self.fates(w);
            if (other < first_priority) continue;
            const bool wins =
                own > other || (own == other && self.order.place(v) > self.order.place(w));
            if (wins) {
              Kokkos::atomic_store(&self.lost(w), round);
            } else {
              loses = true;
            }
          }
          if (loses) Kokkos::atomic_store(&self.lost(v), round);
        });
  }

  void make_coarse(const PointList& list, LocalIndex count, LocalIndex round) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_make_coarse", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          if (self.lost(list(k)) != round) self.fates(list(k)) = fate_coarse;
        });
  }

  void make_fine(const PointList& list, LocalIndex count) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_make_fine", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          if (!self.is_open(v)) return;
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            if (self.fates(self.neighbours(e)) != fate_coarse) continue;
            self.fates(v) = fate_fine;
            return;
          }
        });
  }
};

void count_influence(const StrengthGraph& graph, const DeviceView<LocalIndex>& influence) {
  const auto offsets = graph.offsets;
  const auto neighbours = graph.neighbours;
  Kokkos::parallel_for(
      "suan::multigrid_influence", Range(0, graph.nodes.owned()), KOKKOS_LAMBDA(LocalIndex v) {
        for (Offset e = offsets(v); e < offsets(v + 1); ++e) {
          Kokkos::atomic_inc(&influence(neighbours(e)));
        }
      });
}

void draw_priorities(const StrengthGraph& graph, const DeviceView<const LocalIndex>& influence,
                     Isolated isolated, const Fates& fates) {
  const auto offsets = graph.offsets;
  const GlobalIndex first = graph.nodes.layout.first();
  const std::uint64_t of_isolated = isolated == Isolated::are_coarse ? fate_coarse : fate_decoupled;
  Kokkos::parallel_for(
      "suan::multigrid_priorities", Range(0, graph.nodes.owned()), KOKKOS_LAMBDA(LocalIndex v) {
        const auto hash = suan::detail::mixed(static_cast<std::uint64_t>(first + v)) >> 32;
        const auto count = static_cast<std::uint64_t>(influence(v));
        fates(v) = count == 0 ? fate_fine : (count << 32 | hash);
        if (offsets(v) == offsets(v + 1)) fates(v) = of_isolated;
      });
}

PointList open_points(const SplittingRounds& rounds, LocalIndex owned, LocalIndex& count) {
  const PointList list =
      allocate<LocalIndex>("suan::multigrid::points", static_cast<std::size_t>(owned));
  count = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_open_points", Range(0, owned),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & place, bool last) {
        if (!rounds.is_open(v)) return;
        if (last) list(place) = v;
        ++place;
      },
      count);
  return list;
}

LocalIndex still_open(const SplittingRounds& rounds, const PointList& list, LocalIndex count,
                      const PointList& kept) {
  return kernels::filter(
      "suan::multigrid_still_open", ExecutionSpace(), list, count, kept,
      KOKKOS_LAMBDA(LocalIndex v) { return rounds.is_open(v); });
}

/// The number of each owned coarse point, counted on this rank from zero. Returns how many.
LocalIndex number_coarse(const Fates& fates, LocalIndex owned,
                         const DeviceView<GlobalIndex>& numbers) {
  LocalIndex total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_number_coarse", Range(0, owned),
      KOKKOS_LAMBDA(LocalIndex v, LocalIndex & place, bool last) {
        const std::uint64_t fate = fates(v);
        if (last) {
          numbers(v) = fate == fate_coarse
                           ? GlobalIndex(place)
                           : (fate == fate_fine ? Splitting::fine : Splitting::decoupled);
        }
        if (fate == fate_coarse) ++place;
      },
      total);
  return total;
}

void shift_coarse(const DeviceView<GlobalIndex>& numbers, LocalIndex owned, GlobalIndex first) {
  if (first == 0) return;
  Kokkos::parallel_for(
      "suan::multigrid_shift_coarse", Range(0, owned), KOKKOS_LAMBDA(LocalIndex v) {
        if (numbers(v) >= 0) numbers(v) += first;
      });
}

/// Combines the values of owned points with those that other ranks have for them. Collective.
template <class Op>
void gather_from_ghosts(const StrengthGraph& graph, const DeviceView<LocalIndex>& values, Op op) {
  const auto& map = *graph.nodes.exchange.map();
  if (map.comm().size() == 1) return;
  const auto owned = static_cast<std::size_t>(map.owned());
  auto pending = graph.nodes.exchange.reverse<LocalIndex>(
      DeviceView<const LocalIndex>(values.data() + owned, static_cast<std::size_t>(map.ghosts())),
      DeviceView<LocalIndex>(values.data(), owned), op);
  pending.finish();
}

/// Collective.
void decide(const StrengthGraph& graph, const SplittingRounds& rounds) {
  const auto& exchange = graph.nodes.exchange;
  const auto& comm = graph.nodes.layout.comm();
  PointList open;
  PointList kept;
  LocalIndex count = 0;
  together(comm, [&] {
    open = open_points(rounds, graph.nodes.owned(), count);
    kept = allocate<LocalIndex>("suan::multigrid::points",
                                static_cast<std::size_t>(graph.nodes.owned()));
  });
  // Fates of ghosts may be a round old, so that a point waits longer; none is decided otherwise.
  for (LocalIndex round = 1; comm.sum(static_cast<std::int64_t>(count)) > 0; ++round) {
    rounds.compete(open, count, round);
    gather_from_ghosts(graph, rounds.lost, combine::Max());
    rounds.make_coarse(open, count, round);
    refresh(exchange, rounds.fates);
    rounds.make_fine(open, count);
    count = still_open(rounds, open, count, kept);
    std::swap(open, kept);
  }
}

}  // namespace

Splitting split(const StrengthGraph& graph, Isolated isolated) {
  const auto& comm = graph.nodes.layout.comm();
  const auto size = static_cast<std::size_t>(graph.nodes.size());
  const LocalIndex owned = graph.nodes.owned();
  SplittingRounds rounds;
  together(comm, [&] {
    rounds = {graph.offsets, graph.neighbours, GlobalOrder(*graph.nodes.exchange.map()),
              allocate<std::uint64_t>("suan::multigrid::fates", size),
              DeviceView<LocalIndex>("suan::multigrid::influence", size)};
    count_influence(graph, rounds.lost);
  });
  gather_from_ghosts(graph, rounds.lost, combine::Add());
  draw_priorities(graph, rounds.lost, isolated, rounds.fates);
  Kokkos::deep_copy(rounds.lost, 0);
  refresh(graph.nodes.exchange, rounds.fates);
  decide(graph, rounds);
  DeviceView<GlobalIndex> numbers;
  LocalIndex coarse = 0;
  together(comm, [&] {
    numbers = allocate<GlobalIndex>("suan::multigrid::numbers", size);
    coarse = number_coarse(rounds.fates, owned, numbers);
  });
  const auto layout = Layout::from_local_size(coarse, comm);
  shift_coarse(numbers, owned, layout.first());
  refresh(graph.nodes.exchange, numbers);
  return {layout, numbers};
}

}  // namespace suan::multigrid
