// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/coarse_points.hpp"

#include <algorithm>
#include "kernels/common/new_csr.hpp"

#include "matrix/shared_rows.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using suan::detail::on_device;
using suan::detail::on_host;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// What an entry of the row of a fine point leads to, in the order in which they are listed.
enum class Leads : GlobalIndex { to_strong, to_weak, back };
/// What travels beside the value of an entry: the number of a coarse point, or of a row.
KOKKOS_FORCEINLINE_FUNCTION GlobalIndex packed_key(GlobalIndex number, Leads way) {
  return number << 2 | static_cast<GlobalIndex>(way);
}
KOKKOS_FORCEINLINE_FUNCTION GlobalIndex number_of(GlobalIndex key) { return key >> 2; }
KOKKOS_FORCEINLINE_FUNCTION Leads way_of(GlobalIndex key) { return static_cast<Leads>(key & 3); }

/// This rank's rows for the ranks that have them as ghosts.
template <Scalar T>
struct SentRows {
  CoarsePoints<T> points;
  DeviceView<const GlobalIndex> numbers;  // of the splitting
  DeviceView<const GlobalIndex> ghosts;   // global numbers of ghost rows
  DeviceView<char> is_shared;

  /// Calls body(key, value) for the entries of row i that are sent.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex i, const Body& body) const {
    if (is_shared(i) == 0 || numbers(i) != Splitting::fine) return;
    for (GlobalIndex pass = 0; pass < 3; ++pass) {
      const auto way = static_cast<Leads>(pass);
      points.visit(i, [&](LocalIndex j, const T& value, bool is_strong) {
        const GlobalIndex number = numbers(j);
        if (number == Splitting::decoupled || !(real_part(value) < 0)) return;
        const bool is_coarse = number >= 0;
        const Leads found =
            !is_coarse ? Leads::back : (is_strong ? Leads::to_strong : Leads::to_weak);
        if (found != way || (!is_coarse && j < points.a.owned)) return;
        body(packed_key(is_coarse ? number : ghosts(j - points.a.owned), way), value);
      });
    }
  }
};

void mark_shared(const IndexMap& map, const DeviceView<char>& is_shared) {
  const auto rows = on_device<LocalIndex>("suan::multigrid::shared", map.shared());
  Kokkos::parallel_for(
      "suan::multigrid_mark_shared", Range(0, static_cast<LocalIndex>(rows.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) { is_shared(rows(k)) = 1; });
}

template <Scalar T>
Offset count_sent(const SentRows<T>& rows, const DeviceView<Offset>& begins) {
  const LocalIndex owned = rows.points.a.own.rows;
  Kokkos::parallel_for(
      "suan::multigrid_count_sent", Range(0, owned), KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        rows.visit(i, [&](GlobalIndex, const T&) { ++count; });
        begins(i) = count;
      });
  return kernels::scan_lengths(ExecutionSpace(), begins);
}

