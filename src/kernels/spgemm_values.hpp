// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The second phase of C = A B on the host: sums into rows whose columns are known.
#pragma once

#include "kernels/place_lists.hpp"
#include "kernels/row_accumulator.hpp"

namespace suan::kernels {

/// The values of rows of C, on one thread. A product moves a value of B and what says where it adds
/// up: a place (1 byte where the row is listed, 2 in a list that serves several rows) or a column
/// (4). An entry of A moves 12 bytes in double precision and, scattered, two offsets of B; an entry
/// of C moves 8, twice because caches read before they write, and its column where there is no
/// place. A circuit's 9 million products, whose B stays in the third-level cache, move 0.17 GB of C
/// so: 7 ms at 25 GB/s. They take 15 ms on two threads of Zen 4, so that bytes are not what limits.
template <Scalar T>
class SpgemmValues {
 public:
  SpgemmValues(const HostCsr<T>& a, const HostCsr<T>& b, const SpgemmRows& rows)
      : a_(a), b_(b), rows_(rows), lists_(rows) {}

  /// Rows first to end come next.
  void start_chunk(std::size_t chunk, LocalIndex first, LocalIndex end) {
    lists_.start(first, end);
    next_place_ = rows_.places(chunk).data();
  }

  /// Row i, the one after the last: of `count` entries in the columns given.
  void row(LocalIndex i, const LocalIndex* columns, Offset count, T* values) {
    const PlaceLists::List* list = lists_.find(i);
    if (rows_.kind(i) == RowKind::listed) {
      const FewColumns::Place* const begin = next_place_;
      next_place_ = sum_in_places(i, begin, count, values);
      if (lists_.wanted(i)) lists_.make(i).assign(begin, next_place_);
      return;
    }
    if (list == nullptr && count <= PlaceLists::most_entries && lists_.wanted(i) &&
        products_of_row(a_, b_, i) <= PlaceLists::most_products) {
      list = &make_list(i, columns, count);
    }
    if (list != nullptr) {
      sum_in_places(i, list->data(), count, values);
      return;
    }
    const auto add_all = [&](const auto& add) {
      visit(i, [&](const T& factor, Offset l) { add(b_.indices[l], factor * b_.values[l]); });
    };
    if (rows_.kind(i) == RowKind::ordered) {
      sum_ordered(columns, count, values, add_all);
    } else {
      accumulator_.sum(columns, count, values, add_all);
    }
  }

 private:
  /// Returns the end of the places that were needed.
  template <class Place>
  const Place* sum_in_places(LocalIndex i, const Place* place, Offset count, T* values) const {
    std::fill_n(values, count, T{});
    visit(i, [&](const T& factor, Offset l) { values[*place++] += factor * b_.values[l]; });
    return place;
  }

  const PlaceLists::List& make_list(LocalIndex i, const LocalIndex* columns, Offset count) {
    using Place = PlaceLists::Place;
    // Where a column stands is looked up while a table of the columns stays in the caches.
    constexpr Offset widest = Offset(1) << 16;
    PlaceLists::List& list = lists_.make(i);
    const LocalIndex first = count > 0 ? columns[0] : 0;
    const Offset width = count > 0 ? Offset(columns[count - 1]) - first + 1 : 0;
    if (width <= widest) {
      if (places_.size() < static_cast<std::size_t>(width)) {
        places_.resize(static_cast<std::size_t>(width));
      }
      Place* const places = places_.data();
      for (Offset k = 0; k < count; ++k) places[columns[k] - first] = static_cast<Place>(k);
      visit(i, [&](const T&, Offset l) { list.push_back(places[b_.indices[l] - first]); });
    } else {
      visit(i, [&](const T&, Offset l) {
        const LocalIndex* const at = std::lower_bound(columns, columns + count, b_.indices[l]);
        list.push_back(static_cast<Place>(at - columns));
      });
    }
    return list;
  }

  /// Calls use(entry of A, number of the entry of B) for each product, in the order of the sums.
  template <class Use>
  void visit(LocalIndex i, const Use& use) const {
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      const T factor = a_.values[k];
      const Offset end = b_.offsets[row + 1];
      for (Offset l = b_.offsets[row]; l < end; ++l) use(factor, l);
    }
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  const SpgemmRows& rows_;
  PlaceLists lists_;
  const FewColumns::Place* next_place_ = nullptr;
  std::vector<PlaceLists::Place> places_;
  RowAccumulator<T> accumulator_;
};

}  // namespace suan::kernels
