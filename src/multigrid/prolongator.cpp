// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/prolongator.hpp"

#include "kernels/common/new_csr.hpp"
#include "multigrid/small_sort.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The aggregates near each owned node v, by their places in the global order: list(begin(v)) to
/// list(begin(v) + count(v) - 1), increasing. places() has, beside each, where its entries begin
/// within a row of its part of P.
struct NearAggregates {
  DeviceView<const Offset> offsets;  // of the strength graph; a list has room for one more
  DeviceView<LocalIndex> list;
  DeviceView<LocalIndex> places;
  DeviceView<LocalIndex> counts;
  DeviceView<LocalIndex> own_lengths;  // of the rows of node v
  DeviceView<LocalIndex> ghost_lengths;
  GlobalOrder order;

  KOKKOS_FORCEINLINE_FUNCTION Offset begin(LocalIndex v) const { return offsets(v) + v; }
  /// Where the entries of the aggregate at `place` begin in the rows of node v.
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex find(LocalIndex v, LocalIndex place) const {
    const LocalIndex* const l = &list(begin(v));
    LocalIndex k = 0;
    if (counts(v) > 16) {
      LocalIndex end = counts(v);
      while (k < end) {
        const LocalIndex middle = k + (end - k) / 2;
        if (l[middle] < place) {
          k = middle + 1;
        } else {
          end = middle;
        }
      }
    } else {
      while (l[k] < place) ++k;
    }
    return places(begin(v) + k);
  }
};

template <Scalar T>
void list_aggregates(const Filtered<T>& a, const DeviceView<const LocalIndex>& of,
                     const DeviceView<const LocalIndex>& rank, const NearAggregates& near) {
  const auto nodes = static_cast<LocalIndex>(near.counts.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_near_aggregates", Range(0, nodes), KOKKOS_LAMBDA(LocalIndex v) {
        LocalIndex* const list = near.list.data() + near.begin(v);
        LocalIndex* const places = near.places.data() + near.begin(v);
        LocalIndex count = 0;
        if (of(v) >= 0) {
          list[count++] = near.order.place(of(v));
          for (Offset e = a.offsets(v); e < a.offsets(v + 1); ++e) {
            const LocalIndex c = of(a.neighbours(e));
            if (c < 0) continue;
            const LocalIndex place = near.order.place(c);
            if (place != list[count - 1]) list[count++] = place;
          }
        }
        sort_list(list, count, [](LocalIndex c, LocalIndex d) { return c < d; });
        LocalIndex distinct = 0;
        LocalIndex own = 0;
        LocalIndex ghost = 0;
        for (LocalIndex k = 0; k < count; ++k) {
          if (distinct > 0 && list[k] == list[distinct - 1]) continue;
          list[distinct] = list[k];
          LocalIndex& length = near.order.is_own(list[k]) ? own : ghost;
          places[distinct] = length;
          length += rank(near.order.number(list[k]));
          ++distinct;
        }
        near.counts(v) = distinct;
        near.own_lengths(v) = own;
        near.ghost_lengths(v) = ghost;
      });
}

template <Scalar T>
NearAggregates make_near(const Filtered<T>& a, LocalIndex nodes, const Tentative<T>& t) {
  const auto size = static_cast<std::size_t>(nodes);
  const auto room = a.neighbours.extent(0) + size;
  NearAggregates near;
  near.offsets = a.offsets;
  near.list = allocate<LocalIndex>("suan::multigrid::near", room);
  near.places = allocate<LocalIndex>("suan::multigrid::near", room);
  near.counts = allocate<LocalIndex>("suan::multigrid::near_counts", size);
  near.own_lengths = allocate<LocalIndex>("suan::multigrid::near_lengths", size);
  near.ghost_lengths = allocate<LocalIndex>("suan::multigrid::near_lengths", size);
  near.order = GlobalOrder(*t.exchange.map());
  list_aggregates(a, t.of, t.rank, near);
  return near;
}

