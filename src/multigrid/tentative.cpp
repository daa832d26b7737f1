// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/tentative.hpp"

#include "multigrid/members.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using suan::detail::on_device;
using suan::detail::on_host;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Local numbers in a map with this rank's first number, so many of its own, and these ghosts.
void look_up_local(const DeviceView<const GlobalIndex>& global,
                   const DeviceView<const GlobalIndex>& ghosts, GlobalIndex first, LocalIndex owned,
                   const DeviceView<LocalIndex>& local) {
  Kokkos::parallel_for(
      "suan::multigrid_number_locally", Range(0, static_cast<LocalIndex>(global.extent(0))),
      KOKKOS_LAMBDA(LocalIndex v) {
        const GlobalIndex c = global(v);
        if (c == Aggregates::none) {
          local(v) = -1;
        } else if (c >= first && c < first + owned) {
          local(v) = static_cast<LocalIndex>(c - first);
        } else {
          local(v) = owned + suan::detail::place_among(ghosts, c);
        }
      });
}

/// The map of this rank's aggregates and of those in which it or its neighbours have nodes; and the
/// local number of each node's aggregate in it. Collective.
template <Scalar T>
void number_locally(const Nodes& nodes, const Aggregates& aggregates, Tentative<T>& result) {
  const auto& comm = nodes.layout.comm();
  const Layout& layout = aggregates.layout;
  std::vector<GlobalIndex> needed;
  together(comm, [&] {
    if (comm.size() == 1) return;
    for (const GlobalIndex c : on_host<GlobalIndex>(aggregates.of)) {
      if (c != Aggregates::none && !layout.owns(c)) needed.push_back(c);
    }
  });
  result.exchange = Exchange(IndexMap::make(layout, needed));
  const auto& map = *result.exchange.map();
  together(comm, [&] {
    const auto of = allocate<LocalIndex>("suan::multigrid::aggregate_of", aggregates.of.extent(0));
    look_up_local(aggregates.of,
                  on_device<GlobalIndex>("suan::multigrid::ghosts", map.ghost_numbers()),
                  layout.first(), map.owned(), of);
    result.of = of;
  });
}

/// B = Q R of one aggregate by modified Gram-Schmidt, each column twice; Q replaces B, of which row
/// i has stride `vectors`. A column that all but vanishes when those before it are taken out
/// depends on them. Returns the columns kept, as bits; row t of R belongs to the t-th of them.
template <Scalar T>
KOKKOS_INLINE_FUNCTION std::uint32_t orthogonalise(T* b, LocalIndex rows, Offset vectors, T* r) {
  using R = Real<T>;
  const R least = Kokkos::sqrt(std::numeric_limits<R>::epsilon());
  std::uint32_t kept = 0;
  LocalIndex rank = 0;
  for (Offset e = 0; e < vectors * vectors; ++e) r[e] = T(0);
  for (LocalIndex j = 0; j < vectors; ++j) {
    R before = 0;
    for (LocalIndex i = 0; i < rows; ++i) before += abs_squared(b[i * vectors + j]);
    for (int pass = 0; pass < 2; ++pass) {
      LocalIndex t = 0;
      for (LocalIndex s = 0; s < j; ++s) {
        if ((kept >> s & 1u) == 0) continue;
        T product{};
        for (LocalIndex i = 0; i < rows; ++i) {
          product += conjugate(b[i * vectors + s]) * b[i * vectors + j];
        }
        for (LocalIndex i = 0; i < rows; ++i) b[i * vectors + j] -= product * b[i * vectors + s];
        r[t * vectors + j] += product;
        ++t;
      }
    }
    R after = 0;
    for (LocalIndex i = 0; i < rows; ++i) after += abs_squared(b[i * vectors + j]);
    const R norm = Kokkos::sqrt(after);
    if (!(norm > least * Kokkos::sqrt(before)) || !(norm > 0)) continue;
    for (LocalIndex i = 0; i < rows; ++i) b[i * vectors + j] /= T(norm);
    r[rank * vectors + j] = T(norm);
    kept |= std::uint32_t{1} << j;
    ++rank;
  }
  return kept;
}

KOKKOS_INLINE_FUNCTION LocalIndex count_bits(std::uint32_t bits) {
  LocalIndex count = 0;
  for (; bits != 0; bits &= bits - 1) ++count;
  return count;
}

