// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "matrix/shared_rows.hpp"

#include <algorithm>

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

DeviceView<const LocalIndex> shared_once(const IndexMap& map) {
  std::vector<LocalIndex> rows(map.shared().begin(), map.shared().end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return on_device<LocalIndex>("suan::shared_rows", rows);
}

/// Where the rows begin if only those in `sent` had entries.
template <Scalar T>
DeviceView<const Offset> begins_of(const LocalRows<T>& rows,
                                   const DeviceView<const LocalIndex>& sent) {
  const LocalIndex count = rows.own.rows;
  const DeviceView<char> is_sent("suan::is_sent", static_cast<std::size_t>(count));
  Kokkos::parallel_for(
      "suan::is_sent", Range(0, static_cast<LocalIndex>(sent.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) { is_sent(sent(k)) = 1; });
  const auto begins = allocate<Offset>("suan::shared_rows", static_cast<std::size_t>(count) + 1);
  const auto own = rows.own.offsets;
  const auto ghost = rows.ghost.offsets;
  Kokkos::parallel_scan(
      "suan::shared_rows", Entries(0, std::int64_t(count) + 1),
      KOKKOS_LAMBDA(std::int64_t i, Offset & sum, bool final) {
        if (final) begins(i) = sum;
        if (i < count && is_sent(i) != 0) sum += own(i + 1) - own(i) + ghost(i + 1) - ghost(i);
      });
  return begins;
}

/// Calls body(position in what is sent, whether it is of the ghost part, position there) for the
/// entries of the rows in `sent`, in the order of their columns.
template <Scalar T, class Body>
void for_shared_entries(const LocalRows<T>& rows, const DeviceView<const LocalIndex>& sent,
                        const DeviceView<const Offset>& begins, const Body& body) {
  const auto own = rows.own;
  const auto ghost = rows.ghost;
  const LocalIndex below = rows.below;
  Kokkos::parallel_for(
      "suan::pack_shared_rows", Range(0, static_cast<LocalIndex>(sent.extent(0))),
      KOKKOS_LAMBDA(LocalIndex s) {
        Offset at = begins(sent(s));
        visit_row(own, ghost, below, sent(s),
                  [&](bool is_ghost, Offset k) { body(at++, is_ghost, k); });
      });
}

template <Scalar T>
void write_columns(const LocalRows<T>& rows, GlobalIndex first,
                   const DeviceView<const LocalIndex>& sent, const DeviceView<const Offset>& begins,
                   const DeviceView<GlobalIndex>& columns) {
  const auto own = rows.own.indices;
  const auto ghost = rows.ghost.indices;
  const auto ghosts = on_device<GlobalIndex>("suan::ghosts", rows.ghosts);
  for_shared_entries<T>(
      rows, sent, begins, KOKKOS_LAMBDA(Offset at, bool is_ghost, Offset k) {
        columns(at) = is_ghost ? ghosts(ghost(k)) : first + own(k);
      });
}

template <Scalar T>
void write_values(const LocalRows<T>& rows, const DeviceView<const LocalIndex>& sent,
                  const DeviceView<const Offset>& begins, const DeviceView<T>& values) {
  const auto own = rows.own.values;
  const auto ghost = rows.ghost.values;
  for_shared_entries<T>(
      rows, sent, begins, KOKKOS_LAMBDA(Offset at, bool is_ghost, Offset k) {
        values(at) = is_ghost ? ghost(k) : own(k);
      });
}

}  // namespace

template <Scalar T>
SharedRows<T>::SharedRows(const Exchange& exchange, const DistributedMatrix<T>& a,
                          const LocalRows<T>& rows)
    : comm_(a.comm()), first_column_(a.column_layout().first()) {
  together(comm_, [&] {
    sent_ = shared_once(*exchange.map());
    begins_ = begins_of(rows, sent_);
    entries_ = last_of(begins_);
  });
  exchange_ = RowExchange(exchange, Direction::to_ghosts, begins_);
}

template <Scalar T>
ArrivedRows<GlobalIndex> SharedRows<T>::columns(const LocalRows<T>& rows) const {
  DeviceView<GlobalIndex> columns;
  together(comm_, [&] {
    columns = allocate<GlobalIndex>("suan::shared_columns", static_cast<std::size_t>(entries_));
    write_columns(rows, first_column_, sent_, begins_, columns);
  });
  return {comm_, exchange_, columns};
}

template <Scalar T>
ArrivedRows<T> SharedRows<T>::values(const LocalRows<T>& rows) const {
  DeviceView<T> values;
  together(comm_, [&] {
    values = allocate<T>("suan::shared_values", static_cast<std::size_t>(entries_));
    write_values(rows, sent_, begins_, values);
  });
  return {comm_, exchange_, values};
}

#define SUAN_INSTANTIATE(T) template class SharedRows<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
