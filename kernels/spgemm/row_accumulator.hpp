// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums into the values of one row whose columns are known.
#pragma once

#include <algorithm>
#include <bit>
#include <vector>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// The columns alone decide which array holds the sums, and each sum has the order of the calls of
/// add(): the bits depend on nothing else.
template <Scalar T>
class RowAccumulator {
 public:
  /// Calls add_all(add), which calls add(column, value) for columns among columns[0 .. count) only,
  /// and writes the sums to values[0 .. count). The columns increase strictly.
  template <class AddAll>
  void sum(const LocalIndex* columns, Offset count, T* values, const AddAll& add_all) {
    if (count == 0) return;
    const Offset width = Offset(columns[count - 1]) - columns[0] + 1;
    if (width <= narrow || width <= sparse * count) {
      sum_dense(columns, count, values, static_cast<std::size_t>(width), add_all);
    } else {
      sum_hashed(columns, count, values, add_all);
    }
  }

 private:
  // An array from the first column to the last is best as long as it stays in the caches or is full
  // enough; the next row then uses the same cache lines for the same relative columns.
  static constexpr Offset narrow = Offset(1) << 16;
  static constexpr Offset sparse = 16;

  template <class AddAll>
  void sum_dense(const LocalIndex* columns, Offset count, T* values, std::size_t width,
                 const AddAll& add_all) {
    if (dense_.size() < width) dense_.resize(width);
    T* const sums = dense_.data();
    const LocalIndex first = columns[0];
    for (Offset k = 0; k < count; ++k) sums[columns[k] - first] = T{};
    add_all([=](LocalIndex j, const T& value) { sums[j - first] += value; });
    for (Offset k = 0; k < count; ++k) values[k] = sums[columns[k] - first];
  }

  /// A hash table of the positions of columns, at most half full.
  template <class AddAll>
  void sum_hashed(const LocalIndex* columns, Offset count, T* values, const AddAll& add_all) {
    const std::size_t size = std::bit_ceil(2 * static_cast<std::size_t>(count));
    const int shift = 32 - std::countr_zero(size);
    if (table_.size() < size) table_.resize(size);
    Slot* const table = table_.data();
    std::fill(table, table + size, Slot{});
    const std::size_t mask = size - 1;
    const auto slot_of = [=](LocalIndex j) {
      // D. E. Knuth, The Art of Computer Programming 3 (1973), 6.4: multiplicative hashing.
      std::size_t s = (static_cast<std::uint32_t>(j) * 2654435769u) >> shift;
      while (table[s].column != j && table[s].column >= 0) s = (s + 1) & mask;
      return s;
    };
    for (Offset k = 0; k < count; ++k) {
      table[slot_of(columns[k])] = {columns[k], static_cast<LocalIndex>(k)};
      values[k] = T{};
    }
    add_all([&](LocalIndex j, const T& value) { values[table[slot_of(j)].place] += value; });
  }

  struct Slot {
    LocalIndex column = -1;
    LocalIndex place = 0;
  };
  std::vector<T> dense_;
  std::vector<Slot> table_;
};

/// As RowAccumulator::sum, for columns that nearly always continue columns[0 .. count) from the one
/// before; any other costs a search.
template <Scalar T, class AddAll>
void sum_ordered(const LocalIndex* columns, Offset count, T* values, const AddAll& add_all) {
  std::fill_n(values, count, T{});
  Offset place = -1;
  add_all([&](LocalIndex j, const T& value) {
    ++place;
    if (place >= count || columns[place] != j) {
      place = std::lower_bound(columns, columns + count, j) - columns;
    }
    values[place] += value;
  });
}

}  // namespace suan::kernels
