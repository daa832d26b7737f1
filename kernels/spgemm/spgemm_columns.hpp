// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The symbolic phase of C = A B on the host: the columns of C's rows.
#pragma once

#include "core/pooled.hpp"
#include "kernels/spgemm/column_words.hpp"
#include "kernels/spgemm/few_columns.hpp"
#include "kernels/spgemm/scattered_row.hpp"
#include "kernels/spgemm/spgemm_rows.hpp"

namespace suan::kernels {

/// The values of each chunk's rows with few products, in sequence: they can be summed while columns
/// are found.
template <Scalar T>
struct EarlyValues {
  struct Chunk {
    detail::Pooled<T> values;
    bool of_all_rows = false;
  };
  std::vector<Chunk> chunks;
};

/// The columns of rows of C, on one thread. Records in `rows` what it finds out about a row on the
/// way.
template <Scalar T>
class SpgemmColumns {
 public:
  SpgemmColumns(const HostCsr<T>& a, const HostCsr<T>& b, const WorkOfRows& products,
                const Repeats& repeats, const ColumnWords<T>& words, SpgemmRows& rows,
                EarlyValues<T>* early)
      : a_(a),
        b_(b),
        products_(products),
        repeats_(repeats),
        words_(words),
        rows_(rows),
        early_(early),
        scatters_(early != nullptr && b.columns <= ScatteredRow<T>::most_columns),
        set_(b.columns),
        scattered_(scatters_ ? b.columns : 0) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(products_.of(i), b_.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows& earlier, LocalIndex* out) {
    constexpr auto few = static_cast<Offset>(FewColumns::most);
    ++rows_of_chunk_;
    if (scatters_ && is_scattered(i)) {
      rows_.kind(i) = RowKind::listed;
      return scattered_columns_and_values(i, out);
    }
    if (early_ != nullptr && products_.of(i) <= few) {
      rows_.kind(i) = RowKind::listed;
      return columns_and_values(i, out);
    }
    const LocalIndex distance = repeats_.distance();
    if (distance > 0 && earlier.has(distance) && repeats_.product_repeats(a_, i)) {
      rows_.kind(i) = RowKind::moved;
      const auto from = earlier.row(distance);
      return std::transform(from.begin(), from.end(), out,
                            [=](LocalIndex j) { return j + distance; });
    }
    // The rows of the unknowns at one point usually have the same columns.
    if (earlier.has(1) && same_as_row_before(i)) {
      rows_.kind(i) = RowKind::as_before;
      const auto from = earlier.row(1);
      return std::copy(from.begin(), from.end(), out);
    }
    if (products_.of(i) <= few) {
      rows_.kind(i) = RowKind::listed;
      few_.clear();
      append_rows(i, none);
      LocalIndex* const end = few_.take(out);
      places_.insert(places_.end(), few_.places(), few_.places() + few_.size());
      return end;
    }
    const RowWork work = work_of_row(a_, b_, i);
    if (work.has_one_long_row() && increases(work.longest_row)) {
      rows_.kind(i) = RowKind::ordered;
      if (work.others() <= few) return merge_into(i, work.longest_row, out);
    }
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      if (words_.worth_it()) {
        words_.insert_row(row, set_);
      } else {
        for (Offset l = b_.offsets[row]; l < b_.offsets[row + 1]; ++l) set_.insert(b_.indices[l]);
      }
    }
    return set_.take(out);
  }

  /// The rows of a chunk are done.
  void end_chunk(std::size_t chunk) {
    rows_.places(chunk) = places_;  // a copy of exactly their size
    places_.clear();
    if (early_ == nullptr) return;
    auto& kept = early_->chunks[chunk];
    room_for_values(1);
    keep(values_, values_in_use_, kept.values);
    values_of_last_chunk_ = values_in_use_;
    kept.of_all_rows = rows_with_values_ == rows_of_chunk_;
    rows_of_chunk_ = 0;
    rows_with_values_ = 0;
    values_in_use_ = 0;
  }

 private:
  static constexpr LocalIndex none = -1;
  static_assert(ScatteredRow<T>::beyond <= room_behind_columns);
  /// Products of a row up to which it does not matter whether most are with one row of B.
  static constexpr Offset most_unseen = 256;

  bool same_as_row_before(LocalIndex i) const {
    const Offset length = a_.offsets[i + 1] - a_.offsets[i];
    const LocalIndex* const row = a_.indices + a_.offsets[i];
    if (a_.offsets[i] - a_.offsets[i - 1] != length) return false;
    // Most others differ in the first column, which needs no call.
    return length == 0 || (*row == *(row - length) && std::equal(row, row + length, row - length));
  }

