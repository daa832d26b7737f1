// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Index maps of many kinds, and values that tell where they come from.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "suan/comm/exchange.hpp"

namespace suan::test {

/// Something that is copied but not computed with.
struct Bytes12 {
  float x[3];
};

struct NamedMap {
  std::string name;
  std::shared_ptr<const IndexMap> map;
};

/// On all ranks evenly; all on the last rank; none on odd ranks; nothing at all.
inline std::vector<Layout> layouts_for_maps() {
  const auto world = Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  return {Layout::even(41, world), Layout::from_local_size(last ? 30 : 0, world),
          Layout::from_local_size(world.rank() % 2 == 0 ? 12 + world.rank() : 0, world),
          Layout::even(0, world)};
}

/// Ghosts of every rank, of the next rank alone (a chain), of the first element alone, and none.
inline std::vector<NamedMap> maps() {
  std::vector<NamedMap> result;
  for (const auto& layout : layouts_for_maps()) {
    const auto all = layout.global_size();
    std::vector<GlobalIndex> everything;
    std::vector<GlobalIndex> chain;
    std::vector<GlobalIndex> first;
    for (GlobalIndex i = all - 1; i >= 0; --i) {
      if (!layout.owns(i)) everything.push_back(i);
    }
    if (layout.last() < all) chain.push_back(layout.last());
    if (all > 0) first.push_back(0);
    const std::string on = to_string(layout) + ", ";
    result.push_back({on + "ghosts of all", IndexMap::make(layout, everything)});
    result.push_back({on + "a chain", IndexMap::make(layout, chain)});
    result.push_back({on + "the first element", IndexMap::make(layout, first)});
    result.push_back({on + "no ghosts", IndexMap::make(layout, {})});
  }
  return result;
}

/// A value of any type whose bytes depend on an element, a column and a salt.
template <class T>
T value_of(GlobalIndex element, std::size_t column, int salt = 0) {
  unsigned char bytes[sizeof(T)];
  std::uint64_t state = static_cast<std::uint64_t>(element) * 0x9E3779B97F4A7C15u +
                        (column + 1) * 0xBF58476D1CE4E5B9u + static_cast<std::uint64_t>(salt);
  for (auto& byte : bytes) {
    state = (state ^ (state >> 29)) * 0x94D049BB133111EBu;
    byte = static_cast<unsigned char>(state >> 56);
  }
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/// A row for each of the local numbers from `first` to `last`, each element value(number, column).
template <class T, class Value>
RowMajor<T> rows_of(const IndexMap& map, LocalIndex first, LocalIndex last, std::size_t columns,
                    const Value& value) {
  const RowMajor<T> rows("suan::test", static_cast<std::size_t>(last - first), columns);
  const auto host = Kokkos::create_mirror_view(rows);
  for (LocalIndex i = first; i < last; ++i) {
    for (std::size_t c = 0; c < columns; ++c) {
      host(static_cast<std::size_t>(i - first), c) = value(map.global(i), c);
    }
  }
  Kokkos::deep_copy(rows, host);
  return rows;
}

template <class T, class Value>
RowMajor<T> owned_rows(const IndexMap& map, std::size_t columns, const Value& value) {
  return rows_of<T>(map, 0, map.owned(), columns, value);
}

template <class T, class Value>
RowMajor<T> ghost_rows(const IndexMap& map, std::size_t columns, const Value& value) {
  return rows_of<T>(map, map.owned(), map.size(), columns, value);
}

/// The number of elements that are not value(number, column), where row 0 is local number `first`.
template <class T, class Value>
int wrong_rows(const IndexMap& map, LocalIndex first, const RowMajor<const T>& rows,
               const Value& value) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), rows);
  int wrong = 0;
  for (std::size_t k = 0; k < host.extent(0); ++k) {
    for (std::size_t c = 0; c < host.extent(1); ++c) {
      const T expected = value(map.global(first + static_cast<LocalIndex>(k)), c);
      wrong += std::memcmp(&host(k, c), &expected, sizeof(T)) != 0 ? 1 : 0;
    }
  }
  return wrong;
}

}  // namespace suan::test
