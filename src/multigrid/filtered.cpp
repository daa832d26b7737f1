// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/filtered.hpp"

#include "kernels/common/new_csr.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Goes through the entries of a row and the edges of its node at once, both in global order.
struct StrongEntries {
  NodeIndex nodes;
  GlobalOrder order;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;

  /// Calls strong(column, value, edge), with -1 as the edge of entries in the row's own node, or
  /// weak(column, value) for the entries of row i beside its diagonal, and diagonal(value).
  template <Scalar T, class Diagonal, class Strong, class Weak>
  KOKKOS_FORCEINLINE_FUNCTION void visit(const RowsView<T>& a, LocalIndex i,
                                         const Diagonal& diagonal, const Strong& strong,
                                         const Weak& weak) const {
    const LocalIndex self = nodes.node(i);
    Offset at = offsets(self);
    const Offset end = offsets(self + 1);
    LocalIndex last = self;  // the node of the entry before, and whether that was strong
    bool is_strong = true;
    a.visit(i, [&](LocalIndex j, const T& value) {
      if (j == i) {
        diagonal(value);
        return;
      }
      const LocalIndex node = nodes.node(j);
      if (node == self) {
        strong(j, value, Offset(-1));
        return;
      }
      if (node != last) {
        const LocalIndex place = order.place(node);
        while (at < end && order.place(neighbours(at)) < place) ++at;
        is_strong = at < end && neighbours(at) == node;
        last = node;
      }
      if (is_strong) {
        strong(j, value, at);
      } else {
        weak(j, value);
      }
    });
  }
};

/// What is written for each row.
template <Scalar T>
struct FilteredRows {
  DeviceView<T> values;
  DeviceView<Real<T>> inverse;
  RowMajor<T> weak;
};

/// One vector: weak entries are lumped.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> lumped_inverse(Real<T> diagonal, const T& weak, const T& b) {
  constexpr Real<T> least = Real<T>(0.1);
  if (b == T(0)) return 1 / diagonal;
  const Real<T> sum = diagonal + real_part(weak / b);
  return 1 / (sum >= least * diagonal && Kokkos::isfinite(sum) ? sum : diagonal);
}

/// What the diagonal and the weak entries of a row become.
template <Scalar T>
struct RowRest {
  const FilteredRows<T>& to;
  const RowMajor<const T>& b;
  LocalIndex i;
  Real<T> diagonal = 0;
  T weak{};  // of one vector

  KOKKOS_FORCEINLINE_FUNCTION bool is_scalar() const { return b.extent(1) == 1; }
  KOKKOS_FORCEINLINE_FUNCTION void add_weak(LocalIndex j, const T& value) {
    if (is_scalar()) {
      weak += value * b(j, 0);
      return;
    }
    for (LocalIndex v = 0; v < static_cast<LocalIndex>(b.extent(1)); ++v) {
      to.weak(i, v) += value * b(j, v);
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION void finish() const {
    to.inverse(i) = is_scalar() ? lumped_inverse(diagonal, weak, b(i, 0)) : 1 / diagonal;
  }
};

/// Rows are nodes: values are those of the graph's edges.
template <Scalar T>
void fill_edges(const RowsView<T>& a, const StrongEntries& graph, const RowMajor<const T>& b,
                const FilteredRows<T>& to) {
  Kokkos::parallel_for(
      "suan::multigrid_filtered_edges", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        // Rows of which all entries are strong, as most are, need no search.
        if (graph.offsets(i + 1) - graph.offsets(i) + 1 == a.length(i)) {
          Offset at = graph.offsets(i);
          Real<T> d = 0;
          a.visit(i, [&](LocalIndex j, const T& value) {
            if (j == i) {
              d = real_part(value);
            } else {
              to.values(at++) = value;
            }
          });
          to.inverse(i) = 1 / d;
          return;
        }
        // Weak entries have no edges.
        for (Offset e = graph.offsets(i); e < graph.offsets(i + 1); ++e) to.values(e) = T(0);
        RowRest<T> rest{to, b, i};
        graph.visit(
            a, i, [&](const T& value) { rest.diagonal += real_part(value); },
            [&](LocalIndex, const T& value, Offset e) { to.values(e) += value; },
            [&](LocalIndex j, const T& value) { rest.add_weak(j, value); });
        rest.finish();
      });
}

template <Scalar T>
kernels::NewCsr<T> allocate_strong(const RowsView<T>& a, const StrongEntries& graph) {
  return kernels::allocate_rows<T>(
      ExecutionSpace(), a.own.rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        graph.visit(
            a, i, [](const T&) {}, [&](LocalIndex, const T&, Offset) { ++count; },
            [](LocalIndex, const T&) {});
        return count;
      });
}

template <Scalar T>
void fill_strong(const RowsView<T>& a, const StrongEntries& graph, const RowMajor<const T>& b,
                 const kernels::NewCsr<T>& strong, const FilteredRows<T>& to) {
  Kokkos::parallel_for(
      "suan::multigrid_filtered_rows", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = strong.offsets(i);
        RowRest<T> rest{to, b, i};
        graph.visit(
            a, i, [&](const T& value) { rest.diagonal += real_part(value); },
            [&](LocalIndex j, const T& value, Offset) {
              strong.indices(at) = j;
              strong.values(at) = value;
              ++at;
            },
            [&](LocalIndex j, const T& value) { rest.add_weak(j, value); });
        rest.finish();
      });
}

}  // namespace

template <Scalar T>
Filtered<T> make_filtered(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                          const RowMajor<const T>& near_null) {
  Filtered<T> result;
  together(a.comm(), [&] {
    const RowsView<T> rows(suan::detail::local_rows(a));
    const StrongEntries edges{NodeIndex(graph.nodes), GlobalOrder(*graph.nodes.exchange.map()),
                              graph.offsets, graph.neighbours};
    const auto size = static_cast<std::size_t>(rows.own.rows);
    FilteredRows<T> made;
    made.inverse = allocate<Real<T>>("suan::multigrid::inverse", size);
    const auto vectors = near_null.extent(1);
    if (vectors > 1) made.weak = RowMajor<T>("suan::multigrid::weak", size, vectors);
    if (graph.nodes.is_row()) {
      made.values = allocate<T>("suan::multigrid::filtered", graph.neighbours.extent(0));
      fill_edges<T>(rows, edges, near_null, made);
      result.offsets = graph.offsets;
      result.columns = graph.neighbours;
      result.values = made.values;
    } else {
#if !SUAN_HAVE_CUDA
      if (vectors > 1) {
        result.blocks = find_strong_blocks(rows, edges.nodes, edges.order, graph);
        fill_strong_blocks<T>(result.blocks, edges.order, graph, near_null, made.weak,
                              made.inverse);
      }
#endif
    }
    if (!graph.nodes.is_row() && !result.blocks.exist()) {
      const auto strong = allocate_strong(rows, edges);
      fill_strong<T>(rows, edges, near_null, strong, made);
      result.offsets = strong.offsets;
      result.columns = strong.indices;
      result.values = strong.values;
    }
    result.rows = rows.own.rows;
    result.nodes = edges.nodes;
    result.graph_offsets = graph.offsets;
    result.neighbours = graph.neighbours;
    result.inverse = made.inverse;
    result.weak = made.weak;
  });
  return result;
}

#define SUAN_INSTANTIATE(T)                                                             \
  template Filtered<T> make_filtered(const DistributedMatrix<T>&, const StrengthGraph&, \
                                     const RowMajor<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
