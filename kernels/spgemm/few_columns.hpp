// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of a row of a product with few products.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "suan/kernels/detail/simd.hpp"

namespace suan::kernels {

/// Sorts by counting: the position of a column is the number of smaller columns. That takes n^2
/// comparisons, 8 at a time and without unpredictable branches (docs/performance.md). For the same
/// reason columns are processed 8 at a time, padded with copies of the first one.
class FewColumns {
 public:
  static constexpr std::size_t most = 64;
  using Place = std::uint8_t;

  void clear() { size_ = 0; }
  /// In any order, with repetitions; at most `most` in all.
  void append(const LocalIndex* first, const LocalIndex* end) {
    // Rows are short. With one condition only, GCC would call memmove for each.
    std::size_t size = size_;
    for (; first != end && size < most; ++first) columns_[size++] = *first;
    size_ = size;
  }
  /// The same in two steps: column p, and then how many there are.
  void set(std::size_t p, LocalIndex column) { columns_[p] = column; }
  void resize(std::size_t size) { size_ = size; }
  std::size_t size() const { return size_; }
  /// Writes the different columns in increasing order and returns their end.
  LocalIndex* take(LocalIndex* out) {
    std::fill_n(columns_.data() + size_, lanes, columns_[0]);
    const std::size_t size = (size_ + lanes - 1) / lanes * lanes;
    std::array<int, most> smaller;
    for (std::size_t p = 0; p < size; p += lanes) count_smaller(p, size, smaller.data() + p);
    std::uint64_t taken = 0;
    for (std::size_t p = 0; p < size; p += lanes) {
      for (std::size_t l = p; l < p + lanes; ++l) taken |= std::uint64_t(1) << smaller[l];
    }
    for (std::size_t p = 0; p < size; p += lanes) {
      for (std::size_t l = p; l < p + lanes; ++l) {
        const std::uint64_t before = taken & ((std::uint64_t(1) << smaller[l]) - 1);
        places_[l] = static_cast<Place>(std::popcount(before));
        out[places_[l]] = columns_[l];
      }
    }
    return out + std::popcount(taken);
  }

  /// Of each column appended, where take() has put it.
  const Place* places() const { return places_.data(); }

 private:
  static constexpr std::size_t lanes = lanes_of_register<LocalIndex>;

  /// Of columns p to p + lanes.
  void count_smaller(std::size_t p, std::size_t size, int* smaller) const {
    // Explicit vectors: compilers vectorise a loop only where they expect a gain.
    const auto here = load_lanes<lanes>(columns_.data() + p);
    auto counts = here - here;
    for (std::size_t q = 0; q < size; q += lanes) {
#pragma GCC unroll 8
      for (std::size_t m = q; m < q + lanes; ++m) counts -= columns_[m] < here;  // true is -1
    }
    store_lanes<lanes>(counts, smaller);
  }

  std::size_t size_ = 0;
  std::array<LocalIndex, most + lanes> columns_{};
  std::array<Place, most> places_{};
};

}  // namespace suan::kernels