template <Scalar T>
void pack_rows(const SentRows<T>& rows, const DeviceView<const Offset>& begins,
               const DeviceView<GlobalIndex>& keys, const DeviceView<T>& values) {
  Kokkos::parallel_for(
      "suan::multigrid_pack_rows", Range(0, rows.points.a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
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
    if (way_of(key) != Leads::back) add(number_of(key));
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
        if (number >= 0) {
          codes(j) = coding.code(number);
        } else {
          codes(j) = CoarsePoints<T>::fine;
          if (number == Splitting::decoupled) codes(j) = CoarsePoints<T>::decoupled;
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
    const SentRows<T> rows{points, splitting.numbers,
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

/// The lists of fine points, while they are written: owned ones have the room of their rows, ghosts
/// that of what was received.
template <Scalar T>
struct CouplingLists {
  DeviceView<Offset> begins;
  DeviceView<LocalIndex> counts;
  DeviceView<LocalIndex> strong_counts;
  DeviceView<LocalIndex> coarse;
  DeviceView<T> couplings;
  DeviceView<LocalIndex> back_counts;
};

template <Scalar T>
void list_own(const CoarsePoints<T>& points, const CouplingLists<T>& lists) {
  Kokkos::parallel_for(
      "suan::multigrid_list_couplings", Range(0, points.a.own.rows), KOKKOS_LAMBDA(LocalIndex k) {
        Offset begin = points.a.own.offsets(k);
        if (points.a.has_ghosts) begin += points.a.ghost.offsets(k);
        lists.begins(k) = begin;
        LocalIndex count = 0;
        LocalIndex strong = 0;
        if (points.codes(k) == CoarsePoints<T>::fine) {
          for (int pass = 0; pass < 2; ++pass) {
            const bool strong_ones = pass == 0;
            points.visit(k, [&](LocalIndex l, const T& value, bool is_strong) {
              const LocalIndex code = points.codes(l);
              if (is_strong != strong_ones || code < 0 || !(real_part(value) < 0)) return;
              lists.coarse(begin + count) = code;
              lists.couplings(begin + count) = value;
              ++count;
            });
            if (strong_ones) strong = count;
          }
        }
        lists.counts(k) = count;
        lists.strong_counts(k) = strong;
      });
}

template <Scalar T>
void list_received(const ReceivedRows<T>& received, const Coding& coding, const Layout& rows,
                   Offset first_place, const CouplingLists<T>& lists) {
  const LocalIndex owned = rows.local_size();
  const GlobalIndex first = rows.first();
  const auto ghosts = static_cast<LocalIndex>(lists.back_counts.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_list_received", Range(0, ghosts), KOKKOS_LAMBDA(LocalIndex g) {
        const Offset begin = received.offsets(g);
        LocalIndex count = 0;
        LocalIndex strong = 0;
        LocalIndex back = 0;
        for (Offset e = begin; e < received.offsets(g + 1); ++e) {
          const GlobalIndex number = number_of(received.keys(e));
          const Leads way = way_of(received.keys(e));
          if (way == Leads::back && (number < first || number >= first + owned)) continue;
          // Couplings back come last.
          const Offset at = first_place + begin + count + back;
          lists.coarse(at) =
              way == Leads::back ? static_cast<LocalIndex>(number - first) : coding.code(number);
          lists.couplings(at) = received.values(e);
          back += way == Leads::back ? 1 : 0;
          count += way == Leads::back ? 0 : 1;
          strong += way == Leads::to_strong ? 1 : 0;
        }
        lists.begins(owned + g) = first_place + begin;
        lists.counts(owned + g) = count;
        lists.strong_counts(owned + g) = strong;
        lists.back_counts(g) = back;
      });
}

template <Scalar T>
void make_coupling_lists(const ReceivedRows<T>& received, const Coding& coding, const Layout& rows,
                         LocalIndex ghosts, CoarsePoints<T>& points) {
  const auto owned = static_cast<std::size_t>(rows.local_size());
  const auto size = owned + static_cast<std::size_t>(ghosts);
  const auto own_room = points.a.own.indices.extent(0) + points.a.ghost.indices.extent(0);
  const auto room = own_room + received.keys.extent(0);
  const CouplingLists<T> lists{
      allocate<Offset>("suan::multigrid::begins", size),
      allocate<LocalIndex>("suan::multigrid::counts", size),
      allocate<LocalIndex>("suan::multigrid::strong_counts", size),
      allocate<LocalIndex>("suan::multigrid::coarse", room),
      allocate<T>("suan::multigrid::couplings", room),
      allocate<LocalIndex>("suan::multigrid::back_counts", static_cast<std::size_t>(ghosts))};
  list_own(points, lists);
  list_received(received, coding, rows, static_cast<Offset>(own_room), lists);
  points.begins = lists.begins;
  points.counts = lists.counts;
  points.strong_counts = lists.strong_counts;
  points.coarse = lists.coarse;
  points.couplings = lists.couplings;
  points.back_counts = lists.back_counts;
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
    points.codes = codes;
    make_coupling_lists(received, coding, a.row_layout(), map.ghosts(), points);
    points.order.owned = coarse.local_size();
    points.order.below = suan::detail::count_below(found.ghosts, coarse.first());
  });
  return found;
}

template <Scalar T>
NearCounts count_near(const CoarsePoints<T>& points) {
  const LocalIndex rows = points.a.own.rows;
  const auto each =
      allocate<LocalIndex>("suan::multigrid::near_counts", static_cast<std::size_t>(rows));
  LocalIndex most = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_count_near", Range(0, rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & largest) {
        std::int64_t sum = 0;
        for (Offset e = points.offsets(i); e < points.offsets(i + 1); ++e) {
          const LocalIndex j = points.neighbours(e);
          const LocalIndex code = points.codes(j);
          if (code >= 0) ++sum;
          if (code == CoarsePoints<T>::fine) sum += points.strong_counts(j);
        }
        constexpr std::int64_t most_of_all = std::numeric_limits<LocalIndex>::max();
        each(i) = static_cast<LocalIndex>(sum < most_of_all ? sum : most_of_all);
        largest = Kokkos::max(largest, each(i));
      },
      Kokkos::Max<LocalIndex>(most));
  return {each, std::max(most, LocalIndex(0))};
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template FoundPoints<T> find_coarse_points(const DistributedMatrix<T>&, const StrengthGraph&, \
                                             const Splitting&);                                 \
  template NearCounts count_near(const CoarsePoints<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
