// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/reach.hpp"

#include <algorithm>

#include "multigrid/row_workers.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The graph and the aggregates, of the nodes at even distances that are looked at.
struct Sampled {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  DeviceView<const LocalIndex> of;
  LocalIndex nodes;
  LocalIndex count;

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex node(LocalIndex s) const {
    return static_cast<LocalIndex>((static_cast<std::int64_t>(nodes) * (2 * s + 1)) / (2 * count));
  }
};

struct Near {
  double aggregated = 0;  // of the nodes
  double near = 0;        // sums
};

/// The aggregates of nodes and of their neighbours: each counts where it first appears.
Near count_near(const Sampled& m) {
  constexpr Offset most = 256;  // neighbours, since each is compared with those before it
  double aggregated = 0;
  double near = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_sample_near", Range(0, m.count),
      KOKKOS_LAMBDA(LocalIndex s, double& sum, double& found) {
        const LocalIndex v = m.node(s);
        const LocalIndex self = m.of(v);
        if (self < 0) return;
        const Offset begin = m.offsets(v);
        const Offset all = m.offsets(v + 1) - begin;
        const Offset seen = Kokkos::min(all, most);
        LocalIndex others = 0;
        for (Offset e = begin; e < begin + seen; ++e) {
          const LocalIndex c = m.of(m.neighbours(e));
          bool is_new = c >= 0 && c != self;
          for (Offset f = begin; is_new && f < e; ++f) is_new = m.of(m.neighbours(f)) != c;
          others += is_new ? 1 : 0;
        }
        sum += 1;
        found += 1 + (seen > 0 ? static_cast<double>(others) * static_cast<double>(all) /
                                     static_cast<double>(seen)
                               : 0);
      },
      aggregated, near);
  return {aggregated, near};
}

/// Nodes that have been found, in order, and the aggregates among them.
class Found {
 public:
  static constexpr LocalIndex most = 4096;
  /// Elements of memory that one needs.
  KOKKOS_FUNCTION static std::size_t room() { return PlaceTable::room(most) + most; }

  KOKKOS_FUNCTION explicit Found(LocalIndex* memory) : list_(memory + PlaceTable::room(most)) {
    table_.start(memory, most);
  }
  KOKKOS_FORCEINLINE_FUNCTION void add(LocalIndex number) {
    if (size_ < most && table_.insert(number, size_) == size_) list_[size_++] = number;
  }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex size() const { return size_; }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex operator[](LocalIndex k) const { return list_[k]; }

 private:
  PlaceTable table_;
  LocalIndex* list_;
  LocalIndex size_ = 0;
};

/// Aggregates, each of as many samples as it has members, so each weighted by the inverse of that.
struct Connected {
  double weight = 0;
  double coarse = 0;
};

template <Scalar T>
Connected count_coarse(const Sampled& m, const RowsView<T>& a, const NodeIndex& nodes,
                       bool smoothed) {
  RowWorkers workers(m.count, 2 * Found::room() * sizeof(LocalIndex));
  if constexpr (RowWorkers::on_host) {
    // Each has as much memory as a small level.
    const auto threads = static_cast<LocalIndex>(suan::detail::threads_of(ExecutionSpace()));
    workers.count = std::min(workers.count, threads);
  }
  const auto memory = suan::detail::allocate<LocalIndex>(
      "suan::multigrid::reach", 2 * Found::room() * static_cast<std::size_t>(workers.count));
  double weight = 0;
  double coarse = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_sample_coarse", workers.policy(),
      KOKKOS_LAMBDA(LocalIndex w, double& weights, double& sum) {
        LocalIndex* const own = memory.data() + 2 * Found::room() * static_cast<std::size_t>(w);
        workers.each(w, [&](LocalIndex s) {
          const LocalIndex v = m.node(s);
          const LocalIndex self = m.of(v);
          if (self < 0) return;
          Found found(own);
          found.add(v);
          const auto step = [&](LocalIndex k, bool inside) {
            if (found[k] >= m.nodes) return;
            for (Offset e = m.offsets(found[k]); e < m.offsets(found[k] + 1); ++e) {
              const LocalIndex u = m.neighbours(e);
              if (!inside || m.of(u) == self) found.add(u);
            }
          };
          for (LocalIndex k = 0; k < found.size(); ++k) step(k, true);
          const LocalIndex members = found.size();
          LocalIndex end = smoothed ? members : 0;
          for (LocalIndex k = 0; k < end; ++k) step(k, false);
          end = found.size();
          for (LocalIndex k = 0; k < end; ++k) {
            if (found[k] >= m.nodes) continue;
            for (LocalIndex i = nodes.begin(found[k]); i < nodes.end(found[k]); ++i) {
              a.visit(i, [&](LocalIndex j, const T&) { found.add(nodes.node(j)); });
            }
          }
          end = smoothed ? found.size() : 0;
          for (LocalIndex k = 0; k < end; ++k) step(k, false);
          Found aggregates(own + Found::room());
          for (LocalIndex k = 0; k < found.size(); ++k) {
            if (m.of(found[k]) >= 0) aggregates.add(m.of(found[k]));
          }
          weights += 1.0 / members;
          sum += static_cast<double>(aggregates.size()) / members;
        });
      },
      weight, coarse);
  return {weight, coarse};
}

/// Of aggregates, as many as take about a million and a half steps if those around a node are as
/// many as on a grid.
LocalIndex samples(LocalIndex nodes, Offset edges) {
  constexpr double steps = 1.5e6;
  const double degree = nodes > 0 ? static_cast<double>(edges) / nodes + 1 : 1;
  const double affordable = std::min(steps / (30 * degree * degree), nodes / 64.0);
  return std::min(nodes, static_cast<LocalIndex>(std::clamp(affordable, 8.0, 128.0)));
}

}  // namespace

template <Scalar T>
Reach sample_reach(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                   const DeviceView<const LocalIndex>& of, bool smoothed) {
  Reach result;
  const LocalIndex nodes = graph.nodes.owned();
  if (nodes == 0) return result;
  constexpr LocalIndex many = 4096;
  Sampled m{graph.offsets, graph.neighbours, of, nodes, std::min(nodes, many)};
  const Near near = count_near(m);
  result.aggregated = near.aggregated / m.count;
  if (smoothed && near.aggregated > 0) result.near = near.near / near.aggregated;
  m.count = samples(nodes, static_cast<Offset>(graph.neighbours.extent(0)));
  const Connected connected =
      count_coarse(m, RowsView<T>(suan::detail::local_rows(a)), NodeIndex(graph.nodes), smoothed);
  if (connected.weight > 0) result.coarse = connected.coarse / connected.weight;
  return result;
}

#define SUAN_INSTANTIATE(T)                                                      \
  template Reach sample_reach(const DistributedMatrix<T>&, const StrengthGraph&, \
                              const DeviceView<const LocalIndex>&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
