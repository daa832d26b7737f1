// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From CSR to SELL-C-sigma, window by window: one pass sorts the rows and looks at the columns of
// each slice, one fills the arrays.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "kernels/sell/sell_sorted_view.hpp"
#include "suan/core/detail/memory.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

using Windows = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The number of windows or slices of `height` rows.
inline LocalIndex pieces_of(LocalIndex rows, LocalIndex height) {
  return rows / height + (rows % height != 0 ? 1 : 0);
}

/// Sorts the rows of a window by falling length, rows of one length by number, rows after the last
/// one to the end. Writes the order, its inverse and the lengths.
template <Scalar T>
void sort_window(const CsrView<T>& a, LocalIndex first, LocalIndex count, std::uint32_t* lengths,
                 std::uint8_t* order, std::uint8_t* places) {
  std::array<std::uint64_t, block_rows> keys;
  for (LocalIndex r = 0; r < count; ++r) {
    const auto length = static_cast<std::uint64_t>(a.offsets(first + r + 1) - a.offsets(first + r));
    keys[std::size_t(r)] =
        (std::uint64_t{std::numeric_limits<std::uint32_t>::max()} - length) << 8 | std::uint64_t(r);
  }
  std::sort(keys.begin(), keys.begin() + count);
  for (LocalIndex p = 0; p < count; ++p) {
    const auto row = static_cast<std::uint8_t>(keys[std::size_t(p)] & 255);
    order[p] = row;
    places[row] = static_cast<std::uint8_t>(p);
    lengths[p] = static_cast<std::uint32_t>(a.offsets(first + row + 1) - a.offsets(first + row));
  }
}

/// The numbers of a slice's values and columns, not yet their starts, and the form of its columns.
template <Scalar T>
SortedSlice plan_sorted_slice(const CsrView<T>& a, LocalIndex window_first,
                              const std::uint8_t* order, LocalIndex count) {
  Offset entries = 0;
  LocalIndex least = std::numeric_limits<LocalIndex>::max();
  LocalIndex most = 0;
  for (LocalIndex l = 0; l < count; ++l) {
    const LocalIndex i = window_first + order[l];
    for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
      least = std::min(least, a.indices(k));
      most = std::max(most, a.indices(k));
    }
    entries += a.offsets(i + 1) - a.offsets(i);
  }
  const bool near = entries > 0 && most - least <= std::numeric_limits<std::uint16_t>::max();
  return {entries, near ? entries : 2 * entries, near ? least : 0, near ? 1u : 2u};
}

/// Layout and, once filled, entries.
template <Scalar T>
SortedSellView<T> sorted_sell_layout(const ExecutionSpace& space, const CsrView<T>& a,
                                     Offset& column_words) {
  SortedSellView<T> m;
  m.rows = a.rows;
  m.window = rows_of_window(a.rows);
  m.entries = a.entries();
  const auto count = static_cast<std::size_t>(pieces_of(a.rows, sorted_rows));
  const auto slices = detail::allocate<SortedSlice>("suan::sell slices", count);
  const auto lengths = detail::allocate<std::uint32_t>("suan::sell lengths", count * sorted_rows);
  const auto order = detail::allocate<std::uint8_t>("suan::sell order", count * sorted_rows);
  const auto places = detail::allocate<std::uint8_t>("suan::sell places", std::size_t(a.rows));
  const LocalIndex window = m.window;
  Kokkos::parallel_for("suan::sell_sort", Windows(space, 0, pieces_of(a.rows, window)),
                       [=](LocalIndex w) {
                         const LocalIndex first = w * window;
                         const LocalIndex rows = std::min(window, a.rows - first);
                         sort_window(a, first, rows, lengths.data() + first, order.data() + first,
                                     places.data() + first);
                         for (LocalIndex r = 0; r < rows; r += sorted_rows) {
                           slices((first + r) / sorted_rows) = plan_sorted_slice(
                               a, first, order.data() + first + r, std::min(sorted_rows, rows - r));
                         }
                       });
  space.fence("suan::sell_sort");
  for (auto p = static_cast<std::size_t>(a.rows); p < lengths.size(); ++p) lengths(p) = 0;
  Offset values = 0;
  column_words = 0;
  for (std::size_t s = 0; s < count; ++s) {
    values += std::exchange(slices(s).values, values);
    column_words += std::exchange(slices(s).columns, column_words);
  }
  m.slices = slices;
  m.lengths = lengths;
  m.order = order;
  m.places = places;
  return m;
}

/// Writes the entries of slice s.
template <Scalar T>
void fill_sorted_slice(const CsrView<T>& a, const SortedSellView<T>& m, LocalIndex s,
                       std::uint16_t* column, T* value) {
  const SortedSlice& slice = m.slices(s);
  const LocalIndex place = s * sorted_rows;
  const LocalIndex window_first = place / m.window * m.window;
  const std::uint32_t* const lengths = m.lengths.data() + place;
  std::array<Offset, sorted_rows> begins{};
  for (LocalIndex l = 0; l < std::min(sorted_rows, m.rows - place); ++l) {
    begins[std::size_t(l)] = a.offsets(window_first + m.order(place + l));
  }
  LocalIndex filled = sorted_rows;
  for (std::uint32_t k = 0; k < lengths[0]; ++k) {
    while (lengths[filled - 1] <= k) --filled;
    for (LocalIndex l = 0; l < filled; ++l) {
      const Offset at = begins[std::size_t(l)] + Offset(k);
      const LocalIndex number = a.indices(at) - slice.base;
      if (slice.column_words == 1) {
        *column = static_cast<std::uint16_t>(number);
      } else {
        __builtin_memcpy(column, &number, sizeof number);
      }
      column += slice.column_words;
      *value++ = a.values(at);
    }
  }
}

template <Scalar T>
SortedSellView<T> fill_sorted_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                   SortedSellView<T> m, Offset column_words) {
  const auto columns =
      detail::allocate<std::uint16_t>("suan::sell columns", std::size_t(column_words));
  const auto values = detail::allocate<T>("suan::sell values", std::size_t(a.entries()));
  Kokkos::parallel_for("suan::sell_fill",
                       Windows(space, 0, static_cast<LocalIndex>(m.slices.size())),
                       [=](LocalIndex s) {
                         fill_sorted_slice(a, m, s, columns.data() + m.slices(s).columns,
                                           values.data() + m.slices(s).values);
                       });
  space.fence("suan::sell_fill");
  m.columns = columns;
  m.values = values;
  return m;
}

}  // namespace suan::kernels

#endif
