// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/classical_interpolation.hpp"

#include <algorithm>

#include "multigrid/coarse_points.hpp"
#include "multigrid/row_workers.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// One row in the making: the coarse points from which it interpolates, and the sums of their
/// numerators.
template <Scalar T>
struct RowWork {
  LocalIndex* slots;  // of the table
  PlaceTable table;
  LocalIndex* points;
  T* sums;
  LocalIndex count;
  /// The places of points in the order in which visit_near() gives them, and how many have been
  /// used; for short rows.
  LocalIndex* trail;
  LocalIndex used;
  bool has_trail;
  // Entries of the row of a fine point that lead to those points.
  LocalIndex* places;
  T* shares;

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex next_place(LocalIndex code) {
    return has_trail ? trail[used++] : table.find(code);
  }
};

template <Scalar T>
struct RowWorkMemory {
  static constexpr LocalIndex longest_trail = 4096;

  RowWorkers workers;
  std::size_t most;  // points of a row
  std::size_t slots;
  std::size_t trail;
  DeviceView<LocalIndex> numbers;
  DeviceView<T> values;

  RowWorkMemory(LocalIndex rows, LocalIndex most_points, LocalIndex most_near)
      : most(static_cast<std::size_t>(most_points)),
        slots(PlaceTable::room(most_points)),
        trail(static_cast<std::size_t>(most_near < longest_trail ? most_near : longest_trail)) {
    workers = RowWorkers(rows, numbers_each() * sizeof(LocalIndex) + 2 * most * sizeof(T));
    const auto count = static_cast<std::size_t>(workers.count);
    numbers = allocate<LocalIndex>("suan::multigrid::work", count * numbers_each());
    values = allocate<T>("suan::multigrid::work", count * 2 * most);
  }
  KOKKOS_FORCEINLINE_FUNCTION std::size_t numbers_each() const { return slots + 2 * most + trail; }
  KOKKOS_FORCEINLINE_FUNCTION RowWork<T> of(LocalIndex worker) const {
    const auto w = static_cast<std::size_t>(worker);
    LocalIndex* const memory = numbers.data() + w * numbers_each();
    LocalIndex* const points = memory + slots;
    T* const sums = values.data() + w * 2 * most;
    return {memory, {}, points, sums, 0, points + 2 * most, 0, false, points + most, sums + most};
  }
};

template <Scalar T>
struct ExtendedInterpolation {
  CoarsePoints<T> points;
  DeviceView<const LocalIndex> unknowns;
  Truncation truncation;
  LocalIndex coarse_points;  // owned and ghosts
  bool hermitian;

  KOKKOS_FORCEINLINE_FUNCTION bool is_alike(LocalIndex i, LocalIndex j) const {
    return unknowns.extent(0) == 0 || unknowns(i) == unknowns(j);
  }

  KOKKOS_FORCEINLINE_FUNCTION void collect(LocalIndex i, LocalIndex near, RowWork<T>& work) const {
    work.table.start(work.slots, near < coarse_points ? near : coarse_points);
    const bool has_trail = near <= LocalIndex(RowWorkMemory<T>::longest_trail);
    LocalIndex count = 0;
    LocalIndex seen = 0;
    points.visit_near(i, [&](LocalIndex code) {
      const LocalIndex place = work.table.insert(code, count);
      if (place == count) {
        work.points[count] = code;
        work.sums[count] = T{};
        ++count;
      }
      if (has_trail) work.trail[seen++] = place;
    });
    work.count = count;
    work.used = 0;
    work.has_trail = has_trail;
  }

  /// Shares a_ik out among the points that row k leads to. False if there are none.
  KOKKOS_FORCEINLINE_FUNCTION bool share_out(LocalIndex i, LocalIndex k, const T& value,
                                             RowWork<T>& work, T& back) const {
    LocalIndex found = 0;
    T sum{};
    const Offset begin = points.begins(k);
    const LocalIndex count = points.counts(k);
    const LocalIndex strong = points.strong_counts(k);
    for (LocalIndex e = 0; e < count; ++e) {
      const LocalIndex code = points.coarse(begin + e);
      const LocalIndex place = e < strong ? work.next_place(code) : work.table.find(code);
      if (place == PlaceTable::none) continue;
      work.places[found] = place;
      work.shares[found] = points.couplings(begin + e);
      sum += work.shares[found];
      ++found;
    }
    const T to_self = hermitian ? conjugate(value) : points.back(k, i);
    sum += to_self;
    if (!(real_part(sum) < 0)) return false;
    const T factor = value / sum;
    for (LocalIndex f = 0; f < found; ++f) work.sums[work.places[f]] += factor * work.shares[f];
    back += factor * to_self;
    return true;
  }

