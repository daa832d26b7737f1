// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/exchange.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "maps.hpp"

namespace {

using suan::Exchange;
using suan::GlobalIndex;
using suan::IndexMap;
using suan::LocalIndex;
using suan::RowMajor;
using suan::test::Bytes12;
using suan::test::ghost_rows;
using suan::test::owned_rows;
using suan::test::value_of;
using suan::test::wrong_rows;

struct Bytes24 {  // without padding, which copies need not keep
  double x;
  std::int64_t i;
  float y[2];
};

template <class T>
class ExchangeTest : public testing::Test {};
using Types = testing::Types<unsigned char, std::int16_t, float, double, suan::Complex, Bytes12,
                             Bytes24, GlobalIndex>;
TYPED_TEST_SUITE(ExchangeTest, Types);

TYPED_TEST(ExchangeTest, ForwardBringsTheOwnersValuesOfAnyTypeAndWidth) {
  using T = TypeParam;
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const Exchange exchange(map);
    int salt = 0;
    for (const std::size_t columns : {1, 3, 0, 7, 2}) {
      ++salt;
      const auto value = [&](GlobalIndex i, std::size_t c) { return value_of<T>(i, c, salt); };
      const auto owned = owned_rows<T>(*map, columns, value);
      auto pending = exchange.forward<T>(owned);
      Kokkos::deep_copy(owned, T{});  // it may change at once
      const auto ghosts = pending.finish();
      EXPECT_EQ(ghosts.extent(0), static_cast<std::size_t>(map->ghosts()));
      EXPECT_EQ(ghosts.extent(1), columns);
      EXPECT_EQ(wrong_rows<T>(*map, map->owned(), ghosts, value), 0);
    }
  }
}

TYPED_TEST(ExchangeTest, ForwardToAnArrayOfTheCaller) {
  using T = TypeParam;
  const auto value = [](GlobalIndex i, std::size_t c) { return value_of<T>(i, c); };
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const Exchange exchange(map);
    // Columns 1 and 2 of wider arrays.
    const auto wide =
        owned_rows<T>(*map, 4, [](GlobalIndex i, std::size_t c) { return value_of<T>(i, c - 1); });
    const RowMajor<T> ghosts("suan::test", static_cast<std::size_t>(map->ghosts()), 5);
    const auto part = std::make_pair(1, 3);
    exchange.forward<T>(RowMajor<T>(Kokkos::subview(wide, Kokkos::ALL, part)))
        .finish(RowMajor<T>(Kokkos::subview(ghosts, Kokkos::ALL, part)));
    EXPECT_EQ(wrong_rows<T>(*map, map->owned(),
                            RowMajor<const T>(Kokkos::subview(ghosts, Kokkos::ALL, part)), value),
              0);
  }
}

TYPED_TEST(ExchangeTest, ReverseInsertsTheValueOfTheHighestRank) {
  using T = TypeParam;
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const Exchange exchange(map);
    const int rank = map->comm().rank();
    // A ghost's value says on which rank it is.
    const auto ghosts = ghost_rows<T>(
        *map, 2, [&](GlobalIndex i, std::size_t c) { return value_of<T>(i, c, rank + 1); });
    const auto owned =
        owned_rows<T>(*map, 2, [](GlobalIndex i, std::size_t c) { return value_of<T>(i, c, 0); });
    auto pending = exchange.reverse<T>(ghosts, owned, suan::combine::Insert());
    Kokkos::deep_copy(ghosts, T{});
    pending.finish();
    std::vector<int> highest(static_cast<std::size_t>(map->owned()), -1);
    for (const auto& n : map->readers()) {
      for (LocalIndex k = n.first; k < n.first + n.count; ++k) {
        highest[static_cast<std::size_t>(map->shared()[static_cast<std::size_t>(k)])] = n.rank;
      }
    }
    EXPECT_EQ(wrong_rows<T>(*map, 0, RowMajor<const T>(owned),
                            [&](GlobalIndex i, std::size_t c) {
                              return value_of<T>(
                                  i, c, highest[static_cast<std::size_t>(map->local(i))] + 1);
                            }),
              0);
  }
}

/// What rank r contributes to an element: in another order than that of ranks other bits come out.
/// Not inlined, so that its product is not fused with a sum.
template <class T>
[[gnu::noinline]] T term(int r, GlobalIndex i, std::size_t c) {
  const double size = std::pow(-31.0, (r + static_cast<int>(i % 3)) % 4);
  const double value = (static_cast<double>(i % 7 + static_cast<GlobalIndex>(c)) + 1) / 3 * size;
  return T(static_cast<suan::Real<T>>(value));
}

template <class T>
class ExchangeSums : public testing::Test {};
using Sums = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ExchangeSums, Sums);

/// The sum over the ranks that have an element, in their order.
template <class T>
T sum_by_rank(const IndexMap& map, const std::vector<std::vector<GlobalIndex>>& elements,
              GlobalIndex i, std::size_t c) {
  T sum{};
  bool first = true;
  for (int r = 0; r < map.comm().size(); ++r) {
    const auto& of_rank = elements[static_cast<std::size_t>(r)];
    if (!std::binary_search(of_rank.begin(), of_rank.end(), i)) continue;
    const T value = term<T>(r, i, c);
    sum = first ? value : sum + value;
    first = false;
  }
  return sum;
}

