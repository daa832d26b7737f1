// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of a matrix's rows as bits.
#pragma once

#include <memory>

#include "kernels/spgemm/row_structure.hpp"

namespace suan::kernels {

/// The rows of B as words of 64 columns, for matrices whose columns are close together: the
/// compression of Deveci, Trott and Rajamanickam. Only the symbolic phase needs it.
template <Scalar T>
class ColumnWords {
 public:
  /// Does not pay off.
  ColumnWords() = default;
  ColumnWords(const ExecutionSpace& space, const HostCsr<T>& b) {
    if (!sample_is_worth_it(b)) return;
    offsets_ = std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(b.rows) + 1);
    sum_weights(space, b.rows, offsets_.get(), [&](LocalIndex i) {
      Offset count = 0;
      visit(b, i, [&](std::uint32_t, std::uint64_t) { ++count; });
      return count;
    });
    const Offset count = offsets_[static_cast<std::size_t>(b.rows)];
    worth_it_ = is_worth_it(count, b.entries());
    if (!worth_it_) return;
    words_ = std::make_unique_for_overwrite<Word[]>(static_cast<std::size_t>(count));
    const auto parts = split_rows(offsets_.get(), b.rows, number_of_chunks(space, count, b.rows));
    for_chunks("suan::spgemm_words", space, parts.size() - 1, [&](std::size_t p) {
      Word* word = words_.get() + offsets_[static_cast<std::size_t>(parts[p])];
      for (LocalIndex i = parts[p]; i < parts[p + 1]; ++i) {
        visit(b, i, [&](std::uint32_t number, std::uint64_t bits) { *word++ = {bits, number}; });
      }
    });
  }

  bool worth_it() const { return worth_it_; }
  void insert_row(LocalIndex i, ColumnSet& set) const {
    const Word* const end = words_.get() + offsets_[static_cast<std::size_t>(i) + 1];
    for (const Word* w = words_.get() + offsets_[static_cast<std::size_t>(i)]; w < end; ++w) {
      set.insert_word(w->number, w->bits);
    }
  }

 private:
  struct Word {
    std::uint64_t bits;
    std::uint32_t number;
  };

  /// A word costs three to four times the memory of a column, and pays off from two entries on.
  static bool is_worth_it(Offset words, Offset entries) { return 2 * words <= entries; }

  static bool sample_is_worth_it(const HostCsr<T>& b) {
    constexpr LocalIndex rows = 1024;
    const LocalIndex step = std::max<LocalIndex>(1, b.rows / rows);
    Offset words = 0;
    Offset entries = 0;
    for (Offset i = 0; i < b.rows; i += step) {
      visit(b, static_cast<LocalIndex>(i), [&](std::uint32_t, std::uint64_t) { ++words; });
      entries += b.offsets[i + 1] - b.offsets[i];
    }
    return is_worth_it(words, entries);
  }

  /// Calls use(number, bits) for each run of entries of row i that share a word.
  template <class Use>
  static void visit(const HostCsr<T>& b, LocalIndex i, const Use& use) {
    const Offset end = b.offsets[i + 1];
    for (Offset k = b.offsets[i]; k < end;) {
      const std::uint32_t number = static_cast<std::uint32_t>(b.indices[k]) >> 6;
      std::uint64_t bits = 0;
      for (; k < end && static_cast<std::uint32_t>(b.indices[k]) >> 6 == number; ++k) {
        bits |= std::uint64_t(1) << (b.indices[k] & 63);
      }
      use(number, bits);
    }
  }

  bool worth_it_ = false;
  std::unique_ptr<Offset[]> offsets_;
  std::unique_ptr<Word[]> words_;
};

}  // namespace suan::kernels