  bool increases(LocalIndex row) const {
    bool result = true;
    for (Offset l = b_.offsets[row] + 1; l < b_.offsets[row + 1]; ++l) {
      result &= b_.indices[l - 1] < b_.indices[l];
    }
    return result;
  }

  /// The columns of B's rows that row i of A refers to, except those of row `but`.
  void append_rows(LocalIndex i, LocalIndex but) {
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      if (row == but) continue;
      few_.append(b_.indices + b_.offsets[row], b_.indices + b_.offsets[row + 1]);
    }
  }

  /// Prefetches the row of B that a later entry of A refers to, and the offset of a row needed
  /// still later.
  [[gnu::always_inline]] inline void ask_ahead(Offset k) const {
    constexpr Offset near = 12;
    constexpr Offset far = 24;
    const Offset last = a_.entries() - 1;
    __builtin_prefetch(b_.offsets + a_.indices[std::min(k + far, last)]);
    const Offset begin = b_.offsets[a_.indices[std::min(k + near, last)]];
    __builtin_prefetch(b_.indices + begin);
    __builtin_prefetch(b_.values + begin);
  }

  /// For a row with few products, which are sorted and added at once.
  LocalIndex* columns_and_values(LocalIndex i, LocalIndex* out) {
    few_.clear();
    std::size_t count = 0;
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      const T factor = a_.values[k];
      ask_ahead(k);
      const Offset end = b_.offsets[row + 1];
      for (Offset l = b_.offsets[row]; l < end && count < FewColumns::most; ++l) {
        few_.set(count, b_.indices[l]);
        summands_[count++] = factor * b_.values[l];
      }
    }
    few_.resize(count);
    LocalIndex* const end = few_.take(out);
    T* const sums = room_for_values(FewColumns::most);
    std::fill_n(sums, end - out, T{});
    for (std::size_t p = 0; p < count; ++p) sums[few_.places()[p]] += summands_[p];
    values_in_use_ += static_cast<std::size_t>(end - out);
    ++rows_with_values_;
    return end;
  }

  /// Whether the columns and values of row i are found with marks.
  bool is_scattered(LocalIndex i) const {
    const Offset products = products_.of(i);
    if (products <= most_unseen) return true;
    return products <= ScatteredRow<T>::most && !work_of_row(a_, b_, i).has_one_long_row();
  }

  LocalIndex* scattered_columns_and_values(LocalIndex i, LocalIndex* out) {
    T* const values = room_for_values(static_cast<std::size_t>(bound(i)));
    LocalIndex* const end = scattered_.row(a_, b_, i, out, values);
    ++rows_with_values_;
    values_in_use_ += static_cast<std::size_t>(end - out);
    return end;
  }

  /// Where the next `count` values go.
  T* room_for_values(std::size_t count) {
    if (values_.size() < values_in_use_ + count) {
      // The next chunk is about as large as the last.
      const std::size_t expected = values_of_last_chunk_ + values_of_last_chunk_ / 8;
      detail::Pooled<T> more(std::bit_ceil(std::max(2 * values_.size() + count, expected)));
      std::copy_n(values_.get(), values_in_use_, more.get());
      values_ = std::move(more);
    }
    return values_.get() + values_in_use_;
  }

  LocalIndex* merge_into(LocalIndex i, LocalIndex longest, LocalIndex* out) {
    few_.clear();
    append_rows(i, longest);
    std::array<LocalIndex, FewColumns::most> others;
    return std::set_union(b_.indices + b_.offsets[longest], b_.indices + b_.offsets[longest + 1],
                          others.data(), few_.take(others.data()), out);
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  const WorkOfRows& products_;
  const Repeats& repeats_;
  const ColumnWords<T>& words_;
  SpgemmRows& rows_;
  EarlyValues<T>* early_;  // null: no values are summed
  bool scatters_;          // sums the values of rows through the positions of their columns
  ColumnSet set_;
  ScatteredRow<T> scattered_;
  FewColumns few_;
  std::array<T, FewColumns::most> summands_;
  detail::Pooled<T> values_;  // of the chunk's rows with few products
  std::size_t values_in_use_ = 0;
  std::size_t values_of_last_chunk_ = 0;
  LocalIndex rows_of_chunk_ = 0;  // so far
  LocalIndex rows_with_values_ = 0;
  std::vector<FewColumns::Place> places_;  // of the chunk's rows that are listed
};

}  // namespace suan::kernels
