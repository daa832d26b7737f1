// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coarse points near a rank's rows, within distance two, in classical multigrid.
#pragma once

#include "multigrid/rows_view.hpp"
#include "multigrid/splitting.hpp"

namespace suan::multigrid {

/// The rows of a level by what is behind their columns. A column has a code: of a coarse point its
/// local number, first those of this rank, then the ghosts; else `fine` or `decoupled`.
///
/// Of fine points, owned ones and ghosts, the couplings with coarse points are listed by their
/// codes, without those that are not negative: first the strong ones, then the others, each in the
/// order of their global columns.
template <Scalar T>
struct CoarsePoints {
  static constexpr LocalIndex fine = -1;
  static constexpr LocalIndex decoupled = -2;

  RowsView<T> a;
  DeviceView<const Offset> offsets;  // of the strength graph
  DeviceView<const LocalIndex> neighbours;
  DeviceView<const LocalIndex> codes;  // of owned and ghost rows
  /// The list of fine point k: from begins(k) on counts(k) couplings, strong_counts(k) of which are
  /// strong.
  DeviceView<const Offset> begins;
  DeviceView<const LocalIndex> counts;
  DeviceView<const LocalIndex> strong_counts;
  DeviceView<const LocalIndex> coarse;
  DeviceView<const T> couplings;
  /// After the list of a fine ghost come so many couplings with fine points of this rank, by row.
  DeviceView<const LocalIndex> back_counts;
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
  /// Calls body(code) for the coarse points within distance two of an owned row: on which it
  /// depends, or a fine point on which it depends. Some come several times.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit_near(LocalIndex i, const Body& body) const {
    for (Offset e = offsets(i); e < offsets(i + 1); ++e) {
      const LocalIndex j = neighbours(e);
      const LocalIndex code = codes(j);
      if (code >= 0) body(code);
      if (code != fine) continue;
      const Offset end = begins(j) + strong_counts(j);
      for (Offset l = begins(j); l < end; ++l) body(coarse(l));
    }
  }
  /// a_ki for an owned row i and a fine point k, owned or ghost, if it is negative; else zero.
  KOKKOS_FORCEINLINE_FUNCTION T back(LocalIndex k, LocalIndex i) const {
    const bool is_own = k < a.own.rows;
    Offset begin = is_own ? a.own.offsets(k) : begins(k) + counts(k);
    Offset count = is_own ? a.own.offsets(k + 1) - begin : back_counts(k - a.own.rows);
    const LocalIndex* const rows = is_own ? a.own.indices.data() : coarse.data();
    const T* const values = is_own ? a.own.values.data() : couplings.data();
    if (count == 0) return T{};
    while (count > 1) {
      const Offset half = count / 2;
      begin += rows[begin + half] <= i ? half : 0;
      count -= half;
    }
    return rows[begin] == i && real_part(values[begin]) < 0 ? values[begin] : T{};
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

/// How many coarse points visit_near() gives, for each owned row and for any of them at most.
struct NearCounts {
  DeviceView<const LocalIndex> each;
  LocalIndex most = 0;
};
template <Scalar T>
NearCounts count_near(const CoarsePoints<T>& points);

}  // namespace suan::multigrid
