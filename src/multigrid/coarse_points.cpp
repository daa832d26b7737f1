// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/coarse_points.hpp"

#include <algorithm>

#include "matrix/shared_rows.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using suan::detail::on_device;
using suan::detail::on_host;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// What travels beside the value of an entry: a number, and what it is.
enum class Far : GlobalIndex { weak_coarse, strong_coarse, fine };
KOKKOS_FORCEINLINE_FUNCTION GlobalIndex packed_key(GlobalIndex number, Far kind) {
  return number << 2 | static_cast<GlobalIndex>(kind);
}
KOKKOS_FORCEINLINE_FUNCTION GlobalIndex number_of(GlobalIndex key) { return key >> 2; }
KOKKOS_FORCEINLINE_FUNCTION Far kind_of(GlobalIndex key) { return static_cast<Far>(key & 3); }

/// This rank's rows for the ranks that have them as ghosts.
template <Scalar T>
struct FineRows {
  RowsView<T> a;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
  DeviceView<const GlobalIndex> numbers;  // of the splitting
  DeviceView<const GlobalIndex> ghosts;   // global numbers of ghost rows
  DeviceView<char> is_shared;

  /// Calls body(key, value) for the entries of row i that are sent.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex i, const Body& body) const {
    if (is_shared(i) == 0 || numbers(i) != Splitting::fine) return;
    Offset at = offsets(i);
    const Offset end = offsets(i + 1);
    a.visit(i, [&](LocalIndex j, const T& value) {
      const bool is_strong = at < end && neighbours(at) == j;
      if (is_strong) ++at;
      if (j == i || !(real_part(value) < 0)) return;
      const GlobalIndex number = numbers(j);
      if (number >= 0) {
        body(packed_key(number, is_strong ? Far::strong_coarse : Far::weak_coarse), value);
      } else if (number == Splitting::fine && j >= a.owned) {
        body(packed_key(ghosts(j - a.owned), Far::fine), value);
      }
    });
  }
};

void mark_shared(const IndexMap& map, const DeviceView<char>& is_shared) {
  const auto rows = on_device<LocalIndex>("suan::multigrid::shared", map.shared());
  Kokkos::parallel_for(
      "suan::multigrid_mark_shared", Range(0, static_cast<LocalIndex>(rows.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) { is_shared(rows(k)) = 1; });
}

template <Scalar T>
Offset count_sent(const FineRows<T>& rows, const DeviceView<Offset>& begins) {
  const LocalIndex owned = rows.a.own.rows;
  Kokkos::parallel_for(
      "suan::multigrid_count_sent", Range(0, owned), KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        rows.visit(i, [&](GlobalIndex, const T&) { ++count; });
        begins(i) = count;
      });
  Offset total = 0;
  Kokkos::parallel_scan(
      "suan::multigrid_sent_offsets", Entries(0, static_cast<std::int64_t>(owned) + 1),
      KOKKOS_LAMBDA(std::int64_t i, Offset & sum, bool last) {
        const Offset count = i < owned ? begins(i) : 0;
        if (last) begins(i) = sum;
        sum += count;
      },
      total);
  return total;
}

template <Scalar T>
void pack_rows(const FineRows<T>& rows, const DeviceView<const Offset>& begins,
               const DeviceView<GlobalIndex>& keys, const DeviceView<T>& values) {
  Kokkos::parallel_for(
      "suan::multigrid_pack_rows", Range(0, rows.a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = begins(i);
        rows.visit(i, [&](GlobalIndex key, const T& value) {
          keys(at) = key;
          values(at) = value;
          ++at;
        });
      });
}

