// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of one row of a product, collected in any order and returned in increasing order.
#pragma once

#include <bit>
#include <vector>

#include "suan/core/types.hpp"

namespace suan::kernels {

/// A bit per column, and two levels above that mark the nonzero words: an entry costs a few
/// instructions, and the columns come in order without sorting. The levels are an idea of P. van
/// Emde Boas, "Preserving order in a forest in less than logarithmic time and linear space", Inf.
/// Process. Lett. 6 (1977), 80-82. Memory: an eighth of a byte per column.
class ColumnSet {
 public:
  explicit ColumnSet(LocalIndex columns)
      : leaves_(words(static_cast<std::size_t>(columns)), 0),
        middle_(words(leaves_.size()), 0),
        top_(words(middle_.size()), 0),
        first_top_(top_.size()) {}

  void insert(LocalIndex column) { insert_word(word_of(column), bit_of(column)); }

  /// The same, for columns most of which are already present: rewriting the word would make the
  /// next one wait for it. If most were new, the branch would be unpredictable.
  void insert_repeated(LocalIndex column) {
    if ((leaves_[word_of(column)] & bit_of(column)) == 0) insert(column);
  }

  /// The columns 64 word + b for each bit b of `bits`.
  void insert_word(std::uint32_t word, std::uint64_t bits) {
    std::uint64_t& leaf = leaves_[word];
    if (leaf == 0) mark(word);
    leaf |= bits;
  }

  /// Writes the columns in increasing order, empties the set, and returns the end.
  LocalIndex* take(LocalIndex* out) {
    for (std::size_t t = first_top_; t < last_top_; ++t) {
      for_bits(top_[t], t, [&](std::size_t m) {
        for_bits(middle_[m], m, [&](std::size_t w) {
          for_bits(leaves_[w], w,
                   [&](std::size_t column) { *out++ = static_cast<LocalIndex>(column); });
        });
      });
    }
    first_top_ = top_.size();
    last_top_ = 0;
    return out;
  }

 private:
  static std::size_t words(std::size_t bits) { return bits / 64 + 1; }
  static std::uint32_t word_of(LocalIndex column) {
    return static_cast<std::uint32_t>(column) >> 6;
  }
  static std::uint64_t bit_of(LocalIndex column) {
    return std::uint64_t(1) << (static_cast<std::uint32_t>(column) & 63);
  }

  void mark(std::uint32_t word) {
    std::uint64_t& middle = middle_[word >> 6];
    if (middle == 0) {
      const std::uint32_t t = word >> 12;
      top_[t] |= std::uint64_t(1) << (word >> 6 & 63);
      if (t < first_top_) first_top_ = t;
      if (t >= last_top_) last_top_ = t + 1;
    }
    middle |= std::uint64_t(1) << (word & 63);
  }

  /// Calls use(64 index + b) for each bit b of `word`, and clears the word.
  template <class Use>
  static void for_bits(std::uint64_t& word, std::size_t index, const Use& use) {
    for (std::uint64_t rest = word; rest != 0; rest &= rest - 1) {
      use(64 * index + static_cast<std::size_t>(std::countr_zero(rest)));
    }
    word = 0;
  }

  std::vector<std::uint64_t> leaves_;
  std::vector<std::uint64_t> middle_;
  std::vector<std::uint64_t> top_;
  std::size_t first_top_;
  std::size_t last_top_ = 0;
};

}  // namespace suan::kernels
