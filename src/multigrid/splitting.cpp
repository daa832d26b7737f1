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

// A point whose fate is open has its weight: one more than the open points that depend on it, then
// a hash.
constexpr std::uint64_t fate_fine = 0;
constexpr std::uint64_t fate_coarse = 1;
constexpr std::uint64_t fate_decoupled = 2;
constexpr std::uint64_t one_point = std::uint64_t(1) << 32;

struct SplittingRounds {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  GlobalOrder order;
  Fates fates;
  DeviceView<LocalIndex> lost;    // the last round in which a neighbour had more weight
  DeviceView<LocalIndex> missed;  // points that depend on it and have been decided

  KOKKOS_FORCEINLINE_FUNCTION bool is_open(LocalIndex v) const { return fates(v) >= one_point; }

  void settle(const PointList& list, LocalIndex count) const {
    constexpr Offset many = 3;
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_settle", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          const bool is_left = self.fates(v) < 2 * one_point;
          if (is_left && self.offsets(v + 1) - self.offsets(v) >= many) self.fates(v) = fate_fine;
        });
  }

  void compete(const PointList& list, LocalIndex count, LocalIndex round) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_compete", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          const std::uint64_t own = self.fates(v);
          if (own < one_point) return;
          bool loses = false;
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            const LocalIndex w = self.neighbours(e);
            const std::uint64_t other = self.fates(w);
            if (other < one_point) continue;
            if (own > other || (own == other && self.order.place(v) > self.order.place(w))) {
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
          const LocalIndex v = list(k);
          if (self.is_open(v) && self.lost(v) != round) self.fates(v) = fate_coarse;
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

  /// Those on which a decided point depends miss it.
  void count_missed(const PointList& list, LocalIndex count) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_count_missed", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          if (self.is_open(v)) return;
          for (Offset e = self.offsets(v); e < self.offsets(v + 1); ++e) {
            const LocalIndex w = self.neighbours(e);
            if (self.is_open(w)) Kokkos::atomic_inc(&self.missed(w));
          }
        });
  }

  void lose_weight(const PointList& list, LocalIndex count) const {
    const SplittingRounds self = *this;
    Kokkos::parallel_for(
        "suan::multigrid_lose_weight", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
          const LocalIndex v = list(k);
          self.fates(v) -= static_cast<std::uint64_t>(self.missed(v)) * one_point;
          self.missed(v) = 0;
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

void draw_weights(const StrengthGraph& graph, const DeviceView<const LocalIndex>& influence,
                  Isolated isolated, const Fates& fates) {
  const auto offsets = graph.offsets;
  const GlobalIndex first = graph.nodes.layout.first();
  const std::uint64_t of_isolated = isolated == Isolated::are_coarse ? fate_coarse : fate_decoupled;
  Kokkos::parallel_for(
      "suan::multigrid_weights", Range(0, graph.nodes.owned()), KOKKOS_LAMBDA(LocalIndex v) {
        const auto hash = suan::detail::mixed(static_cast<std::uint64_t>(first + v)) >> 32;
        const auto count = static_cast<std::uint64_t>(influence(v));
        fates(v) = count == 0 ? fate_fine : (count + 1) * one_point + hash;
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
          numbers(v) = place;
          if (fate == fate_fine) numbers(v) = Splitting::fine;
          if (fate == fate_decoupled) numbers(v) = Splitting::decoupled;
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
  const DeviceView<LocalIndex> of_ghosts(values.data() + owned,
                                         static_cast<std::size_t>(map.ghosts()));
  auto pending = graph.nodes.exchange.reverse<LocalIndex>(
      DeviceView<const LocalIndex>(of_ghosts), DeviceView<LocalIndex>(values.data(), owned), op);
  pending.finish();
  Kokkos::deep_copy(of_ghosts, 0);
}

/// Collective.
void decide(const StrengthGraph& graph, const SplittingRounds& rounds, bool is_sparing) {
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
  for (LocalIndex round = 1; comm.sum(static_cast<std::int64_t>(count)) > 0; ++round) {
    if (is_sparing) rounds.settle(open, count);
    rounds.compete(open, count, round);
    gather_from_ghosts(graph, rounds.lost, combine::Max());
    rounds.make_coarse(open, count, round);
    refresh(exchange, rounds.fates);
    rounds.make_fine(open, count);
    rounds.count_missed(open, count);
    gather_from_ghosts(graph, rounds.missed, combine::Add());
    count = still_open(rounds, open, count, kept);
    std::swap(open, kept);
    rounds.lose_weight(open, count);
    refresh(exchange, rounds.fates);
  }
}

}  // namespace

Splitting split(const StrengthGraph& graph, Isolated isolated, bool is_sparing) {
  const auto& comm = graph.nodes.layout.comm();
  const auto size = static_cast<std::size_t>(graph.nodes.size());
  const LocalIndex owned = graph.nodes.owned();
  SplittingRounds rounds;
  together(comm, [&] {
    rounds = {graph.offsets,
              graph.neighbours,
              GlobalOrder(*graph.nodes.exchange.map()),
              allocate<std::uint64_t>("suan::multigrid::fates", size),
              DeviceView<LocalIndex>("suan::multigrid::lost", size),
              DeviceView<LocalIndex>("suan::multigrid::influence", size)};
    count_influence(graph, rounds.missed);
  });
  gather_from_ghosts(graph, rounds.missed, combine::Add());
  draw_weights(graph, rounds.missed, isolated, rounds.fates);
  Kokkos::deep_copy(rounds.missed, 0);
  refresh(graph.nodes.exchange, rounds.fates);
  decide(graph, rounds, is_sparing);
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

Splitting with_ghosts_of(const Exchange& columns, const Splitting& splitting) {
  DeviceView<GlobalIndex> numbers;
  const auto& map = *columns.map();
  together(map.comm(), [&] {
    const auto owned = Kokkos::make_pair(std::size_t{0}, static_cast<std::size_t>(map.owned()));
    numbers =
        allocate<GlobalIndex>("suan::multigrid::numbers", static_cast<std::size_t>(map.size()));
    Kokkos::deep_copy(Kokkos::subview(numbers, owned), Kokkos::subview(splitting.numbers, owned));
  });
  refresh(columns, numbers);
  return {splitting.coarse, numbers};
}

std::vector<GlobalIndex> coarse_rows(const Splitting& splitting, const Layout& rows) {
  const auto numbers = suan::detail::on_host<GlobalIndex>(
      Kokkos::subview(splitting.numbers, Kokkos::make_pair(LocalIndex(0), rows.local_size())));
  std::vector<GlobalIndex> result;
  result.reserve(static_cast<std::size_t>(splitting.coarse.local_size()));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= 0) result.push_back(rows.first() + static_cast<GlobalIndex>(i));
  }
  return result;
}

}  // namespace suan::multigrid
