// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A row of a product of matrices: its columns and values in one pass.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "core/pooled.hpp"
#include "kernels/spgemm/few_columns.hpp"

namespace suan::kernels {

/// Marks the columns seen in the row, and sums into an array with an element for each column: 4
/// bytes and a value per column, which stay in the near caches for the matrices that use this. So
/// a column needs no search and is sorted once, however many products it has. Neither array is
/// cleared between rows.
///
/// The products are first written one after the other, so that the loops over them have no inner
/// ends, which would be mispredicted if rows are short. Each sum starts at zero and adds its
/// products in order.
template <Scalar T>
class ScatteredRow {
 public:
  /// Products of one row. With more, each column has several products, and finding columns and
  /// summing in two passes of fewer instructions is faster.
  static constexpr std::size_t most = FewColumns::most;
  /// Columns for which this pays.
  static constexpr LocalIndex most_columns = LocalIndex(1) << 17;

  /// With zero columns it takes no memory.
  explicit ScatteredRow(LocalIndex columns)
      : marks_(static_cast<std::size_t>(columns)), sums_(static_cast<std::size_t>(columns)) {
    std::fill_n(marks_.get(), marks_.size(), 0u);
  }

  void start() {
    if (++mark_ == 0) {
      std::fill_n(marks_.get(), marks_.size(), 0u);
      mark_ = 1;
    }
  }

  /// Appends to the first `so_far` products those of `factor` and values[l], in column columns[l],
  /// for each l below `count`. Entries up to `readable`, which is at least `count`, may be read.
  /// Returns the new number of products.
  std::size_t add(std::size_t so_far, const T& factor, const LocalIndex* __restrict columns,
                  const T* __restrict values, Offset count, Offset readable) {
    LocalIndex* __restrict const to = columns_.data() + so_far;
    T* __restrict const products = products_.data() + so_far;
    const T by = factor;
    Offset l = 0;
    if constexpr (!is_complex<T>) {
      // Rows of 1 to 4, 5 to 8, ... entries take the same path. What is written beyond the end of
      // a row is overwritten by the next one.
      if (count + steps <= readable) {
        for (; l < count; l += steps) {
          store_lanes<steps>(load_lanes<steps>(columns + l), to + l);
          store_lanes<steps>(by * load_lanes<steps>(values + l), products + l);
        }
        return so_far + static_cast<std::size_t>(count);
      }
    }
    for (; l < count; ++l) {
      to[l] = columns[l];
      products[l] = by * values[l];
    }
    return so_far + static_cast<std::size_t>(count);
  }

  /// Of `count` products, writes the columns in increasing order to `out` and their sums to `sums`.
  /// Returns the end of the columns.
  LocalIndex* take(std::size_t count, LocalIndex* out, T* sums) {
    if (count == 0) return out;
    std::uint32_t* const marks = marks_.get();
    T* const all = sums_.get();
    const std::uint32_t mark = mark_;
    // All loops run to a multiple of `several`, so that rows differ less in their number of steps.
    // The excess steps repeat the last column and add a number that changes no bit.
    std::fill_n(columns_.data() + count, several, columns_[count - 1]);
    std::fill_n(products_.data() + count, several, nothing());
    std::size_t size = 0;
    for (std::size_t p = 0; p < count; p += several) {
#pragma GCC unroll 8
      for (std::size_t q = p; q < p + several; ++q) {
        // No branch: whether a column is already marked is unpredictable.
        const auto column = static_cast<std::size_t>(columns_[q]);
        different_[size] = columns_[q];
        size += marks[column] != mark;
        marks[column] = mark;
        all[column] = T{};
      }
    }
    for (std::size_t p = 0; p < count; p += several) {
#pragma GCC unroll 8
      for (std::size_t q = p; q < p + several; ++q) all[columns_[q]] += products_[q];
    }
    std::array<int, DistinctColumns::most + several> order;
    DistinctColumns::order(different_.data(), size, order.data());
    // The first one again, which is written to its position once more.
    std::fill_n(different_.data() + size, several, different_[0]);
    std::fill_n(order.data() + size, several, order[0]);
    for (std::size_t p = 0; p < size; p += several / 2) {
#pragma GCC unroll 4
      for (std::size_t q = p; q < p + several / 2; ++q) {
        out[order[q]] = different_[q];
        sums[order[q]] = all[different_[q]];
      }
    }
    return out + size;
  }

 private:
  /// Added to a number, it changes neither the number nor its sign.
  static T nothing() {
    if constexpr (is_complex<T>) {
      return T(-0.0, -0.0);
    } else {
      return T(-0.0);
    }
  }

  static constexpr std::size_t several = DistinctColumns::lanes;
  static constexpr int steps = 4;

  detail::Pooled<std::uint32_t> marks_;
  detail::Pooled<T> sums_;
  std::uint32_t mark_ = 0;
  std::array<LocalIndex, most + several> columns_;
  std::array<T, most + several> products_;
  std::array<LocalIndex, most + several + 1> different_;
};

}  // namespace suan::kernels