/// Where the rows of each aggregate are in the workspace.
template <Scalar T>
DeviceView<const Offset> places_of_rows(const Members<T>& members, LocalIndex aggregates) {
  const auto places =
      allocate<Offset>("suan::multigrid::places", static_cast<std::size_t>(aggregates) + 1);
  Kokkos::parallel_scan(
      "suan::multigrid_places", Range(0, aggregates + 1),
      KOKKOS_LAMBDA(LocalIndex c, Offset & sum, bool last) {
        if (last) places(c) = sum;
        if (c == aggregates) return;
        for (Offset e = members.begins(c); e < members.begins(c + 1); ++e) {
          sum += members.rows(members.list(e));
        }
      });
  return places;
}

/// R of each of this rank's aggregates.
template <Scalar T>
void factorise(const Members<T>& members, LocalIndex aggregates, LocalIndex vectors,
               const DeviceView<T>& factors, const DeviceView<std::uint32_t>& pivots) {
  if (vectors == 1) {
    Kokkos::parallel_for(
        "suan::multigrid_norms", Range(0, aggregates), KOKKOS_LAMBDA(LocalIndex c) {
          Real<T> squares = 0;
          for (Offset e = members.begins(c); e < members.begins(c + 1); ++e) {
            const LocalIndex m = members.list(e);
            const T* const b = members.values(m);
            for (LocalIndex i = 0; i < members.rows(m); ++i) squares += abs_squared(b[i]);
          }
          factors(c) = T(Kokkos::sqrt(squares));
          pivots(c) = squares > 0 ? 1 : 0;
        });
    return;
  }
  const auto places = places_of_rows(members, aggregates);
  const auto rows = suan::detail::last_of<Offset>(places);
  const auto work = allocate<T>("suan::multigrid::near_null_rows",
                                static_cast<std::size_t>(rows) * static_cast<std::size_t>(vectors));
  Kokkos::parallel_for(
      "suan::multigrid_qr", Range(0, aggregates), KOKKOS_LAMBDA(LocalIndex c) {
        T* const begin = work.data() + places(c) * vectors;
        T* to = begin;
        for (Offset e = members.begins(c); e < members.begins(c + 1); ++e) {
          const LocalIndex m = members.list(e);
          const T* const b = members.values(m);
          for (LocalIndex k = 0; k < members.rows(m) * vectors; ++k) *to++ = b[k];
        }
        pivots(c) =
            orthogonalise(begin, static_cast<LocalIndex>(places(c + 1) - places(c)), vectors,
                          factors.data() + static_cast<Offset>(c) * vectors * vectors);
      });
}

/// Coarse rows of this rank's aggregates: their first one, and the end.
DeviceView<LocalIndex> number_rows(const DeviceView<std::uint32_t>& pivots, LocalIndex aggregates,
                                   LocalIndex& total) {
  const auto first =
      allocate<LocalIndex>("suan::multigrid::first_rows", static_cast<std::size_t>(aggregates) + 1);
  Kokkos::parallel_scan(
      "suan::multigrid_coarse_rows", Range(0, aggregates + 1),
      KOKKOS_LAMBDA(LocalIndex c, LocalIndex & sum, bool last) {
        if (last) first(c) = sum;
        if (c < aggregates) sum += count_bits(pivots(c));
      },
      total);
  return first;
}

void add_first(const DeviceView<LocalIndex>& local, GlobalIndex first, LocalIndex count,
               const DeviceView<GlobalIndex>& global) {
  Kokkos::parallel_for(
      "suan::multigrid_global_rows", Range(0, count),
      KOKKOS_LAMBDA(LocalIndex c) { global(c) = first + local(c); });
}

/// The coarse rows of each aggregate, and the first of each of this rank's.
void count_rows(const DeviceView<std::uint32_t>& pivots, const DeviceView<LocalIndex>& own_first,
                LocalIndex owned, const DeviceView<LocalIndex>& rank,
                const DeviceView<LocalIndex>& first) {
  Kokkos::parallel_for(
      "suan::multigrid_ranks", Range(0, static_cast<LocalIndex>(rank.extent(0))),
      KOKKOS_LAMBDA(LocalIndex c) {
        rank(c) = count_bits(pivots(c));
        if (c < owned) first(c) = own_first(c);
      });
}

