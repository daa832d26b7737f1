// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/air_restriction.hpp"

#include <algorithm>

#include "multigrid/row_truncation.hpp"
#include "multigrid/row_workers.hpp"
#include "multigrid/small_solve.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The weights |a_ij| / max_k |a_ik| of the edges from coarse points, or from fine ones, to fine
/// ones.
template <Scalar T>
PaddedRows<T> weighted_edges(const RowsView<T>& rows, const StrengthGraph& graph,
                             const DeviceView<const GlobalIndex>& numbers, bool from_coarse) {
  const auto offsets = graph.offsets;
  const auto neighbours = graph.neighbours;
  const auto room =
      allocate<LocalIndex>("suan::multigrid::room", static_cast<std::size_t>(rows.own.rows));
  Kokkos::parallel_for(
      "suan::multigrid_edge_room", Range(0, rows.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const bool is_source = (numbers(i) >= 0) == from_coarse;
        room(i) = is_source ? static_cast<LocalIndex>(offsets(i + 1) - offsets(i)) : 0;
      });
  const auto result = make_padded<T>(room);
  Kokkos::parallel_for(
      "suan::multigrid_edges", Range(0, rows.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        result.lengths(i) = 0;
        if (room(i) == 0) return;
        const Offset begin = result.begins(i);
        LocalIndex length = 0;
        Real<T> most = 0;
        Offset at = offsets(i);
        const Offset end = offsets(i + 1);
        rows.visit(i, [&](LocalIndex j, const T& value) {
          const Real<T> size = Kokkos::abs(value);
          if (j != i) most = Kokkos::max(most, size);
          if (at >= end || neighbours(at) != j) return;
          ++at;
          if (numbers(j) >= 0) return;
          result.columns(begin + length) = j;
          result.values(begin + length) = T(size);
          ++length;
        });
        for (LocalIndex k = 0; k < length; ++k) result.values(begin + k) /= most;
        result.lengths(i) = length;
      });
  return result;
}

/// The same as a matrix with the rows and columns of A. Collective.
template <Scalar T>
DistributedMatrix<T> edges_to_fine(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                   const Splitting& splitting, bool from_coarse) {
  PaddedRows<T> padded;
  together(a.comm(), [&] {
    padded = weighted_edges<T>(RowsView<T>(suan::detail::local_rows(a)), graph, splitting.numbers,
                               from_coarse);
  });
  return from_padded(a.row_layout(), a.column_layout(), a.remote().columns, padded);
}

/// In each coarse point's row, the points S_i.
template <Scalar T>
DistributedMatrix<T> near_points(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                 const Splitting& splitting, const NearlyIdeal& options) {
  auto near = edges_to_fine(a, graph, splitting, true);
  if (options.distance > 1) {
    const auto more = multiply(near, edges_to_fine(a, graph, splitting, false));
    near = add(T(1), near, T(1), more);
  }
  return truncated(near, {options.most, 0});
}

/// Rows of A in the columns of the points near this rank's: its own, and `far` ones of other ranks.
template <Scalar T>
struct NearRows {
  static constexpr LocalIndex elsewhere = -1;

  RowsView<T> own;
  DeviceView<const LocalIndex> codes;  // of the ghost columns of A, among these columns
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> columns;
  DeviceView<const T> values;

  /// Calls body(column, value) for the entries of a row, in the order of global columns.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void visit(LocalIndex k, const Body& body) const {
    if (k < own.owned) {
      own.visit(k, [&](LocalIndex j, const T& value) {
        const LocalIndex column = j < own.owned ? j : codes(j - own.owned);
        if (column != elsewhere) body(column, value);
      });
      return;
    }
    for (Offset e = offsets(k - own.owned); e < offsets(k - own.owned + 1); ++e) {
      if (columns(e) != elsewhere) body(columns(e), values(e));
    }
  }
};

/// Local numbers of global columns: those of this rank, then the places among `far`.
DeviceView<const LocalIndex> coded(const DeviceView<const GlobalIndex>& numbers,
                                   const DeviceView<const GlobalIndex>& far, const Layout& layout) {
  const auto codes = allocate<LocalIndex>("suan::multigrid::codes", numbers.extent(0));
  const GlobalIndex first = layout.first();
  const LocalIndex owned = layout.local_size();
  const auto far_count = static_cast<LocalIndex>(far.extent(0));
  Kokkos::parallel_for(
      "suan::multigrid_near_codes",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          0, static_cast<Offset>(numbers.extent(0))),
      KOKKOS_LAMBDA(Offset e) {
        const GlobalIndex number = numbers(e);
        if (number >= first && number < first + owned) {
          codes(e) = static_cast<LocalIndex>(number - first);
          return;
        }
        const LocalIndex place = suan::detail::place_among(far, number);
        const bool is_near = place < far_count && far(place) == number;
        codes(e) = is_near ? owned + place : LocalIndex(-1);
      });
  return codes;
}

/// Collective.
template <Scalar T>
NearRows<T> near_rows(const DistributedMatrix<T>& a, const std::vector<GlobalIndex>& far) {
  NearRows<T> rows;
  FetchedRows<T> fetched;
  if (a.comm().size() > 1) fetched = fetch_rows(a, std::span<const GlobalIndex>(far));
  together(a.comm(), [&] {
    rows.own = RowsView<T>(suan::detail::local_rows(a));
    if (a.comm().size() == 1) return;
    const auto numbers = suan::detail::on_device<GlobalIndex>("suan::multigrid::far", far);
    const auto ghosts =
        suan::detail::on_device<GlobalIndex>("suan::multigrid::ghosts", a.remote().columns);
    rows.codes = coded(ghosts, numbers, a.row_layout());
    rows.offsets = fetched.offsets;
    rows.columns = coded(fetched.columns, numbers, a.row_layout());
    rows.values = fetched.values;
  });
  return rows;
}

