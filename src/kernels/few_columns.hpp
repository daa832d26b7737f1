// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of a row of a product with few products.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Sorts by counting: where a column stands is the number of different columns that are smaller.
/// That takes n^2 comparisons, 8 at a time and none of them a branch, which nobody could predict:
/// 2 to 6 ns per column where sorting by insertion takes 6 to 17 (Zen 4, AVX2, 4 to 64 columns).
class FewColumns {
 public:
  static constexpr std::size_t most = 64;
  using Place = std::uint8_t;

  void clear() { size_ = 0; }
  /// In any order, also columns that are there already; at most `most` in all.
  void append(const LocalIndex* first, const LocalIndex* end) {
    // Rows are short. With one condition only, GCC would call memmove for each.
    std::size_t size = size_;
    for (; first != end && size < most; ++first) columns_[size++] = *first;
    size_ = size;
  }
  std::size_t size() const { return size_; }

  /// Writes the different columns in increasing order and returns their end.
  LocalIndex* take(LocalIndex* out) {
    std::array<int, most> smaller;
    for (std::size_t p = size_; p % lanes != 0; ++p) {
      columns_[p] = std::numeric_limits<LocalIndex>::max();
    }
    for (std::size_t p = 0; p < size_; p += lanes) count_smaller(p, smaller.data() + p);
    std::uint64_t taken = 0;
    for (std::size_t p = 0; p < size_; ++p) taken |= std::uint64_t(1) << smaller[p];
    for (std::size_t p = 0; p < size_; ++p) {
      const std::uint64_t before = taken & ((std::uint64_t(1) << smaller[p]) - 1);
      places_[p] = static_cast<Place>(std::popcount(before));
      out[places_[p]] = columns_[p];
    }
    return out + std::popcount(taken);
  }

  /// Of each column appended, where take() has put it.
  const Place* places() const { return places_.data(); }

 private:
  static constexpr std::size_t lanes = 8;

  /// Of columns p to p + lanes. The copies stay in registers, and the compiler uses vectors.
  void count_smaller(std::size_t p, int* smaller) const {
    std::array<LocalIndex, lanes> here;
    std::array<int, lanes> counts{};
    std::copy_n(columns_.data() + p, lanes, here.data());
    for (std::size_t q = 0; q < size_; ++q) {
      const LocalIndex other = columns_[q];
      for (std::size_t l = 0; l < lanes; ++l) counts[l] += other < here[l] ? 1 : 0;
    }
    std::copy_n(counts.data(), lanes, smaller);
  }

  std::size_t size_ = 0;
  std::array<LocalIndex, most> columns_{};
  std::array<Place, most> places_{};
};

}  // namespace suan::kernels
