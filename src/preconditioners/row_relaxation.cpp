// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/row_relaxation.hpp"

#include <algorithm>

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

using RowRange = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Columns of several vectors that are relaxed together.
constexpr int most_together = 4;

/// The elements [first, first + count) of a row of row-major vectors.
template <class T>
struct Slice {
  T* data = nullptr;
  std::int64_t stride = 1;

  Slice() = default;
  Slice(const RowMajor<T>& x, std::size_t first)
      : data(x.data() + first), stride(static_cast<std::int64_t>(x.stride(0))) {}
  KOKKOS_FORCEINLINE_FUNCTION T* row(LocalIndex i) const { return data + i * stride; }
};

template <Scalar T, int width>
struct RowRelaxation {
  RelaxedRows<T> rows;
  DeviceView<const LocalIndex> list;
  int count;  // of columns
  Slice<const T> b;
  Slice<const T> ghosts;
  Slice<T> x;
  Slice<T> to;  // of x, or one row for each of the list

  KOKKOS_FORCEINLINE_FUNCTION int columns() const { return width == 1 ? 1 : count; }

  /// inverse_i (b - A x)_i
  KOKKOS_FORCEINLINE_FUNCTION void change(LocalIndex i, T* sum) const {
    const T* const right = b.row(i);
    for (int c = 0; c < columns(); ++c) sum[c] = right[c];
    const auto subtract = [&](const T& entry, const T* from) {
      for (int c = 0; c < columns(); ++c) sum[c] -= entry * from[c];
    };
    if (!rows.has_ghosts) {
      for (Offset k = rows.own.offsets(i); k < rows.own.offsets(i + 1); ++k) {
        subtract(rows.own.values(k), x.row(rows.own.indices(k)));
      }
    } else {
      visit_row(rows.own, rows.ghost, rows.below, i, [&](bool in_ghost, Offset k) {
        if (in_ghost) {
          subtract(rows.ghost.values(k), ghosts.row(rows.ghost.indices(k)));
        } else {
          subtract(rows.own.values(k), x.row(rows.own.indices(k)));
        }
      });
    }
    for (int c = 0; c < columns(); ++c) sum[c] *= rows.inverse(i);
  }
};

template <Scalar T, int width>
void change_apart(const RowRelaxation<T, width>& relaxation) {
  Kokkos::parallel_for(
      "suan::relax_rows_apart", RowRange(0, static_cast<LocalIndex>(relaxation.list.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) {
        const LocalIndex i = relaxation.list(k);
        T sum[width];
        relaxation.change(i, sum);
        for (int c = 0; c < relaxation.columns(); ++c) relaxation.x.row(i)[c] += sum[c];
      });
}

template <Scalar T, int width>
void change_at_once(const RowRelaxation<T, width>& relaxation) {
  const RowRange range(0, static_cast<LocalIndex>(relaxation.list.extent(0)));
  Kokkos::parallel_for(
      "suan::relax_rows_find", range, KOKKOS_LAMBDA(LocalIndex k) {
        T sum[width];
        relaxation.change(relaxation.list(k), sum);
        for (int c = 0; c < relaxation.columns(); ++c) relaxation.to.row(k)[c] = sum[c];
      });
  Kokkos::parallel_for(
      "suan::relax_rows_add", range, KOKKOS_LAMBDA(LocalIndex k) {
        T* const own = relaxation.x.row(relaxation.list(k));
        for (int c = 0; c < relaxation.columns(); ++c) own[c] += relaxation.to.row(k)[c];
      });
}

/// Calls change for up to four columns at a time.
template <Scalar T, class Change>
void by_columns(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                const RowMajor<const T>& b, const RowMajor<const T>& ghosts,
                const RowMajor<T>& work, const RowMajor<T>& x, const Change& change) {
  const std::size_t all = x.extent(1);
  const auto slices = [&](auto relaxation, std::size_t first) {
    relaxation.rows = rows;
    relaxation.list = list;
    relaxation.b = {b, first};
    relaxation.ghosts = {ghosts, first};
    relaxation.x = {x, first};
    relaxation.to = {work, first};
    relaxation.count = static_cast<int>(std::min<std::size_t>(all - first, most_together));
    change(relaxation);
  };
  if (all == 1) return slices(RowRelaxation<T, 1>(), 0);
  for (std::size_t first = 0; first < all; first += most_together) {
    slices(RowRelaxation<T, most_together>(), first);
  }
}

}  // namespace

DeviceView<const LocalIndex> rows_of_class(const DeviceView<const LocalIndex>& classes,
                                           LocalIndex which) {
  const auto size = static_cast<LocalIndex>(classes.extent(0));
  LocalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::count_class", RowRange(0, size),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum) { sum += classes(i) == which ? 1 : 0; }, count);
  const auto list = allocate<LocalIndex>("suan::rows_of_class", static_cast<std::size_t>(count));
  Kokkos::parallel_scan(
      "suan::list_class", RowRange(0, size),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & place, bool last) {
        if (classes(i) != which) return;
        if (last) list(place) = i;
        ++place;
      });
  Kokkos::fence("suan::list_class");
  return list;
}

template <Scalar T>
std::int64_t count_entries(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list) {
  std::int64_t entries = 0;
  Kokkos::parallel_reduce(
      "suan::count_entries_of_rows", RowRange(0, static_cast<LocalIndex>(list.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k, std::int64_t & sum) {
        const LocalIndex i = list(k);
        sum += rows.own.offsets(i + 1) - rows.own.offsets(i);
        if (rows.has_ghosts) sum += rows.ghost.offsets(i + 1) - rows.ghost.offsets(i);
      },
      entries);
  return entries;
}

template <Scalar T>
void relax_from_zero(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                     const RowMajor<const T>& b, const RowMajor<T>& x) {
  const auto inverse = rows.inverse;
  Kokkos::parallel_for(
      "suan::relax_rows_from_zero", RowRange(0, static_cast<LocalIndex>(list.extent(0))),
      KOKKOS_LAMBDA(LocalIndex k) {
        const LocalIndex i = list(k);
        for (std::size_t c = 0; c < x.extent(1); ++c) x(i, c) = inverse(i) * b(i, c);
      });
}

template <Scalar T>
void relax_apart(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                 const RowMajor<const T>& b, const RowMajor<const T>& ghosts,
                 const RowMajor<T>& x) {
  by_columns<T>(rows, list, b, ghosts, x, x, [](const auto& each) { change_apart(each); });
}

template <Scalar T>
void relax_at_once(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                   const RowMajor<const T>& b, const RowMajor<const T>& ghosts,
                   const RowMajor<T>& work, const RowMajor<T>& x) {
  by_columns<T>(rows, list, b, ghosts, work, x, [](const auto& each) { change_at_once(each); });
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template std::int64_t count_entries(const RelaxedRows<T>&, const DeviceView<const LocalIndex>&); \
  template void relax_from_zero(const RelaxedRows<T>&, const DeviceView<const LocalIndex>&,        \
                                const RowMajor<const T>&, const RowMajor<T>&);                     \
  template void relax_apart(const RelaxedRows<T>&, const DeviceView<const LocalIndex>&,            \
                            const RowMajor<const T>&, const RowMajor<const T>&,                    \
                            const RowMajor<T>&);                                                   \
  template void relax_at_once(const RelaxedRows<T>&, const DeviceView<const LocalIndex>&,          \
                              const RowMajor<const T>&, const RowMajor<const T>&,                  \
                              const RowMajor<T>&, const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
