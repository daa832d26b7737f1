// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/agglomeration.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "kernels/common/new_csr.hpp"
#include "matrix/local_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

/// The first ranks of nodes, where ranks of a node are consecutive, and the end.
std::vector<int> begins_of_nodes(const Communicator& all) {
  // The lowest rank of a node is its name.
  const auto names = all.all_gather(all.node().min(static_cast<std::int64_t>(all.rank())));
  std::vector<int> begins;
  for (int r = 0; r < all.size(); ++r) {
    const auto k = static_cast<std::size_t>(r);
    if (r == 0 || names[k] != names[k - 1]) begins.push_back(r);
  }
  begins.push_back(all.size());
  return begins;
}

std::vector<GlobalIndex> owned_numbers(const Layout& layout) {
  std::vector<GlobalIndex> numbers(static_cast<std::size_t>(layout.local_size()));
  std::iota(numbers.begin(), numbers.end(), layout.first());
  return numbers;
}

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The entries in columns from `begin` to `end`, or the others; column j becomes places(j).
template <Scalar T>
kernels::CsrView<T> in_columns(const kernels::CsrView<T>& a, LocalIndex begin, LocalIndex end,
                               bool are_within, const DeviceView<const LocalIndex>& places,
                               LocalIndex columns) {
  const auto part = kernels::allocate_rows<T>(
      ExecutionSpace(), a.rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          if ((a.indices(k) >= begin && a.indices(k) < end) == are_within) ++count;
        }
        return count;
      });
  const auto offsets = part.offsets;
  const auto indices = part.indices;
  const auto values = part.values;
  Kokkos::parallel_for(
      "suan::multigrid_in_columns", Range(0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const LocalIndex j = a.indices(k);
          if ((j >= begin && j < end) != are_within) continue;
          indices(at) = places(j);
          values(at) = a.values(k);
          ++at;
        }
      });
  return part.finish(a.rows, columns);
}

template <class View>
auto host_copy(const View& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
}

/// The rows that this rank has in the layout `rows`, in the memory of the host.
template <Scalar T>
struct HostRows {
  HostRows() = default;
  HostRows(const DistributedMatrix<T>& a, const Layout& rows) {
    std::vector<GlobalIndex> wanted;
    together(a.comm(), [&] { wanted = owned_numbers(rows); });
    const auto fetched = fetch_rows(a, std::span<const GlobalIndex>(wanted));
    together(a.comm(), [&] {
      offsets = host_copy(fetched.offsets);
      columns = host_copy(fetched.columns);
      values = host_copy(fetched.values);
    });
  }
  /// Collective over the ranks of the layouts.
  DistributedMatrix<T> assembled(const Layout& rows, const Layout& of_columns) const {
    static constexpr std::array<Offset, 1> none = {0};
    const std::span<const Offset> begins(offsets.data(), offsets.size());
    return assemble<T>(rows, of_columns, begins.empty() ? std::span<const Offset>(none) : begins,
                       std::span<const GlobalIndex>(columns.data(), columns.size()),
                       std::span<const T>(values.data(), values.size()));
  }

  HostView<const Offset> offsets;
  HostView<const GlobalIndex> columns;
  HostView<const T> values;
};

/// The same rows with columns in another layout. Collective.
template <Scalar T>
DistributedMatrix<T> with_columns(const DistributedMatrix<T>& a, const Layout& columns) {
  suan::detail::LocalRows<T> parts;
  together(a.comm(), [&] {
    const auto before = suan::detail::local_rows(a);
    const auto all = suan::detail::joined(before);
    auto numbers = before.ghosts;  // of all columns that the rank knows, increasing
    const auto own = owned_numbers(a.column_layout());
    numbers.insert(numbers.begin() + before.below, own.begin(), own.end());
    const GlobalIndex first = columns.first();
    const LocalIndex size = columns.local_size();
    const LocalIndex begin = suan::detail::count_below(numbers, first);
    const LocalIndex end = suan::detail::count_below(numbers, first + size);
    std::vector<LocalIndex> places;
    for (LocalIndex j = 0; j < static_cast<LocalIndex>(numbers.size()); ++j) {
      const auto number = numbers[static_cast<std::size_t>(j)];
      places.push_back(
          j < begin ? j : (j < end ? static_cast<LocalIndex>(number - first) : j - (end - begin)));
    }
    numbers.erase(numbers.begin() + begin, numbers.begin() + end);
    const auto moved = suan::detail::on_device<LocalIndex>("suan::multigrid::places", places);
    parts.own = in_columns<T>(all, begin, end, true, moved, size);
    parts.ghost =
        in_columns<T>(all, begin, end, false, moved, static_cast<LocalIndex>(numbers.size()));
    parts.ghosts = numbers;
    parts.below = begin;
    Kokkos::fence("suan::multigrid_with_columns");
  });
  return suan::detail::from_local_rows(a.row_layout(), columns, parts);
}

}  // namespace

std::vector<int> begins_of_groups(const std::vector<int>& nodes, int size) {
  std::vector<int> begins;
  bool can_join = false;
  for (std::size_t k = 0; k + 1 < nodes.size(); ++k) {
    const int ranks = nodes[k + 1] - nodes[k];
    const int groups = (ranks + size - 1) / size;
    if (groups == 1 && can_join && nodes[k + 1] - begins.back() <= size) continue;
    for (int g = 0; g < groups; ++g) begins.push_back(nodes[k] + g * ranks / groups);
    can_join = groups == 1;
  }
  begins.push_back(nodes.back());
  return begins;
}

