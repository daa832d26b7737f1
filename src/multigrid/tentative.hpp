// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The tentative prolongator of an aggregation, in factored form.
#pragma once

#include "multigrid/rows_view.hpp"
#include "suan/multigrid/aggregation.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

/// The rows of the near null space B of each aggregate are orthogonalised, B = Q R: the columns of
/// Q are those of the tentative prolongator, its rows the rows of B times the inverse of R, and R
/// is the near null space of the coarser level. Columns of B that depend on those before them
/// within an aggregate give no column of Q: aggregates have different numbers of coarse rows.
///
/// Aggregates are numbered as in an IndexMap: this rank's, then those of other ranks that have
/// members among this rank's nodes and their neighbours.
template <Scalar T>
struct Tentative {
  LocalIndex vectors = 0;
  Exchange exchange;                // of aggregates
  DeviceView<const LocalIndex> of;  // the aggregate of each owned and ghost node, or -1
  Layout rows;                      // of the coarse level
  /// The first coarse row of each aggregate by local number: this rank's coarse rows, then those of
  /// the other aggregates, whose global numbers are `ghost_rows`; and how many there are.
  DeviceView<const LocalIndex> first;
  DeviceView<const LocalIndex> rank;
  std::vector<GlobalIndex> ghost_rows;
  /// R: for each aggregate `vectors` rows of as many values, of which the first `rank` are used,
  /// and which columns these belong to, as bits.
  DeviceView<const T> factors;
  DeviceView<const std::uint32_t> pivots;
  MultiVector<T> near_null;                 // of the coarse level
  DeviceView<const LocalIndex> first_rows;  // of this rank's aggregates, and the end
};

/// `near_null` has the rows of the owned and ghost columns. Collective.
template <Scalar T>
Tentative<T> make_tentative(const Nodes& nodes, const Aggregates& aggregates,
                            const RowMajor<const T>& near_null);

/// In kernels: a row of B times the inverse of an aggregate's R.
template <Scalar T>
struct TentativeRows {
  explicit TentativeRows(const Tentative<T>& t)
      : factors(t.factors), pivots(t.pivots), rank(t.rank), vectors(t.vectors) {}

  /// Writes rank(aggregate) values, from the row of B at `b`.
  KOKKOS_INLINE_FUNCTION void solve(LocalIndex aggregate, const T* b, T* q) const {
    const T* const r = factors.data() + static_cast<Offset>(aggregate) * vectors * vectors;
    const std::uint32_t bits = pivots(aggregate);
    LocalIndex t = 0;
    for (LocalIndex j = 0; j < vectors; ++j) {
      if ((bits >> j & 1u) == 0) continue;
      T value = b[j];
      for (LocalIndex s = 0; s < t; ++s) value -= q[s] * r[s * vectors + j];
      q[t] = value / r[t * vectors + j];
      ++t;
    }
  }

  DeviceView<const T> factors;
  DeviceView<const std::uint32_t> pivots;
  DeviceView<const LocalIndex> rank;
  LocalIndex vectors;
};

}  // namespace suan::multigrid
