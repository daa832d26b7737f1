// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/prolongator.hpp"

#include "multigrid/prolongator_rows.hpp"
#include "multigrid/small_sort.hpp"
#include "suan/core/instantiate.hpp"

#if !SUAN_HAVE_CUDA
#include "multigrid/prolongator_host.hpp"
#endif

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

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
          if (rank(of(v)) > 0) list[count++] = near.order.place(of(v));
          for (Offset e = a.graph_offsets(v); e < a.graph_offsets(v + 1); ++e) {
            const LocalIndex c = of(a.neighbours(e));
            if (c < 0 || rank(c) == 0) continue;
            const LocalIndex place = near.order.place(c);
            if (count == 0 || place != list[count - 1]) list[count++] = place;
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
  near.offsets = a.graph_offsets;
  near.list = allocate<LocalIndex>("suan::multigrid::near", room);
  near.places = allocate<LocalIndex>("suan::multigrid::near", room);
  near.counts = allocate<LocalIndex>("suan::multigrid::near_counts", size);
  near.own_lengths = allocate<LocalIndex>("suan::multigrid::near_lengths", size);
  near.ghost_lengths = allocate<LocalIndex>("suan::multigrid::near_lengths", size);
  near.order = GlobalOrder(*t.exchange.map());
  list_aggregates(a, t.of, t.rank, near);
  return near;
}

/// One part of P, without entries yet; `lengths` are those of the rows of each node.
template <Scalar T>
kernels::NewCsr<T> allocate_part(const NodeIndex& nodes, LocalIndex rows,
                                 const DeviceView<LocalIndex>& lengths) {
  return kernels::allocate_rows<T>(
      ExecutionSpace(), rows,
      KOKKOS_LAMBDA(LocalIndex i) { return static_cast<Offset>(lengths(nodes.node(i))); });
}

/// The rows of P~, of owned and ghost columns of A; zero without an aggregate.
template <Scalar T>
RowMajor<const T> tentative_rows(const NodeIndex& nodes, const Tentative<T>& t,
                                 const RowMajor<const T>& near_null) {
  const auto result = suan::detail::allocate_view<RowMajor<T>>(
      "suan::multigrid::tentative_rows", near_null.extent(0), near_null.extent(1));
  const TentativeRows<T> rows(t);
  const auto of = t.of;
  Kokkos::parallel_for(
      "suan::multigrid_tentative_rows", Range(0, static_cast<LocalIndex>(near_null.extent(0))),
      KOKKOS_LAMBDA(LocalIndex j) {
        const LocalIndex c = of(nodes.node(j));
        for (LocalIndex s = 0; s < rows.vectors; ++s) result(j, s) = T(0);
        if (c >= 0) rows.solve(c, &near_null(j, 0), &result(j, 0));
      });
  return result;
}

template <Scalar T>
void fill_rows(const ProlongatorRows<T>& m, double damping) {
  const auto omega = static_cast<Real<T>>(damping);
#if !SUAN_HAVE_CUDA
  if (m.a.blocks.exist()) {
    Kokkos::parallel_for("suan::multigrid_prolongator_blocks", Range(0, m.a.blocks.owned),
                         [=](LocalIndex v) { fill_node(m, v, omega); });
    return;
  }
#endif
  Kokkos::parallel_for(
      "suan::multigrid_prolongator", Range(0, m.a.rows),
      KOKKOS_LAMBDA(LocalIndex i) { m.fill_row(i, omega); });
}

template <Scalar T>
void fill_with_lists(const Filtered<T>& filtered, const Tentative<T>& t,
                     const RowMajor<const T>& rows, double omega, kernels::NewCsr<T>& own,
                     kernels::NewCsr<T>& ghost) {
  const auto nodes = static_cast<LocalIndex>(filtered.graph_offsets.extent(0)) - 1;
  const auto near = make_near(filtered, nodes, t);
  own = allocate_part<T>(filtered.nodes, filtered.rows, near.own_lengths);
  ghost = allocate_part<T>(filtered.nodes, filtered.rows, near.ghost_lengths);
  fill_rows<T>(
      {filtered, near, TentativeRows<T>(t), rows, t.of, t.first, t.rows.local_size(), own, ghost},
      omega);
}

/// Rows of P~ in the aggregates with local numbers from `begin` to `end`, without entries yet.
template <Scalar T>
kernels::NewCsr<T> allocate_copies(const NodeIndex& nodes, const Tentative<T>& t, LocalIndex rows,
                                   LocalIndex begin, LocalIndex end) {
  const auto of = t.of;
  const auto rank = t.rank;
  return kernels::allocate_rows<T>(
      ExecutionSpace(), rows, KOKKOS_LAMBDA(LocalIndex i) {
        const LocalIndex c = of(nodes.node(i));
        return c >= begin && c < end ? static_cast<Offset>(rank(c)) : Offset(0);
      });
}