Agglomeration::Agglomeration(const Communicator& all, int ranks) : all_(all) {
  const auto nodes = begins_of_nodes(all);
  begins_ = begins_of_groups(nodes, (all.size() + ranks - 1) / ranks);
  const auto next = std::upper_bound(begins_.begin(), begins_.end(), all.rank());
  group_ = static_cast<int>(next - begins_.begin()) - 1;
  below_ = all.subset(std::span<const int>(begins_.data(), begins_.size() - 1));
}

Layout Agglomeration::moved(const Layout& rows) const {
  GlobalIndex size = 0;
  if (takes_part()) {
    const int end = begins_[static_cast<std::size_t>(group_) + 1];
    size = rows.offsets()[static_cast<std::size_t>(end)] - rows.first();
  }
  return Layout::from_local_size(size, all_);
}

Layout Agglomeration::below(const Layout& moved) const {
  return Layout::from_local_size(moved.local_size(), *below_);
}

template <class N>
RowMajor<const N> Agglomeration::moved(const Layout& rows,
                                       const RowMajor<const N>& elements) const {
  const Layout to = moved(rows);
  std::vector<GlobalIndex> wanted;
  together(all_, [&] { wanted = owned_numbers(to); });
  const Exchange exchange(IndexMap::make(rows, wanted));
  RowMajor<N> result;
  together(all_, [&] {
    auto pending = exchange.forward<N>(elements);
    const std::size_t columns = elements.extent(1);
    result = suan::detail::allocate_view<RowMajor<N>>(
        "suan::multigrid::moved", static_cast<std::size_t>(to.local_size()), columns);
    // The rows of the other ranks of a group follow those of its first rank.
    const std::size_t own = takes_part() ? elements.extent(0) : 0;
    const auto ghosts = static_cast<std::size_t>(exchange.map()->ghosts());
    pending.finish(RowMajor<N>(result.data() + own * columns, ghosts, columns));
    if (own > 0) Kokkos::deep_copy(RowMajor<N>(result.data(), own, columns), elements);
  });
  return result;
}

DeviceView<const LocalIndex> Agglomeration::moved(
    const Layout& rows, const DeviceView<const LocalIndex>& elements) const {
  const RowMajor<const LocalIndex> column(elements.data(), elements.extent(0), std::size_t(1));
  const auto all = moved(rows, column);
  DeviceView<LocalIndex> result;
  together(all_, [&] {
    result = suan::detail::allocate<LocalIndex>("suan::multigrid::moved", all.extent(0));
    Kokkos::deep_copy(result, DeviceView<const LocalIndex>(all.data(), all.extent(0)));
  });
  return result;
}

template <Scalar T>
MultiVector<T> Agglomeration::moved(const MultiVector<T>& vectors) const {
  const auto elements = moved<T>(vectors.layout(), vectors.view());
  const Layout to = moved(vectors.layout());
  MultiVector<T> result;
  on_some(all_, takes_part(), [&] {
    result = MultiVector<T>(below(to), vectors.columns());
    Kokkos::deep_copy(result.view(), elements);
  });
  return result;
}

template <Scalar T>
DistributedMatrix<T> Agglomeration::moved(const DistributedMatrix<T>& a) const {
  const Layout to = moved(a.row_layout());
  const HostRows<T> rows(a, to);
  DistributedMatrix<T> result;
  on_some(all_, takes_part(), [&] {
    const Layout layout = below(to);
    result = rows.assembled(layout, layout);
  });
  return result;
}

template <Scalar T>
DistributedMatrix<T> redistributed(const DistributedMatrix<T>& a, const Layout& rows,
                                   const Layout& columns) {
  if (rows == a.row_layout()) return with_columns(a, columns);
  return HostRows<T>(a, rows).assembled(rows, columns);
}

template <Scalar T>
DistributedMatrix<T> on_all(const Communicator& all, bool takes_part,
                            const DistributedMatrix<T>& a) {
  HostRows<T> held;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  on_some(all, takes_part, [&] {
    held = HostRows<T>(a, a.row_layout());
    rows = a.row_layout().local_size();
    columns = a.column_layout().local_size();
  });
  return held.assembled(Layout::from_local_size(rows, all), Layout::from_local_size(columns, all));
}

template <Scalar T>
std::optional<int> fewer_ranks(const DistributedMatrix<T>& a, std::int64_t rank_rows) {
  constexpr std::int64_t on_gpu = 50000;
  constexpr std::int64_t on_cpu = 1000;
  constexpr bool is_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;
  if (rank_rows < 0) rank_rows = is_host ? on_cpu : on_gpu;
  const std::int64_t ranks = a.comm().size();
  if (rank_rows == 0 || ranks == 1) return std::nullopt;
  const auto ghosts = a.comm().sum(static_cast<std::int64_t>(a.exchange().map()->ghosts()));
  constexpr std::int64_t entries_of_row = 32;
  const auto work = std::max<std::int64_t>(a.global_rows(), a.global_entries() / entries_of_row);
  const bool is_small = work / ranks < rank_rows;
  const bool is_thin = 2 * ghosts > a.global_rows() && work / ranks < 8 * rank_rows;
  if (!is_small && !is_thin) return std::nullopt;
  return static_cast<int>(std::clamp<std::int64_t>(work / (4 * rank_rows), 1, ranks / 2));
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template MultiVector<T> Agglomeration::moved(const MultiVector<T>&) const;                    \
  template DistributedMatrix<T> Agglomeration::moved(const DistributedMatrix<T>&) const;        \
  template DistributedMatrix<T> redistributed(const DistributedMatrix<T>&, const Layout&,       \
                                              const Layout&);                                   \
  template DistributedMatrix<T> on_all(const Communicator&, bool, const DistributedMatrix<T>&); \
  template std::optional<int> fewer_ranks(const DistributedMatrix<T>&, std::int64_t);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
