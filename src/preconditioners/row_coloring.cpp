// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/row_coloring.hpp"

#include <algorithm>

#include "comm/refresh.hpp"
#include "kernels/graph/work_list.hpp"
#include "matrix/local_rows.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::detail {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

constexpr LocalIndex uncolored = -1;

/// Of owned rows and ghosts.
template <Scalar T>
struct Painter {
  kernels::CsrView<T> own;
  kernels::CsrView<T> ghost;
  bool has_ghosts = false;
  DeviceView<std::uint64_t> tickets;  // all different
  DeviceView<LocalIndex> colors;

  /// Calls visit(number) for the neighbours of owned row i.
  template <class Visit>
  KOKKOS_FORCEINLINE_FUNCTION void neighbours(LocalIndex i, const Visit& visit) const {
    for (Offset k = own.offsets(i); k < own.offsets(i + 1); ++k) {
      if (own.indices(k) != i) visit(own.indices(k));
    }
    if (!has_ghosts) return;
    for (Offset k = ghost.offsets(i); k < ghost.offsets(i + 1); ++k) {
      visit(own.columns + ghost.indices(k));
    }
  }

  /// The smallest colour that no neighbour with a lower ticket has, or uncolored while one of these
  /// is. What others have does not count, so that the order in which colours are given does not.
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex free_color(LocalIndex i) const {
    constexpr LocalIndex window = 64;
    const std::uint64_t ticket = tickets(i);
    for (LocalIndex first = 0;; first += window) {
      std::uint64_t used = 0;
      bool is_ready = true;
      neighbours(i, [&](LocalIndex j) {
        if (tickets(j) > ticket) return;
        const LocalIndex color = Kokkos::atomic_load(&colors(j));
        if (color == uncolored) is_ready = false;
        if (color >= first && color < first + window) used |= std::uint64_t{1} << (color - first);
      });
      if (!is_ready) return uncolored;
      for (LocalIndex c = 0; c < window; ++c) {
        if ((used >> c & 1) == 0) return first + c;
      }
    }
  }
};

template <Scalar T>
void draw_tickets(const Painter<T>& painter, GlobalIndex first,
                  const DeviceView<const GlobalIndex>& ghosts) {
  const auto tickets = painter.tickets;
  const LocalIndex owned = painter.own.rows;
  Kokkos::parallel_for(
      "suan::color_tickets", Range(0, static_cast<LocalIndex>(tickets.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex number = i < owned ? first + i : ghosts(i - owned);
        tickets(i) = mixed(static_cast<std::uint64_t>(number));
      });
}

template <Scalar T>
void paint(const Painter<T>& painter, const kernels::WorkList& list, LocalIndex count) {
  Kokkos::parallel_for(
      "suan::color_rows", Range(0, count), KOKKOS_LAMBDA(LocalIndex k) {
        const LocalIndex i = list(k);
        const LocalIndex color = painter.free_color(i);
        if (color != uncolored) Kokkos::atomic_store(&painter.colors(i), color);
      });
}

template <Scalar T>
LocalIndex left_over(const Painter<T>& painter, const kernels::WorkList& list, LocalIndex count,
                     const kernels::WorkList& kept) {
  const auto colors = painter.colors;
  return kernels::filter(
      "suan::color_filter", ExecutionSpace(), list, count, kept,
      KOKKOS_LAMBDA(LocalIndex i) { return colors(i) == uncolored; });
}

kernels::WorkList all_rows(LocalIndex rows) {
  const auto list = allocate<LocalIndex>("suan::color_list", static_cast<std::size_t>(rows));
  Kokkos::parallel_for(
      "suan::color_all", Range(0, rows), KOKKOS_LAMBDA(LocalIndex i) { list(i) = i; });
  return list;
}

/// The number of colours, negative if two neighbours have the same.
template <Scalar T>
LocalIndex count_colors(const Painter<T>& painter) {
  LocalIndex most = -1;
  LocalIndex clashes = 0;
  const Range range(0, painter.own.rows);
  Kokkos::parallel_reduce(
      "suan::color_count", range,
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & largest, LocalIndex & bad) {
        const LocalIndex color = painter.colors(i);
        largest = Kokkos::max(largest, color);
        painter.neighbours(i, [&](LocalIndex j) { bad += painter.colors(j) == color ? 1 : 0; });
      },
      Kokkos::Max<LocalIndex>(most), clashes);
  return clashes > 0 ? -1 : std::max(most, LocalIndex(-1)) + 1;
}

/// As color_rows(), by the entries of the rows alone: clashes are possible where these have no
/// mirror images. `colors` is then negative.
template <Scalar T>
RowColors colors_by_rows(const DistributedMatrix<T>& a) {
  const auto& map = *a.exchange().map();
  Painter<T> painter;
  kernels::WorkList list;
  kernels::WorkList kept;
  LocalIndex count = a.row_layout().local_size();
  together(a.comm(), [&] {
    const auto rows = local_rows(a);
    const auto size = static_cast<std::size_t>(map.size());
    painter = {rows.own, rows.ghost, !rows.ghosts.empty(),
               allocate<std::uint64_t>("suan::color_tickets", size),
               allocate<LocalIndex>("suan::colors", size)};
    Kokkos::deep_copy(painter.colors, uncolored);
    draw_tickets(painter, a.row_layout().first(),
                 on_device<GlobalIndex>("suan::color_ghosts", map.ghost_numbers()));
    list = all_rows(count);
    kept = allocate<LocalIndex>("suan::color_list", static_cast<std::size_t>(count));
  });
  while (a.comm().sum(static_cast<std::int64_t>(count)) > 0) {
    paint(painter, list, count);
    count = left_over(painter, list, count, kept);
    std::swap(list, kept);
    refresh(a.exchange(), painter.colors);
  }
  const LocalIndex own = count_colors(painter);
  const bool clashes = a.comm().min(own) < 0;
  const auto owned = Kokkos::make_pair(std::size_t{0}, static_cast<std::size_t>(map.owned()));
  return {clashes ? -1 : a.comm().max(own), Kokkos::subview(painter.colors, owned)};
}

}  // namespace

template <Scalar T>
RowColors color_rows(const DistributedMatrix<T>& a) {
  const auto colors = colors_by_rows(a);
  if (colors.colors >= 0) return colors;
  return colors_by_rows(add(T(1), a, T(1), conjugate_transpose(a)));
}

#define SUAN_INSTANTIATE(T) template RowColors color_rows(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