TYPED_TEST(ExchangeSums, ReverseAddsInTheOrderOfRanks) {
  using T = TypeParam;
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const int rank = map->comm().rank();
    std::vector<GlobalIndex> mine;
    for (LocalIndex i = 0; i < map->size(); ++i) mine.push_back(map->global(i));
    std::sort(mine.begin(), mine.end());
    const auto elements = map->comm().all_to_all(
        std::vector<std::vector<GlobalIndex>>(static_cast<std::size_t>(map->comm().size()), mine));
    const Exchange exchange(map);
    const auto value = [&](GlobalIndex i, std::size_t c) { return term<T>(rank, i, c); };
    for (const std::size_t columns : {1, 4}) {
      const auto ghosts = ghost_rows<T>(*map, columns, value);
      const auto owned = owned_rows<T>(*map, columns, value);
      exchange.reverse<T>(ghosts, owned).finish();
      EXPECT_EQ(wrong_rows<T>(*map, 0, RowMajor<const T>(owned),
                              [&](GlobalIndex i, std::size_t c) {
                                return sum_by_rank<T>(*map, elements, i, c);
                              }),
                0);
    }
  }
}

TEST(Exchange, ReverseTakesMinimaAndMaxima) {
  for (const auto& [name, map] : suan::test::maps()) {
    SCOPED_TRACE(name);
    const int rank = map->comm().rank();
    const Exchange exchange(map);
    const auto value = [&](int r, GlobalIndex i) {
      return std::int64_t{(i * 37 + r * 101) % 53 - 20};
    };
    const auto here = [&](GlobalIndex i, std::size_t) { return value(rank, i); };
    const auto ghosts = ghost_rows<std::int64_t>(*map, 1, here);
    const auto lowest = owned_rows<std::int64_t>(*map, 1, here);
    const auto highest = owned_rows<std::int64_t>(*map, 1, here);
    exchange.reverse<std::int64_t>(ghosts, lowest, suan::combine::Min()).finish();
    exchange.reverse<std::int64_t>(ghosts, highest, suan::combine::Max()).finish();
    std::vector<std::int64_t> low;
    std::vector<std::int64_t> high;
    for (LocalIndex i = 0; i < map->owned(); ++i) {
      low.push_back(value(rank, map->global(i)));
      high.push_back(low.back());
    }
    for (const auto& n : map->readers()) {
      for (LocalIndex k = n.first; k < n.first + n.count; ++k) {
        const auto i = static_cast<std::size_t>(map->shared()[static_cast<std::size_t>(k)]);
        const auto there = value(n.rank, map->global(static_cast<LocalIndex>(i)));
        low[i] = std::min(low[i], there);
        high[i] = std::max(high[i], there);
      }
    }
    const auto at = [&](const auto& list) {
      return
          [&](GlobalIndex i, std::size_t) { return list[static_cast<std::size_t>(map->local(i))]; };
    };
    EXPECT_EQ(wrong_rows<std::int64_t>(*map, 0, RowMajor<const std::int64_t>(lowest), at(low)), 0);
    EXPECT_EQ(wrong_rows<std::int64_t>(*map, 0, RowMajor<const std::int64_t>(highest), at(high)),
              0);
  }
}

// NaN of any rank stays, on either side of a comparison.
TEST(Exchange, MinimaAndMaximaKeepNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(suan::combine::Min()(nan, 1.0)));
  EXPECT_TRUE(std::isnan(suan::combine::Min()(1.0, nan)));
  EXPECT_TRUE(std::isnan(suan::combine::Max()(nan, 1.0)));
  EXPECT_TRUE(std::isnan(suan::combine::Max()(1.0, nan)));
}

/// A program's own: the value with the larger weight.
struct Weighted {
  double weight;
  GlobalIndex what;
};
struct Heavier {
  KOKKOS_FUNCTION Weighted operator()(const Weighted& left, const Weighted& right) const {
    return right.weight > left.weight ? right : left;
  }
};

TEST(Exchange, ReverseTakesAnOperationOfTheProgram) {
  const auto world = suan::Communicator::world();
  const auto layout = suan::Layout::even(world.size(), world);
  std::vector<GlobalIndex> all;
  for (GlobalIndex i = 0; i < world.size(); ++i) all.push_back(i);
  const auto map = IndexMap::make(layout, all);
  // The rank after the owner has the largest weight.
  const auto here = [&](GlobalIndex i, std::size_t) {
    return Weighted{world.rank() == (i + 1) % world.size() ? 2.0 : 1.0, 10 * i + world.rank()};
  };
  const auto owned = owned_rows<Weighted>(*map, 1, here);
  Exchange(map).reverse<Weighted>(ghost_rows<Weighted>(*map, 1, here), owned, Heavier()).finish();
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), owned);
  EXPECT_EQ(host(0, 0).what, 10 * world.rank() + (world.rank() + 1) % world.size());
}

TEST(Exchange, WithoutAMapDoesNothing) {
  const Exchange none;
  EXPECT_EQ(none.map(), nullptr);
  EXPECT_EQ(none.path(), "serial");
  auto pending = none.forward<double>(RowMajor<const double>());
  EXPECT_EQ(pending.finish().extent(0), 0u);
  none.reverse<double>(RowMajor<const double>(), RowMajor<double>()).finish();
  EXPECT_THROW(Exchange(nullptr), suan::InvalidArgument);
}

}  // namespace
