// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coarse points near a rank's rows, within distance two, in classical multigrid.
#pragma once

#include "multigrid/row_workers.hpp"
#include "multigrid/rows_view.hpp"
#include "multigrid/splitting.hpp"

namespace suan::multigrid {

/// The rows of a level by what is behind their columns. A column has a code: of a coarse point its
/// local number, first those of this rank, then the `ghosts`; else `fine` or `decoupled`. In the
/// rows of fine points, which lead on to other coarse ones, a fine point i of this rank is
/// `own - i`: a row looks for itself there. These rows are there for ghosts, too, with what others
/// look for: the couplings with coarse points, and with fine points of other ranks.
template <Scalar T>
struct CoarsePoints {
  static constexpr LocalIndex fine = -1;
  static constexpr LocalIndex decoupled = -2;
  static constexpr LocalIndex own = -3;

  RowsView<T> a;
  DeviceView<const Offset> offsets;  // of the strength graph
  DeviceView<const LocalIndex> neighbours;
  DeviceView<const LocalIndex> codes;  // of owned and ghost rows
  /// Rows of the ghosts that are fine, without the entries that are not negative.
  DeviceView<const Offset> ghost_offsets;
  DeviceView<const LocalIndex> ghost_codes;
  DeviceView<const char> ghost_strong;
  DeviceView<const T> ghost_values;
  GlobalOrder order;  // of coarse points

  /// Calls body(column, value, is strong) for the entries of an owned row.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex i, const Body& body) const {
    Offset at = offsets(i);
    const Offset end = offsets(i + 1);
    a.visit(i, [&](LocalIndex j, const T& value) {
      const bool is_strong = at < end && neighbours(at) == j;
      if (is_strong) ++at;
      body(j, value, is_strong);
    });
  }
  /// Calls body(code, value) for the entries of the row of a fine point, owned or ghost, of a ghost
  /// at least for those that are negative, its own diagonal entry among them or not.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit_fine(LocalIndex k, const Body& body) const {
    if (k < a.own.rows) {
      a.visit(k, [&](LocalIndex l, const T& value) {
        const LocalIndex code = codes(l);
        body(code >= 0 ? code : own - l, value);
      });
      return;
    }
    const LocalIndex g = k - a.own.rows;
    for (Offset e = ghost_offsets(g); e < ghost_offsets(g + 1); ++e) {
      body(ghost_codes(e), ghost_values(e));
    }
  }
  /// Calls body(code) for the coarse points on which a fine point, owned or ghost, depends.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit_coarse(LocalIndex k, const Body& body) const {
    if (k < a.own.rows) {
      for (Offset e = offsets(k); e < offsets(k + 1); ++e) {
        const LocalIndex code = codes(neighbours(e));
        if (code >= 0) body(code);
      }
      return;
    }
    const LocalIndex g = k - a.own.rows;
    for (Offset e = ghost_offsets(g); e < ghost_offsets(g + 1); ++e) {
      if (ghost_strong(e) != 0) body(ghost_codes(e));
    }
  }
  /// The same for those within distance two of an owned row: on which it depends, or a fine point
  /// on which it depends. Some come several times.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit_near(LocalIndex i, const Body& body) const {
    for (Offset e = offsets(i); e < offsets(i + 1); ++e) {
      const LocalIndex j = neighbours(e);
      const LocalIndex code = codes(j);
      if (code >= 0) body(code);
      if (code == fine) visit_coarse(j, body);
    }
  }
};

template <Scalar T>
struct FoundPoints {
  CoarsePoints<T> points;
  /// Global numbers of the coarse points of other ranks, increasing.
  std::vector<GlobalIndex> ghosts;
};

/// `graph` is the strength of `a`. The rows of other ranks are fetched at once. Collective.
template <Scalar T>
FoundPoints<T> find_coarse_points(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                  const Splitting& splitting);

/// Some of a rank's rows, or all.
struct ChosenRows {
  LocalIndex count = 0;
  DeviceView<const LocalIndex> list;
  bool are_all = true;

  explicit ChosenRows(LocalIndex rows) : count(rows) {}
  explicit ChosenRows(const DeviceView<const LocalIndex>& rows)
      : count(static_cast<LocalIndex>(rows.extent(0))), list(rows), are_all(false) {}
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex row(LocalIndex r) const { return are_all ? r : list(r); }
};

/// How many coarse points visit_near() gives at most: for each of the rows, and for any of them.
struct NearCounts {
  DeviceView<const LocalIndex> each;
  LocalIndex most = 0;
};
/// There are `coarse_points` of them, owned and ghosts.
template <Scalar T>
NearCounts count_near(const CoarsePoints<T>& points, const ChosenRows& rows,
                      LocalIndex coarse_points);

}  // namespace suan::multigrid
