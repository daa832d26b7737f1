// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several exchanges at a time, those that nobody finishes, and those in which a rank fails.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>

#include "comm/requests.hpp"
#include "maps.hpp"

namespace {

using suan::Exchange;
using suan::GlobalIndex;
using suan::IndexMap;
using suan::RowMajor;
using suan::test::ghost_rows;
using suan::test::owned_rows;
using suan::test::value_of;
using suan::test::wrong_rows;

/// Each rank has ghosts of all others.
std::shared_ptr<const IndexMap> everything() {
  const auto world = suan::Communicator::world();
  const auto layout = suan::Layout::even(5 * world.size() + 1, world);
  std::vector<GlobalIndex> all(static_cast<std::size_t>(layout.global_size()));
  std::iota(all.begin(), all.end(), GlobalIndex{0});
  return IndexMap::make(layout, all);
}

auto salted(int salt) {
  return [salt](GlobalIndex i, std::size_t c) { return value_of<GlobalIndex>(i, c, salt); };
}

auto start(const Exchange& exchange, int salt, std::size_t columns = 2) {
  return exchange.forward<GlobalIndex>(
      owned_rows<GlobalIndex>(*exchange.map(), columns, salted(salt)));
}

void expect_finish(const Exchange& exchange, suan::PendingForward<GlobalIndex>& pending, int salt) {
  const IndexMap& map = *exchange.map();
  EXPECT_EQ(wrong_rows<GlobalIndex>(map, map.owned(), pending.finish(), salted(salt)), 0) << salt;
}

// Each rank ends them in an order of its own.
TEST(ExchangesUnderWay, EndInAnyOrder) {
  const auto map = everything();
  const Exchange one(map);
  const Exchange other(map);
  std::mt19937 random(static_cast<unsigned>(7 + map->comm().rank()));
  for (int round = 0; round < 20; ++round) {
    constexpr int count = 6;
    std::vector<suan::PendingForward<GlobalIndex>> pending;
    for (int k = 0; k < count; ++k) {
      pending.push_back(
          start(k % 3 == 0 ? other : one, 10 * round + k, static_cast<std::size_t>(1 + k % 2)));
    }
    std::vector<int> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    for (const int k : order) {
      expect_finish(one, pending[static_cast<std::size_t>(k)], 10 * round + k);
    }
  }
}

TEST(ExchangesUnderWay, BothWaysAtOnce) {
  const auto map = everything();
  const Exchange exchange(map);
  const auto count = [](GlobalIndex, std::size_t) { return 1.0; };
  const auto owned = owned_rows<double>(*map, 1, count);
  auto reverse = exchange.reverse<double>(ghost_rows<double>(*map, 1, count), owned);
  auto forward = start(exchange, 1);
  auto second = exchange.reverse<double>(ghost_rows<double>(*map, 1, count), owned);
  expect_finish(exchange, forward, 1);
  second.finish();
  reverse.finish();
  const double ranks = map->comm().size();
  EXPECT_EQ(wrong_rows<double>(*map, 0, RowMajor<const double>(owned),
                               [&](GlobalIndex, std::size_t) { return 2 * ranks - 1; }),
            0);
}

// As where an exception passes on one rank. A message that is left over would be taken for one of
// the next exchange.
TEST(ExchangesUnderWay, AnExceptionLeavesNothingBehind) {
  const auto map = everything();
  const Exchange exchange(map);
  const int rank = map->comm().rank();
  for (int failing = 0; failing < map->comm().size(); ++failing) {
    try {
      auto first = start(exchange, 100);
      auto second = start(exchange, 200);
      if (rank == failing) throw std::runtime_error("of this rank alone");
      expect_finish(exchange, first, 100);
      expect_finish(exchange, second, 200);
    } catch (const std::runtime_error&) {
      EXPECT_EQ(rank, failing);
    }
    auto next = start(exchange, 300 + failing);
    expect_finish(exchange, next, 300 + failing);
  }
}

TEST(ExchangesUnderWay, AReverseThatNobodyFinishesChangesNothing) {
  const auto map = everything();
  const Exchange exchange(map);
  const auto owned = owned_rows<GlobalIndex>(*map, 1, salted(1));
  {
    const auto dropped =
        exchange.reverse<GlobalIndex>(ghost_rows<GlobalIndex>(*map, 1, salted(2)), owned);
  }
  EXPECT_EQ(wrong_rows<GlobalIndex>(*map, 0, RowMajor<const GlobalIndex>(owned), salted(1)), 0);
}

TEST(ExchangesUnderWay, OutliveTheirPlan) {
  std::optional<Exchange> exchange(everything());
  const auto map = exchange->map();
  auto pending = start(*exchange, 5);
  exchange.reset();
  EXPECT_EQ(wrong_rows<GlobalIndex>(*map, map->owned(), pending.finish(), salted(5)), 0);
}

// Its neighbours, here all, hear of it, and the next exchange is right.
TEST(FailedExchanges, WrongRowsOfOneRankAreAnErrorOfAll) {
  const auto map = everything();
  const auto& comm = map->comm();
  const Exchange exchange(map);
  for (int failing = 0; failing < comm.size(); ++failing) {
    const auto rows = static_cast<std::size_t>(map->owned());
    if (comm.rank() == failing) {
      EXPECT_THROW(static_cast<void>(exchange.forward<double>(
                       RowMajor<const double>(RowMajor<double>("suan::test", rows + 1, 2)))),
                   suan::DimensionMismatch);
    } else {
      auto pending = exchange.forward<double>(RowMajor<double>("suan::test", rows, 2));
      EXPECT_THAT([&] { pending.finish(); },
                  testing::ThrowsMessage<suan::MpiError>(testing::HasSubstr(
                      suan::message("rank ", failing, " sent 0 bytes, less than"))));
    }
    auto next = start(exchange, failing);
    expect_finish(exchange, next, failing);
  }
}

TEST(FailedExchanges, ReverseChecksItsArrays) {
  const auto map = everything();
  const Exchange exchange(map);
  const auto ghosts = static_cast<std::size_t>(map->ghosts());
  const auto owned = static_cast<std::size_t>(map->owned());
  const auto reverse = [&](std::size_t g, std::size_t gc, std::size_t o, std::size_t oc) {
    exchange
        .reverse<double>(RowMajor<double>("suan::test", g, gc),
                         RowMajor<double>("suan::test", o, oc))
        .finish();
  };
  EXPECT_THROW(reverse(ghosts + 1, 2, owned, 2), suan::DimensionMismatch);
  EXPECT_THROW(reverse(ghosts, 2, owned + 1, 2), suan::DimensionMismatch);
  EXPECT_THROW(reverse(ghosts, 3, owned, 2), suan::DimensionMismatch);
  EXPECT_NO_THROW(reverse(ghosts, 2, owned, 2));
  auto pending = exchange.forward<double>(RowMajor<double>("suan::test", owned, 2));
  EXPECT_THROW(pending.finish(RowMajor<double>("suan::test", ghosts + 1, 2)),
               suan::DimensionMismatch);
}

TEST(FailedExchanges, TypesThatDifferBetweenRanksAreAnError) {
  const auto map = everything();
  if (map->comm().size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const Exchange exchange(map);
  exchange.reserve(16);
  const auto rows = static_cast<std::size_t>(map->owned());
  const auto finish = [&] {
    if (map->comm().is_root()) {
      exchange.forward<double>(RowMajor<double>("suan::test", rows, 2)).finish();
    } else {
      exchange.forward<float>(RowMajor<float>("suan::test", rows, 2)).finish();
    }
  };
  EXPECT_THAT(finish, testing::ThrowsMessage<suan::MpiError>(
                          testing::HasSubstr("the ranks exchange different types")));
  auto next = start(exchange, 3);
  expect_finish(exchange, next, 3);
}

TEST(FailedExchanges, ReserveRefusesWhatDiffersBetweenRanks) {
  const auto map = everything();
  if (map->comm().size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const Exchange exchange(map);
  EXPECT_THROW(exchange.reserve(map->comm().is_root() ? 8 : 16), suan::InvalidArgument);
  EXPECT_THROW(exchange.reserve(8, map->comm().is_root() ? 1 : 2), suan::InvalidArgument);
}

#if SUAN_HAVE_MPI

/// Messages travel in pieces of so many bytes meanwhile.
class SmallPieces {
 public:
  explicit SmallPieces(std::size_t bytes) { suan::detail::largest_message = bytes; }
  ~SmallPieces() { suan::detail::largest_message = std::size_t(1) << 30; }
  SmallPieces(const SmallPieces&) = delete;
  SmallPieces& operator=(const SmallPieces&) = delete;
};

TEST(LongMessages, TravelInPieces) {
  for (const std::size_t bytes : {1, 16, 33}) {
    const SmallPieces small(bytes);
    const Exchange exchange(everything());
    auto first = start(exchange, 1, 5);
    auto second = start(exchange, 2, 5);
    expect_finish(exchange, second, 2);
    expect_finish(exchange, first, 1);
    const auto& comm = exchange.map()->comm();
    std::vector<std::vector<double>> send(static_cast<std::size_t>(comm.size()));
    for (std::size_t r = 0; r < send.size(); ++r) send[r].assign(3 * r, comm.rank() + 0.5);
    const auto received = comm.all_to_all(send);
    for (std::size_t r = 0; r < received.size(); ++r) {
      EXPECT_EQ(received[r], std::vector<double>(static_cast<std::size_t>(3 * comm.rank()),
                                                 static_cast<double>(r) + 0.5));
    }
    EXPECT_EQ(comm.broadcast(comm.is_root() ? std::string(100, 'x') : ""), std::string(100, 'x'));
  }
}

TEST(LongMessages, ARankThatFailsIsHeardInPieces) {
  const SmallPieces small(16);
  const auto map = everything();
  const Exchange exchange(map);
  const auto rows = static_cast<std::size_t>(map->owned()) + (map->comm().is_root() ? 1 : 0);
  EXPECT_ANY_THROW(exchange.forward<double>(RowMajor<double>("suan::test", rows, 2)).finish());
  auto next = start(exchange, 4);
  expect_finish(exchange, next, 4);
}

#endif

}  // namespace
