// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory layout of SELL-C-sigma.
#pragma once

#include "kernels/spmv/row_loops.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// Rows of a slice: what a 64-byte register holds of doubles.
inline constexpr LocalIndex sorted_rows = 8;

/// Rows that are sorted together: few where there are few, so that threads can share them.
inline LocalIndex rows_of_window(LocalIndex rows) { return rows < 1024 ? 128 : block_rows; }

struct SortedSlice {
  Offset values;               ///< the start of its values
  Offset columns;              ///< the start of its columns, in 16-bit words
  LocalIndex base;             ///< what 16-bit columns count from; 0 for 32-bit ones
  std::uint32_t column_words;  ///< of a column: 1 or 2
};

/// The entries of a slice, step by step: the k-th entries of its rows that have so many. Rows are
/// sorted by falling length, so these are the first ones.
template <Scalar T>
struct SortedEntries {
  const T* values;
  const std::uint16_t* columns;
  const std::uint32_t* lengths;  ///< of the rows
  LocalIndex base;
  bool far;  ///< 32-bit columns

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex column(Offset at) const {
    if (!far) return base + LocalIndex(columns[at]);
    LocalIndex number;
    __builtin_memcpy(&number, columns + 2 * at, sizeof number);
    return number;
  }

  /// Calls entry(column, value) for the entries of one row, in the order of the row.
  template <class Entry>
  KOKKOS_FORCEINLINE_FUNCTION void visit_row(LocalIndex lane, const Entry& entry) const {
    LocalIndex filled = sorted_rows;
    Offset at = lane;
    for (std::uint32_t k = 0; k < lengths[lane]; ++k) {
      while (lengths[filled - 1] <= k) --filled;
      entry(column(at), values[at]);
      at += filled;
    }
  }
};

template <Scalar T>
struct SortedSellView {
  LocalIndex rows = 0;
  LocalIndex window = 0;  ///< rows that were sorted together
  Offset entries = 0;
  DeviceView<const SortedSlice> slices;
  DeviceView<const std::uint32_t> lengths;  ///< of the rows of each slice; 0 after the last row
  DeviceView<const std::uint8_t> order;     ///< the row of each place, from its window's first
  DeviceView<const std::uint8_t> places;    ///< the place of each row, from its window's first
  DeviceView<const std::uint16_t> columns;
  DeviceView<const T> values;

  KOKKOS_FORCEINLINE_FUNCTION SortedEntries<T> entries_of(LocalIndex s) const {
    const SortedSlice& slice = slices.data()[s];
    return {values.data() + slice.values, columns.data() + slice.columns,
            lengths.data() + std::size_t(s) * sorted_rows, slice.base, slice.column_words == 2};
  }
  /// Calls entry(column, value) for each entry of row i, in the order of the row.
  template <class Entry>
  void visit_row(LocalIndex i, const Entry& entry) const {
    const LocalIndex place = i / window * window + places(i);
    entries_of(place / sorted_rows).visit_row(place % sorted_rows, entry);
  }

  std::int64_t bytes() const {
    return static_cast<std::int64_t>(slices.size() * sizeof(SortedSlice) +
                                     lengths.size() * sizeof(std::uint32_t) + order.size() +
                                     places.size() + columns.size() * sizeof(std::uint16_t) +
                                     values.size() * sizeof(T));
  }

  // For row_loops.hpp.
  Offset work() const { return entries + rows; }
  LocalIndex first_row_of_part(int part, int parts) const;
  void row_products(LocalIndex begin, LocalIndex count, const T* x, T* products) const;
};

}  // namespace suan::kernels

#endif
