// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "matrix/local_rows.hpp"

#include <algorithm>

#include "kernels/algebra/rearrange.hpp"
#include "kernels/common/new_csr.hpp"
#include "matrix/pattern.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

using kernels::CsrView;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

template <Scalar T>
CsrView<T> sorted_view(const Csr<T>& a) {
  return a.sorted() ? a.view() : kernels::sort_rows(ExecutionSpace(), a.view());
}

/// Where the rows of a part that stores some of `rows` rows begin, had it stored all of them.
template <Scalar T>
DeviceView<const Offset> offsets_of_all_rows(const CsrView<T>& stored,
                                             const DeviceView<const LocalIndex>& numbers,
                                             LocalIndex rows) {
  const DeviceView<Offset> result("suan::LocalRows::offsets", static_cast<std::size_t>(rows) + 1);
  const auto offsets = stored.offsets;
  Kokkos::parallel_for(
      "suan::lengths_of_stored_rows", Range(0, static_cast<LocalIndex>(numbers.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) { result(numbers(k)) = offsets(k + 1) - offsets(k); });
  Kokkos::parallel_scan(
      "suan::offsets_of_all_rows", Entries(0, std::int64_t(rows) + 1),
      KOKKOS_LAMBDA(std::int64_t i, Offset & sum, bool final) {
        const Offset length = result(i);
        if (final) result(i) = sum;
        sum += length;
      });
  return result;
}

/// Writes the entries of all rows in the order of their columns; the structure only if wanted.
template <Scalar T>
void join(const LocalRows<T>& rows, const DeviceView<const Offset>& offsets,
          const DeviceView<LocalIndex>& indices, const DeviceView<T>& values) {
  const auto own = rows.own;
  const auto ghost = rows.ghost;
  const LocalIndex below = rows.below;
  const LocalIndex own_columns = own.columns;
  const bool structure = indices.extent(0) > 0;
  Kokkos::parallel_for(
      "suan::join_rows", Range(0, own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        visit_row(own, ghost, below, i, [&](bool is_ghost, Offset k) {
          if (structure) {
            const LocalIndex j = is_ghost ? ghost.indices(k) : own.indices(k);
            indices(at) = is_ghost ? (j < below ? j : own_columns + j) : below + j;
          }
          values(at) = is_ghost ? ghost.values(k) : own.values(k);
          ++at;
        });
      });
}

/// Which of the columns have an entry.
template <Scalar T>
std::vector<LocalIndex> columns_with_entries(const CsrView<T>& a) {
  const DeviceView<LocalIndex> used("suan::columns_with_entries",
                                    static_cast<std::size_t>(a.columns));
  const auto indices = a.indices;
  Kokkos::parallel_for(
      "suan::columns_with_entries", Entries(0, static_cast<std::int64_t>(indices.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k) { Kokkos::atomic_store(&used(indices(k)), 1); });
  return on_host<LocalIndex>(used);
}

}  // namespace

LocalIndex count_below(std::span<const GlobalIndex> numbers, GlobalIndex first) {
  return static_cast<LocalIndex>(std::lower_bound(numbers.begin(), numbers.end(), first) -
                                 numbers.begin());
}

std::vector<GlobalIndex> united(const std::vector<GlobalIndex>& some,
                                const std::vector<GlobalIndex>& others) {
  auto all = some;
  all.insert(all.end(), others.begin(), others.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<LocalIndex> places_among(std::span<const GlobalIndex> some,
                                     std::span<const GlobalIndex> all) {
  std::vector<LocalIndex> places;
  places.reserve(some.size());
  auto at = all.begin();
  for (const GlobalIndex j : some) {
    at = std::lower_bound(at, all.end(), j);
    places.push_back(static_cast<LocalIndex>(at - all.begin()));
  }
  return places;
}

DeviceView<const LocalIndex> renumbered(const DeviceView<const LocalIndex>& indices,
                                        const DeviceView<const LocalIndex>& numbers) {
  const auto result = allocate<LocalIndex>("suan::Csr::indices", indices.extent(0));
  Kokkos::parallel_for(
      "suan::renumber_columns", Entries(0, static_cast<std::int64_t>(indices.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k) { result(k) = numbers(indices(k)); });
  return result;
}

template <Scalar T>
LocalRows<T> local_rows(const DistributedMatrix<T>& a,
                        const DeviceView<const Offset>& known_offsets) {
  const auto& remote = a.remote();
  LocalRows<T> result;
  result.own = sorted_view(a.local());
  result.ghost = sorted_view(remote.matrix);
  result.ghost.offsets =
      known_offsets.extent(0) > 0
          ? known_offsets
          : offsets_of_all_rows(result.ghost, remote.row_numbers, result.own.rows);
  result.ghost.rows = result.own.rows;
  result.ghosts = remote.columns;
  result.below = count_below(remote.columns, a.column_layout().first());
  return result;
}

template <Scalar T>
CsrView<T> joined(const LocalRows<T>& rows) {
  if (rows.ghosts.empty()) return rows.own;
  const auto columns = static_cast<std::int64_t>(rows.ghosts.size()) + rows.own.columns;
  if (columns > std::numeric_limits<LocalIndex>::max()) {
    throw NotSupported(message("the rows of a rank have entries in ", rows.own.columns,
                               " columns of its own and ", rows.ghosts.size(),
                               " of other ranks, together more than 2^31-1; use more ranks"));
  }
  const auto own = rows.own.offsets;
  const auto ghost = rows.ghost.offsets;
  const auto result = kernels::allocate_rows<T>(
      ExecutionSpace(), rows.own.rows,
      KOKKOS_LAMBDA(LocalIndex i) { return own(i + 1) - own(i) + ghost(i + 1) - ghost(i); });
  join<T>(rows, result.offsets, result.indices, result.values);
  return result.finish(rows.own.rows, static_cast<LocalIndex>(columns));
}

template <Scalar T>
CsrView<T> joined(const LocalRows<T>& rows, const CsrView<T>& structure) {
  if (rows.ghosts.empty()) return rows.own;
  const auto values = allocate<T>("suan::Csr::values", structure.indices.extent(0));
  join<T>(rows, structure.offsets, {}, values);
  return {structure.rows, structure.columns, structure.offsets, structure.indices, values};
}

DeviceView<const LocalIndex> numbers_of(const DeviceView<const char>& flags) {
  const auto size = static_cast<LocalIndex>(flags.extent(0));
  LocalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::count_flags", Range(0, size),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum) { sum += flags(i) != 0; }, count);
  const auto numbers = allocate<LocalIndex>("suan::numbers_of", static_cast<std::size_t>(count));
  Kokkos::parallel_scan(
      "suan::numbers_of", Range(0, size), KOKKOS_LAMBDA(LocalIndex i, LocalIndex & at, bool final) {
        if (flags(i) == 0) return;
        if (final) numbers(at) = i;
        ++at;
      });
  return numbers;
}

template <Scalar T>
DeviceView<const char> rows_with_entries(const CsrView<T>& a) {
  const auto flags = allocate<char>("suan::rows_with_entries", static_cast<std::size_t>(a.rows));
  const auto offsets = a.offsets;
  Kokkos::parallel_for(
      "suan::rows_with_entries", Range(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i) { flags(i) = offsets(i + 1) > offsets(i); });
  return flags;
}

template <Scalar T>
DeviceView<const char> rows_that_reach(const CsrView<T>& a, const DeviceView<const char>& columns) {
  const auto flags = allocate<char>("suan::rows_that_reach", static_cast<std::size_t>(a.rows));
  const auto offsets = a.offsets;
  const auto indices = a.indices;
  Kokkos::parallel_for(
      "suan::rows_that_reach", Range(0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        char reaches = 0;
        for (Offset k = offsets(i); k < offsets(i + 1); ++k) reaches |= columns(indices(k));
        flags(i) = reaches;
      });
  return flags;
}

template <Scalar T>
CsrView<T> take_rows(const CsrView<T>& a, const DeviceView<const LocalIndex>& rows) {
  const auto count = static_cast<LocalIndex>(rows.extent(0));
  const auto result = kernels::allocate_rows<T>(
      ExecutionSpace(), count,
      KOKKOS_LAMBDA(LocalIndex k) { return a.offsets(rows(k) + 1) - a.offsets(rows(k)); });
  Kokkos::parallel_for(
      "suan::take_rows", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
        const Offset shift = result.offsets(k) - a.offsets(rows(k));
        for (Offset l = a.offsets(rows(k)); l < a.offsets(rows(k) + 1); ++l) {
          result.indices(l + shift) = a.indices(l);
          result.values(l + shift) = a.values(l);
        }
      });
  return result.finish(count, a.columns);
}

template <Scalar T>
ResultParts<T>::ResultParts(const Layout& rows, const Layout& columns, const CsrView<T>& ghost,
                            const DeviceView<const LocalIndex>& row_numbers,
                            const std::vector<GlobalIndex>& ghosts)
    : rows_(rows), columns_(columns), ghost_(ghost), row_numbers_(row_numbers) {
  together(rows.comm(), [&] {
    const auto used = columns_with_entries(ghost);
    std::vector<LocalIndex> numbers(ghosts.size());
    for (std::size_t j = 0; j < ghosts.size(); ++j) {
      numbers[j] = static_cast<LocalIndex>(ghosts_.size());
      if (used[j] != 0) ghosts_.push_back(ghosts[j]);
    }
    ghost_.columns = static_cast<LocalIndex>(ghosts_.size());
    ghost_.values = {};
    if (ghosts_.size() < ghosts.size()) {
      ghost_.indices =
          renumbered(ghost.indices, on_device<LocalIndex>("suan::ghost_numbers", numbers));
    }
  });
  exchange_ = Exchange(IndexMap::make(columns, ghosts_));
  exchange_.reserve(sizeof(T));  // as DistributedMatrix does
}

template <Scalar T>
DistributedMatrix<T> ResultParts<T>::with(const CsrView<T>& own, DeviceView<const T> ghost) const {
  Csr<T> local;
  typename DistributedMatrix<T>::Remote remote;
  together(rows_.comm(), [&] {
    local = to_csr(own);
    auto view = ghost_;
    view.values = std::move(ghost);
    remote = {to_csr(view), row_numbers_, ghosts_};
  });
  return DistributedMatrix<T>(rows_, columns_, std::move(local), std::move(remote), exchange_);
}

template <Scalar T>
DistributedMatrix<T> from_local_rows(const Layout& rows, const Layout& columns,
                                     const LocalRows<T>& parts) {
  DeviceView<const LocalIndex> numbers;
  CsrView<T> ghost;
  together(rows.comm(), [&] {
    numbers = numbers_of(rows_with_entries(parts.ghost));
    ghost = take_rows(parts.ghost, numbers);
  });
  return ResultParts<T>(rows, columns, ghost, numbers, parts.ghosts).with(parts.own, ghost.values);
}

template <class N>
DeviceView<const N> on_device(const char* label, std::span<const N> numbers) {
  const auto result = allocate<N>(label, numbers.size());
  Kokkos::deep_copy(result, HostView<const N>(numbers.data(), numbers.size()));
  return result;
}

template <class N>
std::vector<N> on_host(const DeviceView<const N>& numbers) {
  std::vector<N> result(numbers.extent(0));
  Kokkos::deep_copy(HostView<N>(result.data(), result.size()), numbers);
  return result;
}

template DeviceView<const LocalIndex> on_device(const char*, std::span<const LocalIndex>);
template DeviceView<const GlobalIndex> on_device(const char*, std::span<const GlobalIndex>);
template std::vector<LocalIndex> on_host(const DeviceView<const LocalIndex>&);
template std::vector<GlobalIndex> on_host(const DeviceView<const GlobalIndex>&);

#define SUAN_INSTANTIATE(T)                                                                       \
  template LocalRows<T> local_rows(const DistributedMatrix<T>&, const DeviceView<const Offset>&); \
  template CsrView<T> joined(const LocalRows<T>&);                                                \
  template CsrView<T> joined(const LocalRows<T>&, const CsrView<T>&);                             \
  template DeviceView<const char> rows_with_entries(const CsrView<T>&);                           \
  template DeviceView<const char> rows_that_reach(const CsrView<T>&,                              \
                                                  const DeviceView<const char>&);                 \
  template CsrView<T> take_rows(const CsrView<T>&, const DeviceView<const LocalIndex>&);          \
  template class ResultParts<T>;                                                                  \
  template DistributedMatrix<T> from_local_rows(const Layout&, const Layout&, const LocalRows<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
