// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/communicator.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace {

using suan::Communicator;

TEST(Communicator, ReductionsCoverAllRanks) {
  const auto world = Communicator::world();
  const std::int64_t n = world.size();
  const std::int64_t r = world.rank();
  EXPECT_EQ(world.sum(r), n * (n - 1) / 2);
  EXPECT_EQ(world.sum(1.5), 1.5 * static_cast<double>(n));
  EXPECT_EQ(world.sum(suan::Complex(0, 1)), suan::Complex(0, static_cast<double>(n)));
  EXPECT_EQ(world.max(r), n - 1);
  EXPECT_EQ(world.min(static_cast<double>(r)), 0.0);
  std::vector<double> pair = {1.0, static_cast<double>(r)};
  world.sum(std::span<double>(pair));
  EXPECT_EQ(pair[0], static_cast<double>(n));
  EXPECT_EQ(world.exclusive_sum(r + 1), r * (r + 1) / 2);
}

TEST(Communicator, GathersInRankOrder) {
  const auto world = Communicator::world();
  const auto all = world.all_gather(10 * world.rank());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < all.size(); ++r) EXPECT_EQ(all[r], 10 * static_cast<int>(r));

  const std::vector<int> mine(static_cast<std::size_t>(world.rank()), world.rank());
  const auto joined = world.gather(std::span<const int>(mine));
  std::vector<int> expected;
  for (int r = 0; world.is_root() && r < world.size(); ++r) {
    expected.insert(expected.end(), static_cast<std::size_t>(r), r);
  }
  EXPECT_EQ(joined, expected);
}

TEST(Communicator, AllToAllDeliversToTheRightRank) {
  const auto world = Communicator::world();
  std::vector<std::vector<double>> send(static_cast<std::size_t>(world.size()));
  for (std::size_t r = 0; r < send.size(); ++r) {
    send[r].assign(r, world.rank() + 0.5);  // r numbers to rank r, none to rank 0
  }
  const auto received = world.all_to_all(send);
  for (std::size_t r = 0; r < received.size(); ++r) {
    EXPECT_EQ(received[r], std::vector<double>(static_cast<std::size_t>(world.rank()),
                                               static_cast<double>(r) + 0.5));
  }
}

TEST(Communicator, BroadcastsText) {
  const auto world = Communicator::world();
  const int root = world.size() - 1;
  EXPECT_EQ(world.broadcast(world.rank() == root ? "hello" : "", root), "hello");
}

TEST(Together, EveryRankThrowsTheErrorOfTheLowestFailingRank) {
  const auto world = Communicator::world();
  const int first = world.size() / 2;
  EXPECT_THAT(
      [&] {
        suan::together(world, [&] {
          if (world.rank() >= first) {
            throw suan::IoError(suan::message("rank ", world.rank(), " failed"));
          }
        });
      },
      testing::ThrowsMessage<suan::IoError>(suan::message("rank ", first, " failed")));
  EXPECT_NO_THROW(suan::together(world, [] {}));
}

// Also one whose text is empty.
TEST(Together, AnErrorWithoutWordsIsAnErrorOnAllRanks) {
  const auto world = Communicator::world();
  const int last = world.size() - 1;
  EXPECT_THROW(suan::together(world,
                              [&] {
                                if (world.rank() == last) throw suan::InvalidArgument("");
                              }),
               suan::InvalidArgument);
  EXPECT_NO_THROW(suan::together(world, [] {}));
}

/// What rank r adds to element k: in another order than that of ranks other bits come out.
double term(int r, std::size_t k) {
  return (static_cast<double>(k % 7) + 1) / 3 * std::pow(-31.0, r + static_cast<int>(k % 3));
}

double sum_in_rank_order(int ranks, std::size_t k) {
  double sum = term(0, k);
  for (int r = 1; r < ranks; ++r) {
    const volatile double rounded = term(r, k);  // and not fused with the sum
    sum += rounded;
  }
  return sum;
}

