// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of P, of which the aggregates are listed first: one at a time, or, on the host, all of a
// node.
#pragma once

#include "kernels/common/new_csr.hpp"
#include "multigrid/filtered.hpp"
#include "multigrid/tentative.hpp"

namespace suan::multigrid {

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

/// What rows of P are formed from, and where they go.
template <Scalar T>
struct ProlongatorRows {
  Filtered<T> a;
  NearAggregates near;
  TentativeRows<T> factors;
  RowMajor<const T> rows;  // of P~
  DeviceView<const LocalIndex> of;
  DeviceView<const LocalIndex> first;
  LocalIndex owned;  // coarse rows
  kernels::NewCsr<T> own;
  kernels::NewCsr<T> ghost;

  /// Row i with zeros.
  KOKKOS_FORCEINLINE_FUNCTION void start(LocalIndex i, LocalIndex v) const {
    Offset own_at = own.offsets(i);
    Offset ghost_at = ghost.offsets(i);
    for (LocalIndex k = 0; k < near.counts(v); ++k) {
      const LocalIndex place = near.list(near.begin(v) + k);
      const LocalIndex c = near.order.number(place);
      const bool is_own = near.order.is_own(place);
      for (LocalIndex s = 0; s < factors.rank(c); ++s) {
        if (is_own) {
          own.indices(own_at) = first(c) + s;
          own.values(own_at++) = T(0);
        } else {
          ghost.indices(ghost_at) = first(c) + s - owned;
          ghost.values(ghost_at++) = T(0);
        }
      }
    }
  }

  /// Where the entries of row i in the columns of aggregate c are.
  KOKKOS_FORCEINLINE_FUNCTION T* entries(LocalIndex i, LocalIndex v, LocalIndex c) const {
    const LocalIndex place = near.order.place(c);
    const LocalIndex at = near.find(v, place);
    return near.order.is_own(place) ? own.values.data() + own.offsets(i) + at
                                    : ghost.values.data() + ghost.offsets(i) + at;
  }
  KOKKOS_FORCEINLINE_FUNCTION bool is_used(LocalIndex c) const {
    return c >= 0 && factors.rank(c) > 0;
  }

  /// (1 - omega) times the row of P~, which is what the diagonal of A_F gives, and what weak
  /// entries add to it with several vectors.
  KOKKOS_FORCEINLINE_FUNCTION void add_self(LocalIndex i, LocalIndex v,
                                            const Real<T>& omega) const {
    const LocalIndex c = of(v);
    if (!is_used(c)) return;
    T* const to = entries(i, v, c);
    const LocalIndex rank = factors.rank(c);
    for (LocalIndex s = 0; s < rank; ++s) to[s] += (1 - omega) * rows(i, s);
    if (a.weak.extent(0) == 0) return;
    T q[Nodes::most_rows];
    factors.solve(c, &a.weak(i, 0), q);
    const Real<T> factor = -omega * a.inverse(i);
    for (LocalIndex s = 0; s < rank; ++s) to[s] += factor * q[s];
  }

  KOKKOS_FORCEINLINE_FUNCTION void fill_row(LocalIndex i, const Real<T>& omega) const {
    const LocalIndex v = a.nodes.node(i);
    if (of(v) < 0) return;
    start(i, v);
    add_self(i, v, omega);
    const Real<T> factor = -omega * a.inverse(i);
    for (Offset e = a.offsets(i); e < a.offsets(i + 1); ++e) {
      const LocalIndex j = a.columns(e);
      const LocalIndex c = of(a.nodes.node(j));
      if (!is_used(c)) continue;
      T* const to = entries(i, v, c);
      const T weight = factor * a.values(e);
      for (LocalIndex s = 0; s < factors.rank(c); ++s) to[s] += weight * rows(j, s);
    }
  }
};

#if !SUAN_HAVE_CUDA
/// Adds factor times row i of a block to `to`, with the rows of P~ of its columns, which have
/// `rank` values in one aggregate; as many as `fixed` says if that is positive.
template <int fixed, Scalar T>
void add_entries(const ProlongatorRows<T>& m, const typename StrongBlocks<T>::Block& block,
                 LocalIndex i, LocalIndex rank, const Real<T>& factor, T* to) {
  const LocalIndex count = fixed > 0 ? fixed : rank;
  T sums[fixed > 0 ? fixed : Nodes::most_rows];
  for (LocalIndex s = 0; s < count; ++s) sums[s] = to[s];
  const T* const values = block.values(i);
  for (LocalIndex j = 0; j < block.length; ++j) {
    if (block.column(j) == i) continue;
    const T weight = factor * values[j];
    const T* const row = &m.rows(block.column(j), 0);
    for (LocalIndex s = 0; s < count; ++s) sums[s] += weight * row[s];
  }
  for (LocalIndex s = 0; s < count; ++s) to[s] = sums[s];
}

/// fill_row() for the rows of a node, with A_F in blocks: an aggregate is looked up once for each.
/// The sums are the same.
template <Scalar T>
void fill_node(const ProlongatorRows<T>& m, LocalIndex v, const Real<T>& omega) {
  const auto& a = m.a;
  if (m.of(v) < 0) return;
  const LocalIndex begin = a.nodes.begin(v);
  const LocalIndex end = a.nodes.end(v);
  for (LocalIndex i = begin; i < end; ++i) {
    m.start(i, v);
    m.add_self(i, v, omega);
  }
  a.blocks.visit(v, [&](const auto& block) {
    const LocalIndex c = m.of(block.node);
    if (!m.is_used(c)) return;
    const LocalIndex place = m.near.order.place(c);
    const auto& part = m.near.order.is_own(place) ? m.own : m.ghost;
    T* const values = part.values.data() + m.near.find(v, place);
    const LocalIndex rank = m.factors.rank(c);
    for (LocalIndex i = begin; i < end; ++i) {
      const Real<T> factor = -omega * a.inverse(i);
      T* const to = values + part.offsets(i);
      if (rank == 6) {
        add_entries<6>(m, block, i, rank, factor, to);
      } else if (rank == 3) {
        add_entries<3>(m, block, i, rank, factor, to);
      } else {
        add_entries<0>(m, block, i, rank, factor, to);
      }
    }
  });
}
#endif

}  // namespace suan::multigrid
