// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/row_exchange.hpp"

#include <gmock/gmock.h>

#include "maps.hpp"

namespace {

using suan::DeviceView;
using suan::Direction;
using suan::Exchange;
using suan::GlobalIndex;
using suan::IndexMap;
using suan::LocalIndex;
using suan::Offset;
using suan::RowExchange;
using suan::test::Bytes12;
using suan::test::value_of;

/// Many rows are empty, one is long.
std::size_t length(GlobalIndex row, int rank) {
  if (row % 3 == 1) return 0;
  return row == 5 ? 60 : static_cast<std::size_t>((row + rank) % 5);
}

/// Rows of the local numbers from `first` to `last`, as this rank has them.
template <class T>
struct Rows {
  DeviceView<Offset> offsets;
  DeviceView<T> entries;
};

template <class T>
T entry(GlobalIndex row, std::size_t k, int rank, int salt) {
  return value_of<T>(row, k, 100 * salt + rank);
}

/// `skipped` entries are in front of the first row.
template <class T>
Rows<T> rows_of(const IndexMap& map, LocalIndex first, LocalIndex last, int rank, int salt,
                std::size_t skipped) {
  std::vector<Offset> offsets = {static_cast<Offset>(skipped)};
  std::vector<T> entries(skipped);
  for (LocalIndex i = first; i < last; ++i) {
    const GlobalIndex row = map.global(i);
    for (std::size_t k = 0; k < length(row, rank); ++k) {
      entries.push_back(entry<T>(row, k, rank, salt));
    }
    offsets.push_back(static_cast<Offset>(entries.size()));
  }
  Rows<T> rows{DeviceView<Offset>("suan::test", offsets.size()),
               DeviceView<T>("suan::test", entries.size())};
  Kokkos::deep_copy(rows.offsets, suan::HostView<const Offset>(offsets.data(), offsets.size()));
  Kokkos::deep_copy(rows.entries, suan::HostView<const T>(entries.data(), entries.size()));
  return rows;
}

/// Appends the row of an element as `rank` sent it.
template <class T>
void append(std::vector<Offset>& offsets, std::vector<T>& entries, GlobalIndex row, int rank,
            int salt) {
  for (std::size_t k = 0; k < length(row, rank); ++k) {
    entries.push_back(entry<T>(row, k, rank, salt));
  }
  offsets.push_back(static_cast<Offset>(entries.size()));
}

template <class T>
void expect_equal(const DeviceView<const T>& view, const std::vector<T>& expected) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  ASSERT_EQ(host.extent(0), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_EQ(std::memcmp(&host(k), &expected[k], sizeof(T)), 0) << "entry " << k;
  }
}

template <class T>
void check(const IndexMap& map, const Exchange& exchange, Direction way) {
  const int rank = map.comm().rank();
  const bool to_ghosts = way == Direction::to_ghosts;
  const LocalIndex first = to_ghosts ? 0 : map.owned();
  const LocalIndex last = to_ghosts ? map.owned() : map.size();
  // The pattern, two arrays under way at once, and one more later.
  const auto sent = rows_of<T>(map, first, last, rank, 1, 2);
  const RowExchange rows(exchange, way, sent.offsets);
  const auto other = rows_of<GlobalIndex>(map, first, last, rank, 2, 2);
  auto one = rows.start<T>(sent.entries);
  auto two = rows.start<GlobalIndex>(other.entries);

  std::vector<Offset> offsets = {0};
  std::vector<Offset> again = {0};
  std::vector<T> entries;
  std::vector<GlobalIndex> others;
  const auto neighbours = to_ghosts ? map.owners() : map.readers();
  for (const auto& n : neighbours) {
    for (LocalIndex k = n.first; k < n.first + n.count; ++k) {
      const GlobalIndex row =
          map.global(to_ghosts ? map.owned() + k : map.shared()[static_cast<std::size_t>(k)]);
      append<T>(offsets, entries, row, n.rank, 1);
      append<GlobalIndex>(again, others, row, n.rank, 2);
    }
  }
  EXPECT_EQ(rows.received(), static_cast<Offset>(entries.size()));
  expect_equal<GlobalIndex>(two.finish(), others);
  expect_equal<T>(one.finish(), entries);
  expect_equal<Offset>(rows.offsets(), offsets);
  expect_equal<GlobalIndex>(rows.start<GlobalIndex>(other.entries).finish(), others);
  EXPECT_EQ(map.comm().sum(std::int64_t{rows.received()}),
            map.comm().sum(std::int64_t{rows.sent()}));
}

TEST(RowExchange, BringsTheRowsOfGhosts) {
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const Exchange exchange(map);
    check<double>(*map, exchange, Direction::to_ghosts);
    check<Bytes12>(*map, exchange, Direction::to_ghosts);
    check<char>(*map, exchange, Direction::to_ghosts);
  }
}

TEST(RowExchange, BringsTheRowsOfGhostsToTheirOwners) {
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const Exchange exchange(map);
    check<double>(*map, exchange, Direction::to_owners);
    check<suan::Complex>(*map, exchange, Direction::to_owners);
  }
}

DeviceView<Offset> offsets(const std::vector<Offset>& numbers) {
  const DeviceView<Offset> result("suan::test", numbers.size());
  Kokkos::deep_copy(result, suan::HostView<const Offset>(numbers.data(), numbers.size()));
  return result;
}

TEST(RowExchange, RefusesOffsetsOfOneRankOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = suan::Layout::from_local_size(2, world);
  const std::vector<GlobalIndex> needed = {0};
  const Exchange exchange(IndexMap::make(layout, needed));
  const auto make = [&](const std::vector<Offset>& bad) {
    const bool here = world.rank() == world.size() - 1;
    RowExchange(exchange, Direction::to_ghosts, offsets(here ? bad : std::vector<Offset>{0, 1, 2}));
  };
  EXPECT_THROW(make({0, 1}), suan::DimensionMismatch);
  EXPECT_THROW(make({0, 2, 1}), suan::InvalidArgument);
  EXPECT_THROW(make({-1, 2, 2}), suan::InvalidArgument);
  EXPECT_NO_THROW(make({3, 3, 4}));
  EXPECT_THROW(RowExchange(Exchange(), Direction::to_ghosts, offsets({0})), suan::InvalidArgument);
}

TEST(RowExchange, RefusesWaysThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const Exchange exchange(IndexMap::make(suan::Layout::even(0, world), {}));
  EXPECT_THROW(RowExchange(exchange, world.is_root() ? Direction::to_ghosts : Direction::to_owners,
                           offsets({0})),
               suan::InvalidArgument);
}

TEST(RowExchange, RefusesAnArrayThatIsTooShort) {
  const auto world = suan::Communicator::world();
  const Exchange exchange(IndexMap::make(suan::Layout::from_local_size(2, world), {}));
  const RowExchange rows(exchange, Direction::to_ghosts, offsets({0, 1, 2}));
  EXPECT_THROW(static_cast<void>(rows.start<double>(DeviceView<double>("suan::test", 1))),
               suan::DimensionMismatch);
}

TEST(RowExchange, WithoutAPlanDoesNothing) {
  EXPECT_EQ(RowExchange().start<double>(DeviceView<const double>()).finish().extent(0), 0u);
}

}  // namespace