/// Writes the columns of one part of P and zeros.
template <Scalar T>
kernels::NewCsr<T> make_part(const Filtered<T>& a, const NearAggregates& near, bool own,
                             const Tentative<T>& t) {
  const LocalIndex rows = a.a.own.rows;
  const auto lengths = own ? near.own_lengths : near.ghost_lengths;
  const auto nodes = a.nodes;
  const auto part = kernels::allocate_rows<T>(
      ExecutionSpace(), rows,
      KOKKOS_LAMBDA(LocalIndex i) { return static_cast<Offset>(lengths(nodes.node(i))); });
  const auto offsets = part.offsets;
  const auto columns = part.indices;
  const auto values = part.values;
  const auto first = t.first;
  const auto rank = t.rank;
  const LocalIndex shift = own ? 0 : t.rows.local_size();
  Kokkos::parallel_for(
      "suan::multigrid_prolongator_columns", Range(0, rows), KOKKOS_LAMBDA(LocalIndex i) {
        const LocalIndex v = nodes.node(i);
        Offset at = offsets(i);
        for (LocalIndex k = 0; k < near.counts(v); ++k) {
          const LocalIndex place = near.list(near.begin(v) + k);
          if (near.order.is_own(place) != own) continue;
          const LocalIndex c = near.order.number(place);
          for (LocalIndex s = 0; s < rank(c); ++s) {
            columns(at) = first(c) + s - shift;
            values(at) = T(0);
            ++at;
          }
        }
      });
  return part;
}

/// What add_rows() reads.
template <Scalar T>
struct Operands {
  Filtered<T> a;
  NearAggregates near;
  TentativeRows<T> rows;
  DeviceView<const LocalIndex> of;
  RowMajor<const T> near_null;
  kernels::NewCsr<T> own;
  kernels::NewCsr<T> ghost;

  /// Adds factor times row j of P~ to row i of P, as if column j were in the aggregate c.
  KOKKOS_FORCEINLINE_FUNCTION void add(LocalIndex i, LocalIndex v, LocalIndex c, LocalIndex j,
                                       const T& factor) const {
    const LocalIndex place = near.order.place(c);
    const LocalIndex at = near.find(v, place);
    T* const to = near.order.is_own(place) ? own.values.data() + own.offsets(i) + at
                                           : ghost.values.data() + ghost.offsets(i) + at;
    T q[Nodes::most_rows];
    rows.solve(c, near_null.data() + static_cast<Offset>(j) * rows.vectors, q);
    for (LocalIndex s = 0; s < rows.rank(c); ++s) to[s] += factor * q[s];
  }
};

template <Scalar T>
void add_rows(const Operands<T>& m, double omega) {
  const auto damping = static_cast<Real<T>>(omega);
  Kokkos::parallel_for(
      "suan::multigrid_prolongator_values", Range(0, m.a.a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const LocalIndex v = m.a.nodes.node(i);
        const LocalIndex self = m.of(v);
        if (self < 0) return;
        m.add(i, v, self, i, T(1));
        const Real<T> factor = -damping * m.a.inverse(i);
        const bool lumps = m.a.lumps(i) != 0;
        m.a.visit(i, [&](LocalIndex j, const T& value, bool strong) {
          if (!strong && !lumps) return;
          const LocalIndex c = strong ? m.of(m.a.nodes.node(j)) : self;
          if (c >= 0) m.add(i, v, c, j, factor * value);
        });
      });
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> make_prolongator(const DistributedMatrix<T>& a, const Filtered<T>& filtered,
                                      const Tentative<T>& tentative,
                                      const RowMajor<const T>& near_null, double omega) {
  suan::detail::LocalRows<T> parts;
  together(a.comm(), [&] {
    const auto nodes = static_cast<LocalIndex>(filtered.offsets.extent(0)) - 1;
    const auto near = make_near(filtered, nodes, tentative);
    const auto own = make_part(filtered, near, true, tentative);
    const auto ghost = make_part(filtered, near, false, tentative);
    const auto ghosts = static_cast<LocalIndex>(tentative.ghost_rows.size());
    add_rows<T>({filtered, near, TentativeRows<T>(tentative), tentative.of, near_null, own, ghost},
                omega);
    Kokkos::fence("suan::multigrid_prolongator");
    parts.own = own.finish(a.row_layout().local_size(), tentative.rows.local_size());
    parts.ghost = ghost.finish(a.row_layout().local_size(), ghosts);
    parts.ghosts = tentative.ghost_rows;
    parts.below = suan::detail::count_below(tentative.ghost_rows, tentative.rows.first());
  });
  return suan::detail::from_local_rows(a.row_layout(), tentative.rows, parts);
}

#define SUAN_INSTANTIATE(T)                                                                       \
  template DistributedMatrix<T> make_prolongator(const DistributedMatrix<T>&, const Filtered<T>&, \
                                                 const Tentative<T>&, const RowMajor<const T>&,   \
                                                 double);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
