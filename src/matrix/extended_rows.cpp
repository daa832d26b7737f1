// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "matrix/extended_rows.hpp"

#include <algorithm>

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// The ghosts, and the columns that arrived which are not this rank's either.
std::vector<GlobalIndex> ghosts_with(const std::vector<GlobalIndex>& ghosts,
                                     std::vector<GlobalIndex> arrived, const Layout& columns) {
  std::erase_if(arrived, [&](GlobalIndex j) { return columns.owns(j); });
  auto all = united(ghosts, arrived);
  if (all.size() > static_cast<std::size_t>(std::numeric_limits<LocalIndex>::max())) {
    throw NotSupported(message("rows that a rank fetched have entries in ", all.size(),
                               " columns of other ranks, more than 2^31-1; use more ranks"));
  }
  return all;
}

DeviceView<const char> flags_of_own(const DeviceView<const GlobalIndex>& columns,
                                    const Layout& layout) {
  const auto flags = allocate<char>("suan::is_own", columns.extent(0));
  const GlobalIndex first = layout.first();
  const GlobalIndex last = layout.last();
  Kokkos::parallel_for(
      "suan::is_own", Entries(0, static_cast<std::int64_t>(columns.extent(0))),
      KOKKOS_LAMBDA(std::int64_t e) { flags(e) = columns(e) >= first && columns(e) < last; });
  return flags;
}

/// Rows received around a rank's own: row i is received row i below `lower`, own row i - lower
/// below `above`, and a received row from there on.
struct Around {
  LocalIndex lower = 0;
  LocalIndex above = 0;
};

/// Where the rows begin in one part (`own` or not), and the end; `part` is that of the own rows.
DeviceView<const Offset> offsets_around(const DeviceView<const Offset>& part, const Around& around,
                                        const DeviceView<const Offset>& received,
                                        const DeviceView<const char>& flags, bool own) {
  const auto count = static_cast<std::int64_t>(received.extent(0)) - 1;
  const auto begins = allocate<Offset>("suan::ExtendedRows::begins", received.extent(0));
  Kokkos::parallel_scan(
      "suan::count_received", Entries(0, count + 1),
      KOKKOS_LAMBDA(std::int64_t k, Offset & sum, bool final) {
        if (final) begins(k) = sum;
        if (k == count) return;
        for (Offset e = received(k); e < received(k + 1); ++e) sum += (flags(e) != 0) == own;
      });
  const LocalIndex rows = around.above - around.lower;
  const std::int64_t all = count + rows;
  const auto result = allocate<Offset>("suan::Csr::offsets", static_cast<std::size_t>(all) + 1);
  Kokkos::parallel_for(
      "suan::offsets_around", Entries(0, all + 1), KOKKOS_LAMBDA(std::int64_t i) {
        if (i < around.lower) {
          result(i) = begins(i);
        } else if (i < around.above) {
          result(i) = begins(around.lower) + part(i - around.lower);
        } else {
          // A matrix without rows may have no offsets (offset_of_no_rows).
          result(i) = begins(i - rows) + (rows > 0 ? part(rows) : 0);
        }
      });
  return result;
}

DeviceView<LocalIndex> room_for_columns(const DeviceView<const Offset>& offsets) {
  return allocate<LocalIndex>("suan::Csr::indices", static_cast<std::size_t>(last_of(offsets)));
}

/// Calls body(entry received, its place in the part `own` or in the other).
template <class Body>
void for_received(const Around& around, LocalIndex rows, const DeviceView<const Offset>& received,
                  const DeviceView<const char>& flags, const DeviceView<const Offset>& own,
                  const DeviceView<const Offset>& ghost, const Body& body) {
  const LocalIndex count = rows - (around.above - around.lower);
  Kokkos::parallel_for(
      "suan::place_received_rows", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
        const LocalIndex i = k < around.lower ? k : k + (around.above - around.lower);
        Offset in_own = own(i);
        Offset in_ghost = ghost(i);
        for (Offset e = received(k); e < received(k + 1); ++e) {
          body(e, flags(e) != 0 ? in_own++ : in_ghost++);
        }
      });
}

void place_columns(const Around& around, LocalIndex rows, const DeviceView<const Offset>& received,
                   const DeviceView<const char>& flags,
                   const DeviceView<const GlobalIndex>& columns, GlobalIndex first,
                   const std::vector<GlobalIndex>& all_ghosts,
                   const DeviceView<const Offset>& own_offsets,
                   const DeviceView<LocalIndex>& own_indices,
                   const DeviceView<const Offset>& ghost_offsets,
                   const DeviceView<LocalIndex>& ghost_indices) {
  const auto ghosts = on_device<GlobalIndex>("suan::ghosts", all_ghosts);
  for_received(
      around, rows, received, flags, own_offsets, ghost_offsets,
      KOKKOS_LAMBDA(Offset e, Offset at) {
        if (flags(e) != 0) {
          own_indices(at) = static_cast<LocalIndex>(columns(e) - first);
        } else {
          ghost_indices(at) = place_among(ghosts, columns(e));
        }
      });
}

