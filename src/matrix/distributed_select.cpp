// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "kernels/algebra/rearrange.hpp"
#include "matrix/distributed_pattern.hpp"
#include "matrix/shared_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan {

namespace {

using kernels::CsrView;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

constexpr GlobalIndex dropped = -1;

/// Local numbers. @throws InvalidArgument for a number that is not this rank's.
std::vector<LocalIndex> own_numbers(const char* kind, std::span<const GlobalIndex> numbers,
                                    const Layout& layout) {
  if (numbers.size() > static_cast<std::size_t>(std::numeric_limits<LocalIndex>::max())) {
    throw NotSupported(message("select: ", numbers.size(), " ", kind,
                               " on one rank, more than 2^31-1; use more ranks"));
  }
  std::vector<LocalIndex> result;
  result.reserve(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!layout.owns(numbers[i])) {
      throw InvalidArgument(message("select: number ", i, " of the ", kind, " is ", numbers[i],
                                    ", but rank ", layout.comm().rank(), " owns [", layout.first(),
                                    ", ", layout.last(), ") of ", layout.global_size()));
    }
    result.push_back(static_cast<LocalIndex>(numbers[i] - layout.first()));
  }
  return result;
}

/// The new local number of each own column, or -1. @throws InvalidArgument for a column named
/// twice.
std::vector<LocalIndex> new_numbers(const std::vector<LocalIndex>& columns, const Layout& layout) {
  std::vector<LocalIndex> result(static_cast<std::size_t>(layout.local_size()), -1);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    auto& number = result[static_cast<std::size_t>(columns[j])];
    if (number >= 0) {
      throw InvalidArgument(message("select: column ", layout.first() + columns[j],
                                    " is named twice, as number ", number, " and ", j));
    }
    number = static_cast<LocalIndex>(j);
  }
  return result;
}

/// The same as global numbers.
DeviceView<const GlobalIndex> new_global_numbers(const std::vector<LocalIndex>& numbers,
                                                 GlobalIndex first) {
  std::vector<GlobalIndex> result;
  result.reserve(numbers.size());
  for (const LocalIndex j : numbers) result.push_back(j < 0 ? dropped : first + j);
  return detail::on_device<GlobalIndex>("suan::select::numbers", result);
}

template <Scalar T>
CsrView<T> selected(const CsrView<T>& a, const std::vector<LocalIndex>& rows,
                    const std::vector<LocalIndex>& new_columns, std::size_t columns) {
  const ExecutionSpace space;
  const auto result =
      kernels::select(space, a, detail::on_device<LocalIndex>("suan::select::rows", rows),
                      detail::on_device<LocalIndex>("suan::select::columns", new_columns),
                      static_cast<LocalIndex>(columns));
  LocalIndex last = -1;
  for (const LocalIndex j : new_columns) {
    if (j < 0) continue;
    if (j < last) return kernels::sort_rows(space, result);
    last = j;
  }
  return result;
}

/// Where the wanted rows begin: row rows(k) of this rank, or row -1 - rows(k) of those that
/// arrived.
template <Scalar T>
DeviceView<const Offset> gathered_offsets(const DeviceView<const LocalIndex>& rows,
                                          const detail::LocalRows<T>& parts,
                                          const DeviceView<const Offset>& arrived) {
  const auto own = parts.own.offsets;
  const auto ghost = parts.ghost.offsets;
  const auto count = static_cast<std::int64_t>(rows.extent(0));
  const auto result =
      detail::allocate<Offset>("suan::fetch_rows::offsets", static_cast<std::size_t>(count) + 1);
  Kokkos::parallel_scan(
      "suan::fetch_rows_offsets",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(0, count + 1),
      KOKKOS_LAMBDA(std::int64_t k, Offset & sum, bool final) {
        if (final) result(k) = sum;
        if (k == count) return;
        const LocalIndex row = rows(k);
        sum += row >= 0 ? own(row + 1) - own(row) + ghost(row + 1) - ghost(row)
                        : arrived(-row) - arrived(-1 - row);
      });
  return result;
}

