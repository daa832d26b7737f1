// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/row_truncation.hpp"

#include <algorithm>

#include "kernels/common/new_csr.hpp"
#include "multigrid/row_workers.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The part of the rows in this rank's columns, or the other one.
template <Scalar T>
kernels::CsrView<T> part_of(const PaddedRows<T>& padded, bool own, LocalIndex owned,
                            LocalIndex columns) {
  const auto rows = static_cast<LocalIndex>(padded.lengths.extent(0));
  const bool is_all = own && columns == owned;
  const auto made = kernels::allocate_rows<T>(
      ExecutionSpace(), rows, KOKKOS_LAMBDA(LocalIndex r) {
        if (is_all) return static_cast<Offset>(padded.lengths(r));
        Offset count = 0;
        const Offset end = padded.begins(r) + padded.lengths(r);
        for (Offset e = padded.begins(r); e < end; ++e) {
          count += (padded.columns(e) < owned) == own ? 1 : 0;
        }
        return count;
      });
  const auto offsets = made.offsets;
  const auto indices = made.indices;
  const auto values = made.values;
  const LocalIndex shift = own ? 0 : owned;
  Kokkos::parallel_for(
      "suan::multigrid_close_rows", Range(0, rows), KOKKOS_LAMBDA(LocalIndex r) {
        Offset at = offsets(r);
        const Offset end = padded.begins(r) + padded.lengths(r);
        for (Offset e = padded.begins(r); e < end; ++e) {
          if ((padded.columns(e) < owned) != own) continue;
          indices(at) = padded.columns(e) - shift;
          values(at) = padded.values(e);
          ++at;
        }
      });
  return made.finish(rows, own ? owned : columns - owned);
}

template <Scalar T>
LocalIndex find_rooms(const RowsView<T>& p, LocalIndex most, const DeviceView<LocalIndex>& room) {
  LocalIndex longest = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_row_rooms", Range(0, p.own.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & largest) {
        const auto length = static_cast<LocalIndex>(p.length(i));
        room(i) = Kokkos::min(length, most);
        largest = Kokkos::max(largest, length);
      },
      Kokkos::Max<LocalIndex>(longest));
  return std::max(longest, LocalIndex(0));
}

template <Scalar T>
void truncate_rows(const RowsView<T>& p, LocalIndex longest, const Truncation& truncation,
                   const GlobalOrder& order, const PaddedRows<T>& result) {
  const auto each = static_cast<std::size_t>(longest);
  const RowWorkers workers(p.own.rows, each * (2 * sizeof(LocalIndex) + sizeof(T)));
  const auto size = each * static_cast<std::size_t>(workers.count);
  const auto columns = allocate<LocalIndex>("suan::multigrid::work", size);
  const auto places = allocate<LocalIndex>("suan::multigrid::work", size);
  const auto values = allocate<T>("suan::multigrid::work", size);
  Kokkos::parallel_for(
      "suan::multigrid_truncate", workers.policy(), KOKKOS_LAMBDA(LocalIndex w) {
        LocalIndex* const c = columns.data() + w * each;
        LocalIndex* const kept = places.data() + w * each;
        T* const v = values.data() + w * each;
        workers.each(w, [&](LocalIndex i) {
          LocalIndex count = 0;
          p.visit(i, [&](LocalIndex j, const T& value) {
            c[count] = j;
            v[count] = value;
            ++count;
          });
          const LocalIndex length = keep_largest(v, c, count, truncation, order, kept);
          const T scale = kept_scale(v, count, kept, length);
          for (LocalIndex k = 0; k < length; ++k) {
            result.columns(result.begins(i) + k) = c[kept[k]];
            result.values(result.begins(i) + k) = scale * v[kept[k]];
          }
          result.lengths(i) = length;
        });
      });
}

}  // namespace

template <Scalar T>
PaddedRows<T> make_padded(const DeviceView<const LocalIndex>& room) {
  const std::size_t rows = room.extent(0);
  PaddedRows<T> result;
  result.begins = allocate<Offset>("suan::multigrid::begins", rows);
  result.lengths = allocate<LocalIndex>("suan::multigrid::lengths", rows);
  const auto begins = result.begins;
  Offset total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_padded_rows", Range(0, static_cast<LocalIndex>(rows)),
      KOKKOS_LAMBDA(LocalIndex r, Offset & sum, bool last) {
        if (last) begins(r) = sum;
        sum += room(r);
      },
      total);
  result.columns =
      allocate<LocalIndex>("suan::multigrid::columns", static_cast<std::size_t>(total));
  result.values = allocate<T>("suan::multigrid::values", static_cast<std::size_t>(total));
  return result;
}

template <Scalar T>
DistributedMatrix<T> from_padded(const Layout& rows, const Layout& coarse,
                                 const std::vector<GlobalIndex>& ghosts,
                                 const PaddedRows<T>& padded) {
  suan::detail::LocalRows<T> parts;
  together(rows.comm(), [&] {
    const LocalIndex owned = coarse.local_size();
    const LocalIndex columns = owned + static_cast<LocalIndex>(ghosts.size());
    parts.own = part_of(padded, true, owned, columns);
    parts.ghost = part_of(padded, false, owned, columns);
    parts.ghosts = ghosts;
    parts.below = suan::detail::count_below(ghosts, coarse.first());
    Kokkos::fence("suan::multigrid_close_rows");
  });
  return suan::detail::from_local_rows(rows, coarse, parts);
}

template <Scalar T>
DistributedMatrix<T> truncated(const DistributedMatrix<T>& p, const Truncation& truncation) {
  PaddedRows<T> padded;
  together(p.comm(), [&] {
    const RowsView<T> rows(suan::detail::local_rows(p));
    const auto room =
        allocate<LocalIndex>("suan::multigrid::room", static_cast<std::size_t>(rows.own.rows));
    const LocalIndex longest = find_rooms(rows, truncation.most, room);
    padded = make_padded<T>(room);
    truncate_rows(rows, longest, truncation, GlobalOrder(*p.exchange().map()), padded);
  });
  return from_padded(p.row_layout(), p.column_layout(), p.remote().columns, padded);
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template PaddedRows<T> make_padded(const DeviceView<const LocalIndex>&);                  \
  template DistributedMatrix<T> from_padded(                                                \
      const Layout&, const Layout&, const std::vector<GlobalIndex>&, const PaddedRows<T>&); \
  template DistributedMatrix<T> truncated(const DistributedMatrix<T>&, const Truncation&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
