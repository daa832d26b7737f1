// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The numeric phase of C = A B on the host: sums into rows whose columns are known.
#pragma once

#include "kernels/spgemm/place_lists.hpp"
#include "kernels/spgemm/row_accumulator.hpp"
#include "suan/kernels/detail/simd.hpp"

namespace suan::kernels {

/// The values of rows of C, on one thread. A product moves a value of B and the target of its
/// addition: a position (1 byte in a listed row, 2 in a list for several rows, 4 for a run of
/// adjacent products) or a column (4). An entry of A moves 12 bytes in double precision and,
/// scattered, two offsets of B; an entry of C moves 8, twice because caches read before they write,
/// and its column if there is no position. Instructions can be the limit rather than bytes
/// (docs/performance.md).
template <Scalar T>
class SpgemmValues {
 public:
  SpgemmValues(const HostCsr<T>& a, const HostCsr<T>& b, const SpgemmRows& rows)
      : a_(a), b_(b), rows_(rows), lists_(rows) {}

  /// Rows first to end come next. `early` has the values of the listed ones; null if they have not
  /// been summed.
  void start_chunk(std::size_t chunk, LocalIndex first, LocalIndex end, const T* early) {
    lists_.start(first, end);
    next_place_ = rows_.places(chunk).data();
    next_early_ = early;
  }

  /// Row i, the next one, with `count` entries in the given columns.
  void row(LocalIndex i, const LocalIndex* columns, Offset count, T* values) {
    if (next_early_ != nullptr && rows_.kind(i) == RowKind::listed) {
      for (Offset k = 0; k < count; ++k) values[k] = next_early_[k];
      next_early_ += count;
      return;
    }
    const PlaceList* list = lists_.find(i);
    if (rows_.kind(i) == RowKind::listed) {
      const FewColumns::Place* const begin = next_place_;
      next_place_ = sum_in_places(i, begin, count, values);
      if (lists_.wanted(i)) {
        PlaceList& made = lists_.make(i);
        for (const auto* place = begin; place < next_place_; ++place) made.push_back(*place);
        find_runs(i, made);
      }
      return;
    }
    if (list == nullptr && count <= PlaceLists::most_entries && lists_.wanted(i) &&
        products_of_row(a_, b_, i) <= PlaceLists::most_products) {
      list = &make_list(i, columns, count);
    }
    if (list != nullptr) {
      if (list->has_runs()) {
        sum_in_runs(i, *list, count, values);
      } else {
        sum_in_places(i, list->places(), count, values);
      }
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
  /// Returns the end of the positions that were used.
  template <class Place>
  const Place* sum_in_places(LocalIndex i, const Place* place, Offset count, T* values) const {
    std::fill_n(values, count, T{});
    visit(i, [&](const T& factor, Offset l) { values[*place++] += factor * b_.values[l]; });
    return place;
  }

  void sum_in_runs(LocalIndex i, const PlaceList& list, Offset count, T* values) const {
    std::fill_n(values, count, T{});
    // Lengths known at compile time: grids with diagonal neighbours and one or three unknowns.
    switch (list.common_length()) {
      case 3:
        return add_runs(i, list, std::integral_constant<int, 3>(), values);
      case 9:
        return add_runs(i, list, std::integral_constant<int, 9>(), values);
      default:
        return add_runs(i, list, 0, values);
    }
  }

  /// `length` is that of all runs; 0 if they differ.
  template <class Length>
  void add_runs(LocalIndex i, const PlaceList& list, Length length, T* values) const {
    static_assert(PlaceList::most_alike == 3);
    const PlaceList::Run* run = list.runs();
    const std::uint8_t* alike = list.alike();
    const Offset end = a_.offsets[i + 1];
    for (Offset k = a_.offsets[i]; k < end; k += *alike++) {
      if (*alike == 1) {
        run = add_rows<1>(k, run, length, values);
      } else if (*alike == 2) {
        run = add_rows<2>(k, run, length, values);
      } else {
        run = add_rows<3>(k, run, length, values);
      }
    }
  }

  /// The products of entries k to k + rows of A. Returns the runs of the next ones.
  template <int rows, class Length>
  const PlaceList::Run* add_rows(Offset k, const PlaceList::Run* run, Length length,
                                 T* values) const {
    std::array<T, rows> factors;
    std::array<const T*, rows> numbers;
    for (int r = 0; r < rows; ++r) {
      factors[r] = a_.values[k + r];
      numbers[r] = b_.values + b_.offsets[a_.indices[k + r]];
    }
    const T* const end = b_.values + b_.offsets[a_.indices[k] + 1];
    while (numbers[0] < end) {
      const int count = length > 0 ? int(length) : run->length;
      add_multiples<lanes_of_register<T>, rows>(count, factors, numbers, values + run->first);
      for (int r = 0; r < rows; ++r) numbers[r] += count;
      ++run;
    }
    return run;
  }

  /// sums += factors[0] numbers[0] + factors[1] numbers[1] + ..., one summand after the other, for
  /// `count` elements: n at a time, then the rest in halves.
  template <int n, int rows>
  [[gnu::always_inline]] static void add_multiples(int count, const std::array<T, rows>& factors,
                                                   const std::array<const T*, rows>& numbers,
                                                   T* sums) {
    int at = 0;
    for (; at + n <= count; at += n) {
      auto added = load_lanes<n>(sums + at);
      for (int r = 0; r < rows; ++r) added += factors[r] * load_lanes<n>(numbers[r] + at);
      store_lanes<n>(added, sums + at);
    }
    if constexpr (n > 1) {
      std::array<const T*, rows> rest;
      for (int r = 0; r < rows; ++r) rest[r] = numbers[r] + at;
      add_multiples<n / 2, rows>(count - at, factors, rest, sums + at);
    }
  }

  void find_runs(LocalIndex i, PlaceList& list) const {
    list.find_runs([&](const auto& use) {
      for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
        use(b_.offsets[a_.indices[k] + 1] - b_.offsets[a_.indices[k]]);
      }
    });
  }

  const PlaceList& make_list(LocalIndex i, const LocalIndex* columns, Offset count) {
    using Place = PlaceList::Place;
    // Positions are looked up as long as a table of the columns stays in the caches.
    constexpr Offset widest = Offset(1) << 16;
    PlaceList& list = lists_.make(i);
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
        list.push_back(static_cast<std::size_t>(at - columns));
      });
    }
    find_runs(i, list);
    return list;
  }

  /// Calls use(entry of A, index of the entry of B) for each product, in the order of the sums.
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
  const T* next_early_ = nullptr;
  std::vector<PlaceList::Place> places_;
  RowAccumulator<T> accumulator_;
};

}  // namespace suan::kernels