/// Their entries; `shift` is the first column of the part.
template <Scalar T>
void fill_copies(const NodeIndex& nodes, const Tentative<T>& t, const RowMajor<const T>& rows,
                 LocalIndex shift, const kernels::NewCsr<T>& part) {
  const auto of = t.of;
  const auto first = t.first;
  const auto offsets = part.offsets;
  const auto columns = part.indices;
  const auto values = part.values;
  Kokkos::parallel_for(
      "suan::multigrid_tentative_prolongator",
      Range(0, static_cast<LocalIndex>(offsets.extent(0)) - 1), KOKKOS_LAMBDA(LocalIndex i) {
        const Offset begin = offsets(i);
        for (Offset k = begin; k < offsets(i + 1); ++k) {
          const auto s = static_cast<LocalIndex>(k - begin);
          columns(k) = first(of(nodes.node(i))) + s - shift;
          values(k) = rows(i, s);
        }
      });
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> make_prolongator(const DistributedMatrix<T>& a, const Filtered<T>& filtered,
                                      const Tentative<T>& tentative,
                                      const RowMajor<const T>& near_null, double omega) {
  suan::detail::LocalRows<T> parts;
  together(a.comm(), [&] {
    const auto ghosts = static_cast<LocalIndex>(tentative.ghost_rows.size());
    const auto rows = tentative_rows<T>(filtered.nodes, tentative, near_null);
    kernels::NewCsr<T> own;
    kernels::NewCsr<T> ghost;
#if SUAN_HAVE_CUDA
    fill_with_lists<T>(filtered, tentative, rows, omega, own, ghost);
#else
    if (tentative.vectors == 1) {
      fill_on_host<T>({filtered, GlobalOrder(*tentative.exchange.map()),
                       tentative.exchange.map()->size(), tentative.of, tentative.first,
                       tentative.rank, rows, tentative.rows.local_size()},
                      omega, own, ghost);
    } else {
      fill_with_lists<T>(filtered, tentative, rows, omega, own, ghost);
    }
#endif
    Kokkos::fence("suan::multigrid_prolongator");
    parts.own = own.finish(a.row_layout().local_size(), tentative.rows.local_size());
    parts.ghost = ghost.finish(a.row_layout().local_size(), ghosts);
    parts.ghosts = tentative.ghost_rows;
    parts.below = suan::detail::count_below(tentative.ghost_rows, tentative.rows.first());
  });
  return suan::detail::from_local_rows(a.row_layout(), tentative.rows, parts);
}

template <Scalar T>
DistributedMatrix<T> make_unsmoothed_prolongator(const DistributedMatrix<T>& a, const Nodes& nodes,
                                                 const Tentative<T>& t,
                                                 const RowMajor<const T>& near_null) {
  suan::detail::LocalRows<T> parts;
  together(a.comm(), [&] {
    const NodeIndex index(nodes);
    const auto rows = tentative_rows<T>(index, t, near_null);
    const LocalIndex count = a.row_layout().local_size();
    const LocalIndex aggregates = t.exchange.map()->owned();
    const auto own = allocate_copies<T>(index, t, count, 0, aggregates);
    const auto ghost = allocate_copies<T>(index, t, count, aggregates, t.exchange.map()->size());
    fill_copies<T>(index, t, rows, 0, own);
    fill_copies<T>(index, t, rows, t.rows.local_size(), ghost);
    Kokkos::fence("suan::multigrid_prolongator");
    parts.own = own.finish(count, t.rows.local_size());
    parts.ghost = ghost.finish(count, static_cast<LocalIndex>(t.ghost_rows.size()));
    parts.ghosts = t.ghost_rows;
    parts.below = suan::detail::count_below(t.ghost_rows, t.rows.first());
  });
  return suan::detail::from_local_rows(a.row_layout(), t.rows, parts);
}

#define SUAN_INSTANTIATE(T)                                                                       \
  template DistributedMatrix<T> make_prolongator(const DistributedMatrix<T>&, const Filtered<T>&, \
                                                 const Tentative<T>&, const RowMajor<const T>&,   \
                                                 double);                                         \
  template DistributedMatrix<T> make_unsmoothed_prolongator(                                      \
      const DistributedMatrix<T>&, const Nodes&, const Tentative<T>&, const RowMajor<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