template <Scalar T>
void place_values(const Around& around, LocalIndex rows, const DeviceView<const Offset>& received,
                  const DeviceView<const char>& flags, const DeviceView<const T>& values,
                  const DeviceView<const Offset>& own_offsets, const DeviceView<T>& own_values,
                  const DeviceView<const Offset>& ghost_offsets,
                  const DeviceView<T>& ghost_values) {
  for_received(
      around, rows, received, flags, own_offsets, ghost_offsets,
      KOKKOS_LAMBDA(Offset e, Offset at) {
        if (flags(e) != 0) {
          own_values(at) = values(e);
        } else {
          ghost_values(at) = values(e);
        }
      });
}

/// Copies `entries` to where the entries of row `lower` begin.
template <class N>
void copy_own(const DeviceView<const N>& entries, const DeviceView<const Offset>& offsets,
              LocalIndex lower, const DeviceView<N>& to) {
  if (entries.extent(0) == 0) return;
  Offset begin = 0;
  Kokkos::deep_copy(begin, Kokkos::subview(offsets, static_cast<std::size_t>(lower)));
  const auto first = static_cast<std::size_t>(begin);
  Kokkos::deep_copy(Kokkos::subview(to, std::pair(first, first + entries.extent(0))), entries);
}

}  // namespace

template <Scalar T>
ExtendedRows<T>::ExtendedRows(const Exchange& exchange, const DistributedMatrix<T>& b) {
  const IndexMap& map = *exchange.map();
  const Layout& columns = b.column_layout();
  LocalRows<T> rows;
  together(b.comm(), [&] { rows = local_rows(b); });
  ghost_offsets_ = rows.ghost.offsets;
  shared_ = SharedRows<T>(exchange, b, rows);
  const auto arrived = shared_.columns(rows);
  const auto& received = arrived.received;
  fetches_ = map.ghosts() > 0;
  lower_ = count_below(map.ghost_numbers(), map.layout().first());
  above_ = lower_ + map.owned();
  together(b.comm(), [&] {
    if (!fetches_) return;
    is_own_ = flags_of_own(received, columns);
    structure_.ghosts = ghosts_with(rows.ghosts, on_host<GlobalIndex>(received), columns);
    structure_.below = count_below(structure_.ghosts, columns.first());
    const Around around{lower_, above_};
    const LocalIndex all = map.size();
    const auto& begins = shared_.offsets();
    const auto own = offsets_around(rows.own.offsets, around, begins, is_own_, true);
    const auto ghost = offsets_around(rows.ghost.offsets, around, begins, is_own_, false);
    const auto own_columns = room_for_columns(own);
    const auto ghost_columns = room_for_columns(ghost);
    place_columns(around, all, begins, is_own_, received, columns.first(), structure_.ghosts, own,
                  own_columns, ghost, ghost_columns);
    copy_own<LocalIndex>(rows.own.indices, own, lower_, own_columns);
    copy_own<LocalIndex>(
        renumbered(rows.ghost.indices,
                   on_device<LocalIndex>("suan::ghost_numbers",
                                         places_among(rows.ghosts, structure_.ghosts))),
        ghost, lower_, ghost_columns);
    structure_.own = {all, columns.local_size(), own, own_columns, {}};
    structure_.ghost = {
        all, static_cast<LocalIndex>(structure_.ghosts.size()), ghost, ghost_columns, {}};
  });
}

template <Scalar T>
LocalRows<T> ExtendedRows<T>::of(const DistributedMatrix<T>& b) const {
  LocalRows<T> rows;
  together(b.comm(), [&] { rows = local_rows(b, ghost_offsets_); });
  const auto arrived = shared_.values(rows);
  const auto& received = arrived.received;
  LocalRows<T> result = fetches_ ? structure_ : rows;
  together(b.comm(), [&] {
    if (!fetches_) return;
    const auto own = allocate<T>("suan::Csr::values", result.own.indices.extent(0));
    const auto ghost = allocate<T>("suan::Csr::values", result.ghost.indices.extent(0));
    place_values<T>(Around{lower_, above_}, result.own.rows, shared_.offsets(), is_own_, received,
                    result.own.offsets, own, result.ghost.offsets, ghost);
    copy_own<T>(rows.own.values, result.own.offsets, lower_, own);
    copy_own<T>(rows.ghost.values, result.ghost.offsets, lower_, ghost);
    result.own.values = own;
    result.ghost.values = ghost;
  });
  return result;
}

#define SUAN_INSTANTIATE(T) template class ExtendedRows<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