  /// Sums the numerators; returns the denominator.
  KOKKOS_FORCEINLINE_FUNCTION T sum_row(LocalIndex i, RowWork<T>& work) const {
    T diagonal{};
    T back{};
    T rest{};
    points.visit(i, [&](LocalIndex j, const T& value, bool is_strong) {
      if (j == i) {
        diagonal += value;
        return;
      }
      const LocalIndex code = points.codes(j);
      if (code == CoarsePoints<T>::decoupled) return;
      if (code >= 0) {
        const LocalIndex place = is_strong ? work.next_place(code) : work.table.find(code);
        if (place != PlaceTable::none) {
          work.sums[place] += value;
          return;
        }
      } else if (is_strong && share_out(i, j, value, work, back)) {
        return;
      }
      if (is_alike(i, j)) rest += value;
    });
    const Real<T> least = Real<T>(1e-3) * real_part(diagonal);
    const T without = diagonal + back;
    const T all = without + rest;
    if (real_part(all) > least) return all;
    return real_part(without) > least ? without : diagonal;
  }

  /// Writes the entries of row i of P, for which visit_near() gives `near` points; returns how many
  /// they are.
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex row(LocalIndex i, LocalIndex near, RowWork<T>& work,
                                             LocalIndex* columns, T* values) const {
    const LocalIndex code = points.codes(i);
    if (code >= 0) {
      columns[0] = code;
      values[0] = T(1);
      return 1;
    }
    if (code == CoarsePoints<T>::decoupled || near == 0) return 0;
    collect(i, near, work);
    const T factor = T(-1) / sum_row(i, work);
    for (LocalIndex p = 0; p < work.count; ++p) work.sums[p] *= factor;
    const LocalIndex length =
        keep_largest(work.sums, work.points, work.count, truncation, points.order, work.places);
    const T scale = kept_scale(work.sums, work.count, work.places, length);
    for (LocalIndex k = 0; k < length; ++k) {
      columns[k] = work.points[work.places[k]];
      values[k] = scale * work.sums[work.places[k]];
    }
    return length;
  }
};

template <Scalar T>
DeviceView<const LocalIndex> rooms_of(const CoarsePoints<T>& points, const NearCounts& near,
                                      LocalIndex most) {
  const auto room = allocate<LocalIndex>("suan::multigrid::room", near.each.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_interpolation_room", Range(0, static_cast<LocalIndex>(room.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const LocalIndex code = points.codes(i);
        room(i) = code >= 0 ? 1 : 0;
        if (code == CoarsePoints<T>::fine) room(i) = Kokkos::min(near.each(i), most);
      });
  return room;
}

template <Scalar T>
void fill_rows(const ExtendedInterpolation<T>& interpolation, const NearCounts& near,
               const PaddedRows<T>& padded) {
  const LocalIndex most = std::min(near.most, interpolation.coarse_points);
  const RowWorkMemory<T> memory(static_cast<LocalIndex>(near.each.extent(0)), most, near.most);
  const auto workers = memory.workers;
  Kokkos::parallel_for(
      "suan::multigrid_interpolation", workers.policy(), KOKKOS_LAMBDA(LocalIndex w) {
        auto work = memory.of(w);
        workers.each(w, [&](LocalIndex i) {
          const Offset begin = padded.begins(i);
          padded.lengths(i) = interpolation.row(
              i, near.each(i), work, padded.columns.data() + begin, padded.values.data() + begin);
        });
      });
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> interpolation(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                   const Splitting& splitting,
                                   const DeviceView<const LocalIndex>& unknowns,
                                   const Truncation& truncation, bool hermitian) {
  const auto found = find_coarse_points(a, graph, splitting);
  PaddedRows<T> padded;
  together(a.comm(), [&] {
    const auto near = count_near(found.points);
    padded = make_padded<T>(rooms_of(found.points, near, truncation.most));
    const auto coarse_points =
        splitting.coarse.local_size() + static_cast<LocalIndex>(found.ghosts.size());
    fill_rows<T>({found.points, unknowns, truncation, coarse_points, hermitian}, near, padded);
  });
  return from_padded(a.row_layout(), splitting.coarse, found.ghosts, padded);
}

#define SUAN_INSTANTIATE(T)                                                \
  template DistributedMatrix<T> interpolation(                             \
      const DistributedMatrix<T>&, const StrengthGraph&, const Splitting&, \
      const DeviceView<const LocalIndex>&, const Truncation&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
