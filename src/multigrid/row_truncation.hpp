// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The entries of a row of a prolongator that are kept.
#pragma once

#include "multigrid/rows_view.hpp"
#include "multigrid/small_sort.hpp"

namespace suan::multigrid {

struct Truncation {
  LocalIndex most = 4;  // entries of a row
  double factor = 0;    // of the largest entry: smaller ones are dropped
};

/// Writes the places of the entries that are kept, among `count` values in columns `columns`, in
/// the order of the columns: the largest ones, and of equal ones the first. Returns how many they
/// are. `places` has room for `count`.
template <Scalar T>
KOKKOS_INLINE_FUNCTION LocalIndex keep_largest(const T* values, const LocalIndex* columns,
                                               LocalIndex count, const Truncation& truncation,
                                               const GlobalOrder& order, LocalIndex* places) {
  const auto is_larger = [&](LocalIndex p, LocalIndex q) {
    const Real<T> left = abs_squared(values[p]);
    const Real<T> right = abs_squared(values[q]);
    return left > right || (left == right && order.place(columns[p]) < order.place(columns[q]));
  };
  LocalIndex kept = 0;
  if (count <= truncation.most) {
    for (; kept < count; ++kept) places[kept] = kept;
  } else if (truncation.most <= 16) {
    for (LocalIndex p = 0; p < count; ++p) {
      if (kept == truncation.most && !is_larger(p, places[kept - 1])) continue;
      LocalIndex at = kept < truncation.most ? kept++ : kept - 1;
      for (; at > 0 && is_larger(p, places[at - 1]); --at) places[at] = places[at - 1];
      places[at] = p;
    }
  } else {
    for (LocalIndex p = 0; p < count; ++p) places[p] = p;
    sort_list(places, count, is_larger);
    kept = truncation.most;
  }
  if (truncation.factor > 0) {
    Real<T> largest = 0;
    for (LocalIndex p = 0; p < count; ++p) largest = Kokkos::max(largest, abs_squared(values[p]));
    const auto factor = static_cast<Real<T>>(truncation.factor);
    const Real<T> least = factor * factor * largest;
    LocalIndex large = 0;
    for (LocalIndex k = 0; k < kept; ++k) {
      if (abs_squared(values[places[k]]) >= least) places[large++] = places[k];
    }
    kept = large;
  }
  sort_list(places, kept, [&](LocalIndex p, LocalIndex q) {
    return order.place(columns[p]) < order.place(columns[q]);
  });
  return kept;
}

/// By what the values that are kept are multiplied, so that their sum is that of all values.
template <Scalar T>
KOKKOS_INLINE_FUNCTION T kept_scale(const T* values, LocalIndex count, const LocalIndex* places,
                                    LocalIndex kept) {
  if (kept == count) return T(1);
  T all{};
  T rest{};
  for (LocalIndex p = 0; p < count; ++p) all += values[p];
  for (LocalIndex k = 0; k < kept; ++k) rest += values[places[k]];
  // Where entries of both signs nearly cancel, their sum says nothing.
  constexpr Real<T> least = Real<T>(1e-2);
  if (!(abs_squared(rest) > least * abs_squared(all)) ||
      !(abs_squared(all) > least * abs_squared(rest))) {
    return T(1);
  }
  return all / rest;
}

/// Rows of a prolongator in the making, with room for more entries than they have.
template <Scalar T>
struct PaddedRows {
  DeviceView<Offset> begins;
  DeviceView<LocalIndex> lengths;
  DeviceView<LocalIndex> columns;  // local numbers
  DeviceView<T> values;
};

/// `room` has that of each row. Waits.
template <Scalar T>
PaddedRows<T> make_padded(const DeviceView<const LocalIndex>& room);

/// The matrix with these rows. `coarse` are its columns, of which `ghosts` are those of other
/// ranks; the columns in a row increase by their global numbers. Collective.
template <Scalar T>
DistributedMatrix<T> from_padded(const Layout& rows, const Layout& coarse,
                                 const std::vector<GlobalIndex>& ghosts,
                                 const PaddedRows<T>& padded);

/// P without the entries of its rows that are not among the largest; others are multiplied so that
/// rows keep their sums. Collective.
template <Scalar T>
DistributedMatrix<T> truncated(const DistributedMatrix<T>& p, const Truncation& truncation);

}  // namespace suan::multigrid
