// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Where the products of a row of A B are added, kept for later rows of the same shape.
#pragma once

#include <array>
#include <vector>

#include "kernels/spgemm/spgemm_rows.hpp"

namespace suan::kernels {

/// For each product of a row, in the order of A and B, the index of its entry within the row. Where
/// the products of a row of B are adjacent, as on grids with several unknowns per point or with
/// diagonal neighbours, runs of them are kept instead, once for consecutive rows of B with the same
/// runs: such rows are added run by run, which keeps the order of each sum because no row has a
/// column twice.
class PlaceList {
 public:
  using Place = std::uint16_t;
  struct Run {
    Place first;   ///< the entry of its first product
    Place length;  ///< within one row of B
    bool operator==(const Run&) const = default;
  };
  static constexpr int most_alike = 3;

  void clear() {
    places_.clear();
    runs_.clear();
    alike_.clear();
  }
  void push_back(std::size_t place) { places_.push_back(static_cast<Place>(place)); }

  /// Makes runs where they are long enough to pay off. for_each_row(use) calls use(products) for
  /// the rows of B in order.
  template <class ForEachRow>
  void find_runs(const ForEachRow& for_each_row) {
    constexpr std::size_t worth_it = 2;  // a run costs about as much as so many products
    std::size_t next = 0;
    std::size_t before = 0;  // where the runs of the row before begin
    std::size_t count = 0;
    for_each_row([&](Offset products) {
      const std::size_t begin = runs_.size();
      const std::size_t end = next + static_cast<std::size_t>(products);
      bool increases = true;
      // Too many already: keep none, so that none takes memory.
      for (std::size_t p = next; p < end && count * worth_it <= places_.size(); ++p) {
        increases &= p == next || places_[p] > places_[p - 1];
        if (p > next && places_[p] == places_[p - 1] + 1) {
          ++runs_.back().length;
        } else {
          runs_.push_back({places_[p], 1});
          ++count;
        }
      }
      next = end;
      const auto at = [&](std::size_t k) { return runs_.begin() + static_cast<std::ptrdiff_t>(k); };
      if (increases && !alike_.empty() && alike_.back() < most_alike &&
          std::equal(at(before), at(begin), at(begin), runs_.end())) {
        ++alike_.back();
        runs_.resize(begin);
      } else {
        alike_.push_back(1);
        before = begin;
      }
    });
    if (count * worth_it > places_.size()) runs_.clear();
    const Offset length = runs_.empty() ? 0 : runs_.front().length;
    const bool is_common = std::all_of(runs_.begin(), runs_.end(),
                                       [=](const Run& run) { return run.length == length; });
    common_length_ = is_common ? length : 0;
  }
  bool has_runs() const { return !runs_.empty(); }
  const Place* places() const { return places_.data(); }
  const Run* runs() const { return runs_.data(); }
  /// The length shared by all runs, or 0.
  Offset common_length() const { return common_length_; }
  /// How many consecutive rows of B have the same runs, at most most_alike, group by group.
  const std::uint8_t* alike() const { return alike_.data(); }

 private:
  std::vector<Place> places_;
  std::vector<Run> runs_;
  std::vector<std::uint8_t> alike_;
  Offset common_length_ = 0;
};

/// The lists of the last rows of one chunk. Rows of the kinds as_before and moved use the list of
/// the row that they repeat.
class PlaceLists {
 public:
  /// Rows with more entries or products than this are summed without a list, which would not stay
  /// in the caches.
  static constexpr Offset most_entries = std::numeric_limits<PlaceList::Place>::max();
  static constexpr Offset most_products = Offset(1) << 15;

  explicit PlaceLists(const SpgemmRows& rows) : rows_(rows) {}

  void start(LocalIndex first, LocalIndex end) {
    first_ = first;
    end_ = end;
  }

  /// The list of row i, the row after the last one requested; null when there is none.
  const PlaceList* find(LocalIndex i) {
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
  PlaceList& make(LocalIndex i) {
    int free = 0;
    while (std::find(in_use_.begin(), in_use_.end(), free) != in_use_.end()) ++free;
    in_use_[place(i)] = free;
    PlaceList& list = lists_[static_cast<std::size_t>(free)];
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
  std::array<PlaceList, kept + 1> lists_;
};

}  // namespace suan::kernels