/// Numbers of coarse points of other ranks, increasing: those of ghost rows, and in rows received.
std::vector<GlobalIndex> foreign_points(const Splitting& splitting, const IndexMap& map,
                                        const DeviceView<const GlobalIndex>& keys) {
  std::vector<GlobalIndex> found;
  const auto add = [&](GlobalIndex number) {
    if (number >= 0 && !splitting.coarse.owns(number)) found.push_back(number);
  };
  for (const GlobalIndex number : on_host<GlobalIndex>(
           Kokkos::subview(splitting.numbers, Kokkos::make_pair(map.owned(), map.size())))) {
    add(number);
  }
  for (const GlobalIndex key : on_host<GlobalIndex>(keys)) {
    if (kind_of(key) != Far::fine) add(number_of(key));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// From global to local numbers of coarse points.
struct Coding {
  GlobalIndex first = 0;
  LocalIndex owned = 0;
  DeviceView<const GlobalIndex> ghosts;

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex code(GlobalIndex number) const {
    if (number >= first && number < first + owned) return static_cast<LocalIndex>(number - first);
    return owned + suan::detail::place_among(ghosts, number);
  }
};

template <Scalar T>
void code_columns(const Splitting& splitting, const Coding& coding,
                  const DeviceView<LocalIndex>& codes) {
  const auto numbers = splitting.numbers;
  Kokkos::parallel_for(
      "suan::multigrid_code_columns", Range(0, static_cast<LocalIndex>(codes.extent(0))),
      KOKKOS_LAMBDA(LocalIndex j) {
        const GlobalIndex number = numbers(j);
        codes(j) = number >= 0 ? coding.code(number)
                               : (number == Splitting::fine ? CoarsePoints<T>::fine
                                                            : CoarsePoints<T>::decoupled);
      });
}

template <Scalar T>
void code_rows(const DeviceView<const GlobalIndex>& keys, const Coding& coding, const Layout& rows,
               const DeviceView<LocalIndex>& codes, const DeviceView<char>& strong) {
  const GlobalIndex first = rows.first();
  const GlobalIndex last = rows.last();
  Kokkos::parallel_for(
      "suan::multigrid_code_rows", Entries(0, static_cast<std::int64_t>(keys.extent(0))),
      KOKKOS_LAMBDA(std::int64_t e) {
        const GlobalIndex number = number_of(keys(e));
        const Far kind = kind_of(keys(e));
        strong(e) = kind == Far::strong_coarse ? 1 : 0;
        if (kind != Far::fine) {
          codes(e) = coding.code(number);
        } else if (number >= first && number < last) {
          codes(e) = CoarsePoints<T>::own - static_cast<LocalIndex>(number - first);
        } else {
          codes(e) = CoarsePoints<T>::fine;
        }
      });
}

/// Rows of other ranks, as they come.
template <Scalar T>
struct ReceivedRows {
  DeviceView<const Offset> offsets;
  DeviceView<const GlobalIndex> keys;
  DeviceView<const T> values;
};

template <class N>
DeviceView<const N> kept_copy(const DeviceView<const N>& values) {
  const auto result = allocate<N>("suan::multigrid::fetched", values.extent(0));
  Kokkos::deep_copy(result, values);
  return result;
}

/// Collective.
template <Scalar T>
ReceivedRows<T> fetch(const DistributedMatrix<T>& a, const CoarsePoints<T>& points,
                      const Splitting& splitting) {
  const auto& map = *a.exchange().map();
  const auto owned = static_cast<std::size_t>(map.owned());
  DeviceView<Offset> begins;
  DeviceView<GlobalIndex> keys;
  DeviceView<T> values;
  together(a.comm(), [&] {
    const FineRows<T> rows{points.a,
                           points.offsets,
                           points.neighbours,
                           splitting.numbers,
                           on_device<GlobalIndex>("suan::multigrid::ghosts", map.ghost_numbers()),
                           DeviceView<char>("suan::multigrid::is_shared", owned)};
    mark_shared(map, rows.is_shared);
    begins = allocate<Offset>("suan::multigrid::sent", owned + 1);
    const auto count = static_cast<std::size_t>(count_sent(rows, begins));
    keys = allocate<GlobalIndex>("suan::multigrid::keys", count);
    values = allocate<T>("suan::multigrid::values", count);
    pack_rows<T>(rows, begins, keys, values);
  });
  const RowExchange exchange(a.exchange(), Direction::to_ghosts, begins);
  const suan::detail::ArrivedRows<GlobalIndex> arrived_keys(a.comm(), exchange, keys);
  const suan::detail::ArrivedRows<T> arrived_values(a.comm(), exchange, values);
  ReceivedRows<T> result;
  together(a.comm(), [&] {
    result = {exchange.offsets(), kept_copy<GlobalIndex>(arrived_keys.received),
              kept_copy<T>(arrived_values.received)};
  });
  return result;
}

}  // namespace

template <Scalar T>
FoundPoints<T> find_coarse_points(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                  const Splitting& splitting) {
  FoundPoints<T> found;
  auto& points = found.points;
  together(a.comm(), [&] { points.a = RowsView<T>(suan::detail::local_rows(a)); });
  points.offsets = graph.offsets;
  points.neighbours = graph.neighbours;
  const auto& map = *a.exchange().map();
  const bool is_serial = a.comm().size() == 1;
  const auto received = is_serial ? ReceivedRows<T>() : fetch(a, points, splitting);
  together(a.comm(), [&] {
    const Layout& coarse = splitting.coarse;
    if (!is_serial) found.ghosts = foreign_points(splitting, map, received.keys);
    const Coding coding{coarse.first(), coarse.local_size(),
                        on_device<GlobalIndex>("suan::multigrid::coarse_ghosts", found.ghosts)};
    const auto codes =
        allocate<LocalIndex>("suan::multigrid::codes", static_cast<std::size_t>(map.size()));
    code_columns<T>(splitting, coding, codes);
    const auto entries = received.keys.extent(0);
    const auto ghost_codes = allocate<LocalIndex>("suan::multigrid::ghost_codes", entries);
    const auto ghost_strong = allocate<char>("suan::multigrid::ghost_strong", entries);
    code_rows<T>(received.keys, coding, a.row_layout(), ghost_codes, ghost_strong);
    points.codes = codes;
    points.ghost_offsets = received.offsets;
    points.ghost_codes = ghost_codes;
    points.ghost_strong = ghost_strong;
    points.ghost_values = received.values;
    points.order.owned = coarse.local_size();
    points.order.below = suan::detail::count_below(found.ghosts, coarse.first());
  });
  return found;
}

template <Scalar T>
NearCounts count_near(const CoarsePoints<T>& points, const ChosenRows& rows,
                      LocalIndex coarse_points) {
  const auto beside = allocate<LocalIndex>("suan::multigrid::beside", points.codes.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_count_beside", Range(0, static_cast<LocalIndex>(points.codes.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) {
        LocalIndex sum = 0;
        if (points.codes(k) == CoarsePoints<T>::fine) {
          points.visit_coarse(k, [&](LocalIndex) { ++sum; });
        }
        beside(k) = sum;
      });
  const auto each =
      allocate<LocalIndex>("suan::multigrid::near_counts", static_cast<std::size_t>(rows.count));
  LocalIndex most = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_count_near", Range(0, rows.count),
      KOKKOS_LAMBDA(LocalIndex r, LocalIndex & largest) {
        const LocalIndex i = rows.row(r);
        std::int64_t sum = 0;
        for (Offset e = points.offsets(i); e < points.offsets(i + 1); ++e) {
          const LocalIndex j = points.neighbours(e);
          sum += points.codes(j) >= 0 ? 1 : beside(j);
        }
        each(r) = sum < coarse_points ? static_cast<LocalIndex>(sum) : coarse_points;
        largest = Kokkos::max(largest, each(r));
      },
      Kokkos::Max<LocalIndex>(most));
  return {each, std::max(most, LocalIndex(0))};
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template FoundPoints<T> find_coarse_points(const DistributedMatrix<T>&, const StrengthGraph&, \
                                             const Splitting&);                                 \
  template NearCounts count_near(const CoarsePoints<T>&, const ChosenRows&, LocalIndex);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