/// Those of all aggregates by local number. Collective.
template <Scalar T>
void number_ghost_rows(const DeviceView<LocalIndex>& own_first, LocalIndex total,
                       const DeviceView<std::uint32_t>& pivots, Tentative<T>& result) {
  const auto& map = *result.exchange.map();
  const LocalIndex owned = map.owned();
  const auto size = static_cast<std::size_t>(map.size());
  result.rows = Layout::from_local_size(total, map.comm());
  DeviceView<GlobalIndex> global;
  together(map.comm(), [&] {
    global = allocate<GlobalIndex>("suan::multigrid::global_rows", size);
    add_first(own_first, result.rows.first(), owned, global);
  });
  refresh(result.exchange, global);
  together(map.comm(), [&] {
    const auto first = allocate<LocalIndex>("suan::multigrid::first", size);
    const auto rank = allocate<LocalIndex>("suan::multigrid::rank", size);
    count_rows(pivots, own_first, owned, rank, first);
    const auto ghosts = Kokkos::make_pair(static_cast<std::size_t>(owned), size);
    const auto ranks =
        on_host<LocalIndex>(DeviceView<const LocalIndex>(Kokkos::subview(rank, ghosts)));
    const auto numbers =
        on_host<GlobalIndex>(DeviceView<const GlobalIndex>(Kokkos::subview(global, ghosts)));
    std::vector<LocalIndex> firsts;
    for (std::size_t g = 0; g < ranks.size(); ++g) {
      firsts.push_back(total + static_cast<LocalIndex>(result.ghost_rows.size()));
      for (LocalIndex t = 0; t < ranks[g]; ++t) result.ghost_rows.push_back(numbers[g] + t);
    }
    Kokkos::deep_copy(Kokkos::subview(first, ghosts),
                      HostView<const LocalIndex>(firsts.data(), firsts.size()));
    result.first = first;
    result.rank = rank;
    result.first_rows = own_first;
  });
}

/// The near null space of the coarse level: the rows of R.
template <Scalar T>
void fill_coarse(const Tentative<T>& t, LocalIndex aggregates, const RowMajor<T>& near_null) {
  const auto first = t.first;
  const auto rank = t.rank;
  const auto factors = t.factors;
  const LocalIndex vectors = t.vectors;
  Kokkos::parallel_for(
      "suan::multigrid_coarse_near_null", Range(0, aggregates), KOKKOS_LAMBDA(LocalIndex c) {
        for (LocalIndex s = 0; s < rank(c); ++s) {
          for (LocalIndex j = 0; j < vectors; ++j) {
            near_null(first(c) + s, j) =
                factors((static_cast<Offset>(c) * vectors + s) * vectors + j);
          }
        }
      });
}

}  // namespace

template <Scalar T>
Tentative<T> make_tentative(const Nodes& nodes, const Aggregates& aggregates,
                            const RowMajor<const T>& near_null) {
  Tentative<T> result;
  result.vectors = static_cast<LocalIndex>(near_null.extent(1));
  number_locally(nodes, aggregates, result);
  const auto& map = *result.exchange.map();
  const auto members = find_members<T>(nodes, result.exchange, result.of, near_null);
  const auto square =
      static_cast<std::size_t>(result.vectors) * static_cast<std::size_t>(result.vectors);
  RowMajor<T> factors;
  DeviceView<T> flat;
  DeviceView<std::uint32_t> pivots;
  DeviceView<LocalIndex> first;
  LocalIndex total = 0;
  together(map.comm(), [&] {
    const auto size = static_cast<std::size_t>(map.size());
    flat = allocate<T>("suan::multigrid::factors", size * square);
    factors = RowMajor<T>(flat.data(), size, square);
    pivots = allocate<std::uint32_t>("suan::multigrid::pivots", size);
    factorise(members, map.owned(), result.vectors, flat, pivots);
    first = number_rows(pivots, map.owned(), total);
  });
  refresh(result.exchange, factors);
  refresh(result.exchange, pivots);
  result.factors = flat;
  result.pivots = pivots;
  number_ghost_rows(first, total, pivots, result);
  result.near_null = MultiVector<T>(result.rows, result.vectors);
  fill_coarse(result, map.owned(), result.near_null.view());
  return result;
}

#define SUAN_INSTANTIATE(T) \
  template Tentative<T> make_tentative(const Nodes&, const Aggregates&, const RowMajor<const T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
