// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Where the products that make a row of A B add up, kept for the rows that are made in the same
// way.
#pragma once

#include <array>
#include <vector>

#include "kernels/spgemm_rows.hpp"

namespace suan::kernels {

/// The lists of the last rows of one chunk. A list has, for each product in the order in which they
/// are added, the number of the entry within the row; rows of the kinds as_before and moved use
/// that of the row that they are like.
class PlaceLists {
 public:
  using Place = std::uint16_t;
  using List = std::vector<Place>;
  /// A row with more entries, or products, is summed without a list, which would not stay in the
  /// caches.
  static constexpr Offset most_entries = std::numeric_limits<Place>::max();
  static constexpr Offset most_products = Offset(1) << 15;

  explicit PlaceLists(const SpgemmRows& rows) : rows_(rows) {}

  void start(LocalIndex first, LocalIndex end) {
    first_ = first;
    end_ = end;
  }

  /// The list of row i, the row after the one that was asked for last; null when there is none.
  const List* find(LocalIndex i) {
    int list = none;
    if (rows_.kind(i) == RowKind::as_before && i > first_) list = in_use_[place(i - 1)];
    if (rows_.kind(i) == RowKind::moved && i - first_ >= rows_.distance()) {
      list = in_use_[place(i - rows_.distance())];
    }
    in_use_[place(i)] = list;
    return list == none ? nullptr : &lists_[static_cast<std::size_t>(list)];
  }

  /// Whether a later row will use the list of row i.
  bool wanted(LocalIndex i) const {
    if (i + 1 < end_ && rows_.kind(i + 1) == RowKind::as_before) return true;
    return rows_.distance() > 0 && end_ - i > rows_.distance() &&
           rows_.kind(i + rows_.distance()) == RowKind::moved;
  }

  /// An empty list for row i, for which find() was called last.
  List& make(LocalIndex i) {
    int free = 0;
    while (std::find(in_use_.begin(), in_use_.end(), free) != in_use_.end()) ++free;
    in_use_[place(i)] = free;
    List& list = lists_[static_cast<std::size_t>(free)];
    list.clear();
    return list;
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t kept = 16;
  static_assert(Repeats::farthest < kept);
  static std::size_t place(LocalIndex i) { return static_cast<std::size_t>(i) % kept; }

  const SpgemmRows& rows_;
  LocalIndex first_ = 0;
  LocalIndex end_ = 0;
  std::array<int, kept> in_use_{};
  std::array<List, kept + 1> lists_;
};

}  // namespace suan::kernels