/// Their entries.
template <Scalar T>
void gather_rows(const DeviceView<const Offset>& offsets, const DeviceView<const LocalIndex>& rows,
                 const detail::LocalRows<T>& parts, GlobalIndex first_column,
                 const DeviceView<const Offset>& arrived_offsets,
                 const DeviceView<const GlobalIndex>& arrived_columns,
                 const DeviceView<const T>& arrived_values, const DeviceView<GlobalIndex>& columns,
                 const DeviceView<T>& values) {
  const auto own = parts.own;
  const auto ghost = parts.ghost;
  const LocalIndex below = parts.below;
  const auto ghosts = detail::on_device<GlobalIndex>("suan::ghosts", parts.ghosts);
  Kokkos::parallel_for(
      "suan::fetch_rows", Range(0, static_cast<LocalIndex>(rows.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) {
        Offset at = offsets(k);
        const LocalIndex row = rows(k);
        if (row < 0) {
          for (Offset e = arrived_offsets(-1 - row); e < arrived_offsets(-row); ++e, ++at) {
            columns(at) = arrived_columns(e);
            values(at) = arrived_values(e);
          }
          return;
        }
        detail::visit_row(own, ghost, below, row, [&](bool is_ghost, Offset e) {
          columns(at) = is_ghost ? ghosts(ghost.indices(e)) : first_column + own.indices(e);
          values(at) = is_ghost ? ghost.values(e) : own.values(e);
          ++at;
        });
      });
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> select(const DistributedMatrix<T>& a, std::span<const GlobalIndex> rows,
                            std::span<const GlobalIndex> columns) try {
  const Communicator& comm = a.comm();
  require_agreement(comm, "select");
  std::vector<LocalIndex> own_rows;
  std::vector<LocalIndex> numbers;
  together(comm, [&] {
    own_rows = own_numbers("rows", rows, a.row_layout());
    numbers = new_numbers(own_numbers("columns", columns, a.column_layout()), a.column_layout());
  });
  const Layout new_rows = Layout::from_local_size(static_cast<GlobalIndex>(rows.size()), comm);
  const Layout new_columns =
      Layout::from_local_size(static_cast<GlobalIndex>(columns.size()), comm);
  // The owners of ghost columns know their new numbers.
  DeviceView<const GlobalIndex> sent;
  together(comm, [&] { sent = new_global_numbers(numbers, new_columns.first()); });
  std::optional<PendingForward<GlobalIndex>> pending;
  DeviceView<const GlobalIndex> arrived;
  together(comm, [&] {
    pending.emplace(a.exchange().template forward<GlobalIndex>(sent));
    arrived = {pending->finish().data(), a.remote().columns.size()};
  });
  detail::LocalRows<T> result;
  together(comm, [&] {
    const auto parts = detail::local_rows(a);
    const auto of_ghosts = detail::on_host<GlobalIndex>(arrived);
    result.ghosts = of_ghosts;
    std::erase(result.ghosts, dropped);
    std::sort(result.ghosts.begin(), result.ghosts.end());
    std::vector<LocalIndex> ghost_numbers;
    for (const GlobalIndex j : of_ghosts) {
      ghost_numbers.push_back(j == dropped ? -1 : detail::count_below(result.ghosts, j));
    }
    result.own = selected(parts.own, own_rows, numbers, columns.size());
    result.ghost = selected(parts.ghost, own_rows, ghost_numbers, result.ghosts.size());
  });
  return from_local_rows(new_rows, new_columns, result);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
FetchedRows<T> fetch_rows(const DistributedMatrix<T>& a, std::span<const GlobalIndex> rows) try {
  const Communicator& comm = a.comm();
  require_agreement(comm, "fetch_rows");
  const auto map = IndexMap::make(a.row_layout(), rows);
  detail::LocalRows<T> parts;
  together(comm, [&] { parts = detail::local_rows(a); });
  const detail::SharedRows<T> shared(Exchange(map), a, parts);
  const auto columns = shared.columns(parts);
  const auto values = shared.values(parts);
  const auto& arrived_columns = columns.received;
  const auto& arrived_values = values.received;
  FetchedRows<T> result;
  together(comm, [&] {
    std::vector<LocalIndex> numbers;
    numbers.reserve(rows.size());
    for (const GlobalIndex i : rows) {
      const LocalIndex number = map->local(i);
      numbers.push_back(number < map->owned() ? number : map->owned() - number - 1);
    }
    const auto wanted = detail::on_device<LocalIndex>("suan::fetch_rows::rows", numbers);
    result.offsets = gathered_offsets(wanted, parts, shared.offsets());
    const auto size = static_cast<std::size_t>(detail::last_of(result.offsets));
    const auto all_columns = detail::allocate<GlobalIndex>("suan::fetch_rows::columns", size);
    const auto all_values = detail::allocate<T>("suan::fetch_rows::values", size);
    gather_rows<T>(result.offsets, wanted, parts, a.column_layout().first(), shared.offsets(),
                   arrived_columns, arrived_values, all_columns, all_values);
    result.columns = all_columns;
    result.values = all_values;
  });
  return result;
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                                       \
  template DistributedMatrix<T> select(const DistributedMatrix<T>&, std::span<const GlobalIndex>, \
                                       std::span<const GlobalIndex>);                             \
  template FetchedRows<T> fetch_rows(const DistributedMatrix<T>&, std::span<const GlobalIndex>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
