// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The first phase of C = A B on the host: the columns of C's rows.
#pragma once

#include "kernels/column_words.hpp"
#include "kernels/few_columns.hpp"
#include "kernels/spgemm_rows.hpp"

namespace suan::kernels {

/// The columns of rows of C, on one thread. What it finds out about a row on the way goes to
/// `rows`.
template <Scalar T>
class SpgemmColumns {
 public:
  SpgemmColumns(const HostCsr<T>& a, const HostCsr<T>& b, const WorkOfRows& products,
                const Repeats& repeats, const ColumnWords<T>& words, SpgemmRows& rows)
      : a_(a),
        b_(b),
        products_(products),
        repeats_(repeats),
        words_(words),
        rows_(rows),
        set_(b.columns) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(products_.of(i), b_.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows& earlier, LocalIndex* out) {
    const LocalIndex distance = repeats_.distance();
    if (distance > 0 && earlier.has(distance) && repeats_.product_repeats(a_, i)) {
      rows_.kind(i) = RowKind::moved;
      const auto from = earlier.row(distance);
      return std::transform(from.begin(), from.end(), out,
                            [=](LocalIndex j) { return j + distance; });
    }
    // The rows of the unknowns at one point have the same columns, as a rule.
    if (earlier.has(1) && same_as_row_before(i)) {
      rows_.kind(i) = RowKind::as_before;
      const auto from = earlier.row(1);
      return std::copy(from.begin(), from.end(), out);
    }
    constexpr auto few = static_cast<Offset>(FewColumns::most);
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
    rows_.places(chunk) = places_;  // of the size that they have
    places_.clear();
  }

 private:
  static constexpr LocalIndex none = -1;

  bool same_as_row_before(LocalIndex i) const {
    const Offset length = a_.offsets[i + 1] - a_.offsets[i];
    const LocalIndex* const row = a_.indices + a_.offsets[i];
    if (a_.offsets[i] - a_.offsets[i - 1] != length) return false;
    // Most others differ in the first column, which costs no call.
    return length == 0 || (*row == *(row - length) && std::equal(row, row + length, row - length));
  }

  bool increases(LocalIndex row) const {
    bool result = true;
    for (Offset l = b_.offsets[row] + 1; l < b_.offsets[row + 1]; ++l) {
      result &= b_.indices[l - 1] < b_.indices[l];
    }
    return result;
  }

  /// The columns of B's rows that row i of A meets, except those of row `but`.
  void append_rows(LocalIndex i, LocalIndex but) {
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      if (row == but) continue;
      few_.append(b_.indices + b_.offsets[row], b_.indices + b_.offsets[row + 1]);
    }
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
  ColumnSet set_;
  FewColumns few_;
  std::vector<FewColumns::Place> places_;  // of the chunk's rows that are listed
};

}  // namespace suan::kernels