// The sizes: alone, all of all ranks on each, a slice for each rank, and more than one step takes.
TEST(Communicator, SumsAreAddedInTheOrderOfRanks) {
  const auto world = Communicator::world();
  EXPECT_EQ(world.sum(term(world.rank(), 5)), sum_in_rank_order(world.size(), 5));
  for (const std::size_t size : {0, 1, 3, 100, 70001, (1 << 22) + 5}) {
    std::vector<double> values(size);
    for (std::size_t k = 0; k < size; ++k) values[k] = term(world.rank(), k);
    world.sum(std::span<double>(values));
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < size; ++k) {
      if (values[k] != sum_in_rank_order(world.size(), k)) ++wrong;
    }
    EXPECT_EQ(wrong, 0u) << "of " << size;
  }
  std::vector<suan::Complex> pairs(70001, suan::Complex(world.rank(), 1));
  world.sum(std::span<suan::Complex>(pairs));
  const double n = world.size();
  EXPECT_EQ(pairs.front(), suan::Complex(n * (n - 1) / 2, n));
  EXPECT_EQ(pairs.back(), pairs.front());
  std::vector<std::int64_t> integers((1 << 22) + 5, world.rank() + 1);
  world.sum(std::span<std::int64_t>(integers));
  EXPECT_EQ(integers.back(), world.size() * (world.size() + 1) / 2);
}

TEST(Communicator, NaNOfAnyRankIsTheMaximumAndTheMinimum) {
  const auto world = Communicator::world();
  for (int bad = 0; bad < world.size(); ++bad) {
    const double mine =
        world.rank() == bad ? std::numeric_limits<double>::quiet_NaN() : world.rank() - 1.5;
    EXPECT_TRUE(std::isnan(world.max(mine)));
    EXPECT_TRUE(std::isnan(world.min(mine)));
    EXPECT_TRUE(std::isnan(world.sum(mine)));
  }
  EXPECT_EQ(world.max(world.rank() - 1.5), world.size() - 2.5);
  EXPECT_EQ(world.min(world.rank() - 1.5), -1.5);
}

TEST(Communicator, BroadcastRefusesARootThatIsNoneOrNotTheSame) {
  const auto world = Communicator::world();
  EXPECT_THROW(world.broadcast("", world.size()), suan::InvalidArgument);
  EXPECT_THROW(world.broadcast("", -1), suan::InvalidArgument);
  if (world.size() > 1) {
    EXPECT_THROW(world.broadcast("", world.is_root() ? 0 : 1), suan::InvalidArgument);
  }
  EXPECT_EQ(world.broadcast("again"), "again");
}

TEST(Communicator, AllToAllRefusesListsThatAreNotOnePerRankOnAllRanks) {
  const auto world = Communicator::world();
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::vector<std::vector<int>> send(world.rank() == world.size() - 1 ? ranks + 1 : ranks);
  EXPECT_THROW(world.all_to_all(send), suan::InvalidArgument);
  EXPECT_EQ(world.sum(std::int64_t{1}), world.size());
}

#if SUAN_HAVE_MPI

// MPI has a few thousand communicators; a program makes objects by the million.
TEST(Communicator, ObjectsFromOneCommunicatorShareADuplicate) {
  const auto world = Communicator::world();
  EXPECT_EQ(world.mpi(), Communicator::world().mpi());
  EXPECT_EQ(world.mpi(), Communicator(MPI_COMM_WORLD).mpi());
  EXPECT_EQ(world.mpi(), Communicator(world.mpi()).mpi());
  EXPECT_NE(world.mpi(), MPI_COMM_WORLD);
}

/// All ranks in the reverse order.
MPI_Comm reversed(const Communicator& world) {
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Comm_split(world.mpi(), 0, world.size() - world.rank(), &comm);
  return comm;
}

TEST(Communicator, OutlivesTheCommunicatorThatItWasMadeFrom) {
  const auto world = Communicator::world();
  const int expected = world.size() - 1 - world.rank();
  MPI_Comm comm = reversed(world);
  const Communicator kept(comm);
  MPI_Comm_free(&comm);
  EXPECT_EQ(kept.rank(), expected);
  EXPECT_EQ(kept.sum(std::int64_t{1}), world.size());
}

// What remains of objects differs between ranks, as where a collector frees them.
TEST(Communicator, MayBeKeptBySomeRanksOnly) {
  const auto world = Communicator::world();
  std::vector<Communicator> kept;
  for (int round = 0; round < 100; ++round) {
    MPI_Comm comm = reversed(world);
    const Communicator group(comm);
    EXPECT_EQ(group.sum(std::int64_t{1}), world.size());
    if (round % 10 == 0 && world.rank() == world.size() - 1) kept.push_back(group);
    if (round % 3 != 0) {
      MPI_Comm_free(&comm);
      continue;
    }
    // Freed after all objects are gone.
    const auto last = Communicator(comm);
    MPI_Comm_free(&comm);
    EXPECT_EQ(last.max(std::int64_t{round}), round);
  }
}

#endif

TEST(Communicator, CongruentMeansSameGroup) {
  const auto world = Communicator::world();
  EXPECT_TRUE(world.congruent(Communicator::world()));
  EXPECT_EQ(world.congruent(Communicator()), world.size() == 1);
}

}  // namespace