template <Scalar T>
struct IdealRow {
  RowsView<T> near;
  NearRows<T> rows;
  GlobalOrder order;  // of the columns

  /// Writes the row of R of coarse point i; returns its length.
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex make(LocalIndex i, PlaceTable& table, LocalIndex* slots,
                                              LocalIndex* points, T* system, LocalIndex* columns,
                                              T* values) const {
    LocalIndex count = 0;
    table.start(slots, static_cast<LocalIndex>(near.length(i)));
    near.visit(i, [&](LocalIndex k, const T&) {
      table.insert(k, count);
      points[count++] = k;
    });
    T* const right = system + count * count;
    for (LocalIndex e = 0; e < count * count + count; ++e) system[e] = T{};
    rows.visit(i, [&](LocalIndex j, const T& value) {
      const LocalIndex place = table.find(j);
      if (place != PlaceTable::none) right[place] = -value;
    });
    for (LocalIndex k = 0; k < count; ++k) {
      rows.visit(points[k], [&](LocalIndex j, const T& value) {
        const LocalIndex place = table.find(j);
        if (place != PlaceTable::none) system[place * count + k] = value;
      });
    }
    solve_small(system, right, count);
    LocalIndex length = 0;
    bool has_identity = false;
    for (LocalIndex k = 0; k < count; ++k) {
      if (!has_identity && order.place(points[k]) > order.place(i)) {
        columns[length] = i;
        values[length++] = T(1);
        has_identity = true;
      }
      if (right[k] == T{}) continue;
      columns[length] = points[k];
      values[length++] = right[k];
    }
    if (!has_identity) {
      columns[length] = i;
      values[length++] = T(1);
    }
    return length;
  }
};

/// The local numbers of the coarse points of this rank.
DeviceView<const LocalIndex> coarse_of_rank(const Splitting& splitting, LocalIndex rows) {
  const auto numbers = splitting.numbers;
  const GlobalIndex first = splitting.coarse.first();
  const auto result = allocate<LocalIndex>("suan::multigrid::coarse_rows",
                                           static_cast<std::size_t>(splitting.coarse.local_size()));
  Kokkos::parallel_for(
      "suan::multigrid_coarse_rows", Range(0, rows), KOKKOS_LAMBDA(LocalIndex i) {
        if (numbers(i) >= 0) result(numbers(i) - first) = i;
      });
  return result;
}

template <Scalar T>
PaddedRows<T> ideal_rows(const IdealRow<T>& row, const DeviceView<const LocalIndex>& coarse) {
  const auto count = static_cast<LocalIndex>(coarse.extent(0));
  const auto room = allocate<LocalIndex>("suan::multigrid::room", coarse.extent(0));
  LocalIndex most = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_ideal_room", Range(0, count),
      KOKKOS_LAMBDA(LocalIndex c, LocalIndex & longest) {
        room(c) = static_cast<LocalIndex>(row.near.length(coarse(c))) + 1;
        longest = Kokkos::max(longest, room(c));
      },
      Kokkos::Max<LocalIndex>(most));
  const auto padded = make_padded<T>(room);
  most = std::max(most, LocalIndex(1));
  const std::size_t slots = PlaceTable::room(most);
  const std::size_t numbers_each = slots + static_cast<std::size_t>(most);
  const std::size_t values_each = static_cast<std::size_t>(most) * static_cast<std::size_t>(most) +
                                  static_cast<std::size_t>(most);
  const RowWorkers workers(count, numbers_each * sizeof(LocalIndex) + values_each * sizeof(T));
  const auto all = static_cast<std::size_t>(workers.count);
  const auto numbers = allocate<LocalIndex>("suan::multigrid::work", all * numbers_each);
  const auto values = allocate<T>("suan::multigrid::work", all * values_each);
  Kokkos::parallel_for(
      "suan::multigrid_ideal_rows", workers.policy(), KOKKOS_LAMBDA(LocalIndex w) {
        LocalIndex* const memory = numbers.data() + static_cast<std::size_t>(w) * numbers_each;
        T* const system = values.data() + static_cast<std::size_t>(w) * values_each;
        PlaceTable table;
        workers.each(w, [&](LocalIndex c) {
          const Offset begin = padded.begins(c);
          padded.lengths(c) = row.make(coarse(c), table, memory, memory + slots, system,
                                       padded.columns.data() + begin, padded.values.data() + begin);
        });
      });
  return padded;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> ideal_restriction(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                                       const Splitting& splitting, const NearlyIdeal& options) {
  const auto near = near_points(a, graph, splitting, options);
  const std::vector<GlobalIndex> far = near.remote().columns;
  const auto rows = near_rows(a, far);
  PaddedRows<T> padded;
  together(a.comm(), [&] {
    const IdealRow<T> row{RowsView<T>(suan::detail::local_rows(near)), rows,
                          GlobalOrder(*near.exchange().map())};
    padded = ideal_rows(row, coarse_of_rank(splitting, a.row_layout().local_size()));
  });
  return from_padded(splitting.coarse, a.row_layout(), far, padded);
}

#define SUAN_INSTANTIATE(T)                        \
  template DistributedMatrix<T> ideal_restriction( \
      const DistributedMatrix<T>&, const StrengthGraph&, const Splitting&, const NearlyIdeal&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
