// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows too long for one thread: they are summed in pieces, which the threads share.
#pragma once

#include <vector>

#include "suan/core/types.hpp"

namespace suan::kernels {

template <Scalar T>
struct CsrView;

/// The rows of at least `shortest` entries, found once when a product is prepared. Pieces have
/// `piece` entries each, whatever the number of threads, and their sums are added in order: the
/// bits of a row depend on its length alone. On a device this is empty: the kernels there have
/// their own ways with long rows.
template <Scalar T>
class LongRows {
 public:
  /// The sum of a shorter row takes one thread too little time to be worth a barrier.
  static constexpr Offset shortest = 1 << 14;
  static constexpr Offset piece = 1 << 12;

  LongRows() = default;
  LongRows(const ExecutionSpace& space, const CsrView<T>& a);

  bool empty() const noexcept { return rows_.empty(); }
  /// Their row numbers, increasing.
  const std::vector<LocalIndex>& rows() const noexcept { return rows_; }
  /// Entries of the long rows before row i.
  Offset entries_before(LocalIndex i) const;
  /// The product of each long row with x, in the order of the rows. Threads share the pieces.
  /// `fetch`: prefetch elements of x.
  std::vector<T> products(const ExecutionSpace& space, const CsrView<T>& a, const T* x,
                          bool fetch) const;
  /// Stores the products of those long rows that are in [begin, begin + count).
  void place(LocalIndex begin, LocalIndex count, const std::vector<T>& sums, T* products) const;

 private:
  std::vector<LocalIndex> rows_;  // increasing
  std::vector<Offset> entries_;   // of the long rows before each of them, and of all
  std::vector<Offset> pieces_;    // the same for pieces
};

}  // namespace suan::kernels
