// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory layout of a compact SELL matrix.
#pragma once

#include "kernels/values/value_codes.hpp"
#include "suan/kernels/sell.hpp"

namespace suan::kernels {

/// Rows of a slice: a vector register or two on a CPU, a warp on a GPU.
inline constexpr LocalIndex slice_rows = SUAN_HAVE_CUDA ? 32 : 8;

/// Words hold, in this order: the end of each row's tail (slice_rows words, only when `uneven`);
/// the first row's column of each run (`width` words, only when `runs`); the rows with an entry in
/// each run, as bits
/// (`width` words, only when `gaps`; otherwise all rows have one); the slice's smallest column (one
/// word, only when `near`); the remaining columns, two per word when `near`: of the adjacent
/// entries (unless `runs`), then of the tails. Values hold the adjacent entries (one for all rows
/// when `shared`; any value of the run in a gap), then the tails. A slice with gaps consists of
/// runs only.
struct SellSlice {
  Offset values;     ///< the start of its values
  Offset words;      ///< the start of its words
  LocalIndex width;  ///< adjacent entries per row; with gaps, runs
  std::uint32_t flags;
  static constexpr std::uint32_t runs = 1;
  static constexpr std::uint32_t near = 2;
  static constexpr std::uint32_t shared = 4;
  static constexpr std::uint32_t uneven = 8;
  static constexpr std::uint32_t gaps = 16;
  KOKKOS_FORCEINLINE_FUNCTION bool is(std::uint32_t flag) const { return (flags & flag) != 0; }
};

/// A 16-bit distance inside a word.
using Distance = std::uint16_t __attribute__((may_alias));

template <Scalar T, class Code>
struct SellView {
  LocalIndex rows = 0;
  Offset entries = 0;
  DeviceView<const SellSlice> slices;
  DeviceView<const std::uint32_t> words;
  DeviceView<const Code> values;
  Codec<T, Code> codec;

  /// The position of the columns outside runs, and how to read them.
  struct Columns {
    const std::uint32_t* far;
    const Distance* distances;
    LocalIndex base;
    KOKKOS_FORCEINLINE_FUNCTION LocalIndex operator[](Offset k) const {
      return distances != nullptr ? base + LocalIndex(distances[k]) : LocalIndex(far[k]);
    }
  };
  KOKKOS_FORCEINLINE_FUNCTION static Columns columns_at(const SellSlice& slice,
                                                        const std::uint32_t* words) {
    if (!slice.is(SellSlice::near)) return {words, nullptr, 0};
    return {nullptr, reinterpret_cast<const Distance*>(words + 1), LocalIndex(words[0])};
  }

  /// Calls entry(column, value) for each entry of row i, in the order of the row.
  template <class Entry>
  KOKKOS_FORCEINLINE_FUNCTION void visit_row(LocalIndex i, const Entry& entry) const {
    const SellSlice slice = slices(i / slice_rows);
    const LocalIndex lane = i % slice_rows;
    const std::uint32_t* words_at = words.data() + slice.words;
    const Code* values_at = values.data() + slice.values;
    const std::uint32_t* ends = words_at;
    if (slice.is(SellSlice::uneven)) words_at += slice_rows;
    const std::uint32_t* bases = words_at;
    const bool runs = slice.is(SellSlice::runs);
    const bool shared = slice.is(SellSlice::shared);
    const bool gaps = slice.is(SellSlice::gaps);
    if (runs) words_at += slice.width;
    const Columns columns = columns_at(slice, words_at);
    for (LocalIndex k = 0; k < slice.width; ++k) {
      if (gaps && ((bases + slice.width)[k] >> lane & 1u) == 0) continue;
      const Offset at = Offset(k) * slice_rows + lane;
      const LocalIndex column = runs ? LocalIndex(bases[k]) + lane : columns[at];
      entry(column, codec.decode(values_at[shared ? Offset(k) : at]));
    }
    if (slice.is(SellSlice::uneven)) {
      const Offset side_by_side = Offset(slice.width) * slice_rows;
      const Code* tail_values = values_at + (shared ? Offset(slice.width) : side_by_side);
      const Offset tail_columns = runs ? 0 : side_by_side;
      for (Offset k = lane == 0 ? 0 : ends[lane - 1]; k < Offset(ends[lane]); ++k) {
        entry(columns[tail_columns + k], codec.decode(tail_values[k]));
      }
    }
  }

#if SUAN_HAVE_CUDA
  KOKKOS_FUNCTION T row_product(LocalIndex i, const DeviceView<const T>& x) const;
#else
  Offset work() const { return entries + rows; }
  LocalIndex first_row_of_part(int part, int parts) const;
  void row_products(LocalIndex begin, LocalIndex count, const T* x, T* products) const;
#endif
};

}  // namespace suan::kernels
