// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/halo.hpp"

#include <gmock/gmock.h>

namespace {

using suan::GlobalIndex;
using suan::Halo;
using suan::Layout;

/// The numbers of every third element, except this rank's own.
std::vector<GlobalIndex> every_third_of_others(const Layout& layout) {
  std::vector<GlobalIndex> needed;
  for (GlobalIndex i = 0; i < layout.global_size(); i += 3) {
    if (!layout.owns(i)) needed.push_back(i);
  }
  return needed;
}

template <class T>
class HaloTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(HaloTest, Scalars);

TYPED_TEST(HaloTest, BringsEveryThirdElementOfTheOthers) {
  using T = TypeParam;
  const auto layout = Layout::even(50, suan::Communicator::world());
  const auto needed = every_third_of_others(layout);
  const Halo<T> halo(layout, needed);
  EXPECT_EQ(halo.remote_size(), static_cast<suan::LocalIndex>(needed.size()));
  for (int round = 0; round < 3; ++round) {
    const auto x = suan::generate<T>(
        layout, [round](GlobalIndex i) { return T(static_cast<float>(1000 * round + i)); });
    auto exchange = halo.start(x);
    const auto received = exchange.finish();
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), received);
    ASSERT_EQ(host.extent(0), needed.size());
    for (std::size_t k = 0; k < needed.size(); ++k) {
      EXPECT_EQ(host(k, 0), T(static_cast<float>(1000 * round + needed[k])));
    }
  }
}

// Also columns of a wider array, and after exchanges of fewer and of more vectors.
TYPED_TEST(HaloTest, BringsRowsOfSeveralVectors) {
  using T = TypeParam;
  const auto layout = Layout::even(50, suan::Communicator::world());
  const auto needed = every_third_of_others(layout);
  const Halo<T> halo(layout, needed);
  for (const suan::LocalIndex k : {3, 7, 1, 0, 7}) {
    suan::MultiVector<T> wide(layout, k + 2);
    for (suan::LocalIndex c = 0; c < k; ++c) {
      wide.set_column(c + 1, suan::generate<T>(layout, [c](GlobalIndex i) {
                        return T(static_cast<float>(100 * c + i));
                      }));
    }
    auto exchange = halo.start(suan::MultiVector<T>(
        layout, Kokkos::subview(wide.view(), Kokkos::ALL, std::make_pair(1, k + 1))));
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), exchange.finish());
    ASSERT_EQ(host.extent(0), needed.size());
    if (layout.comm().size() > 1) {
      ASSERT_EQ(host.extent(1), static_cast<std::size_t>(k));
    }
    for (std::size_t r = 0; r < needed.size(); ++r) {
      for (suan::LocalIndex c = 0; c < k; ++c) {
        EXPECT_EQ(host(r, static_cast<std::size_t>(c)), T(static_cast<float>(100 * c + needed[r])));
      }
    }
  }
}

TYPED_TEST(HaloTest, WorksWithEmptyRanks) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto layout = Layout::from_local_size(world.is_root() ? 4 : 0, world);
  std::vector<GlobalIndex> needed;
  if (!world.is_root()) needed = {1, 3};
  const Halo<T> halo(layout, needed);
  auto exchange =
      halo.start(suan::generate<T>(layout, [](GlobalIndex i) { return T(static_cast<float>(i)); }));
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), exchange.finish());
  if (!world.is_root()) {
    ASSERT_EQ(host.extent(0), 2u);
    EXPECT_EQ(host(0, 0), T(1));
    EXPECT_EQ(host(1, 0), T(3));
  }
}

TEST(Halo, RefusesOwnOrUnorderedElementsOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(8, world);
  std::vector<GlobalIndex> needed;
  if (world.is_root()) needed = {layout.first()};
  EXPECT_THROW(Halo<double>(layout, needed), suan::InvalidArgument);
  needed.clear();
  if (world.is_root()) needed = {8};
  EXPECT_THROW(Halo<double>(layout, needed), suan::InvalidArgument);
}

/// Whether the next exchange brings this vector's elements and no others.
void expect_to_bring(const Halo<double>& halo, const suan::Vector<double>& x,
                     const std::vector<GlobalIndex>& needed, double offset) {
  auto exchange = halo.start(x);
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), exchange.finish());
  for (std::size_t k = 0; k < needed.size(); ++k) {
    EXPECT_EQ(host(k, 0), offset + static_cast<double>(needed[k]));
  }
}

// As where an exception passes. A message that is left over would be taken for one of the next.
TEST(Halo, AnExchangeThatNobodyFinishesLeavesNothingBehind) {
  const auto layout = Layout::even(50, suan::Communicator::world());
  const auto needed = every_third_of_others(layout);
  const Halo<double> halo(layout, needed);
  const auto vector = [&](double offset) {
    return suan::generate<double>(
        layout, [offset](GlobalIndex i) { return offset + static_cast<double>(i); });
  };
  if (layout.comm().rank() % 2 == 0) {
    const auto abandoned = halo.start(vector(1000));
  } else {
    auto exchange = halo.start(vector(1000));
    exchange.finish();
  }
  expect_to_bring(halo, vector(2000), needed, 2000);
}

TEST(Halo, RefusesASecondExchangeBeforeTheFirstHasEnded) {
  const auto layout = Layout::even(50, suan::Communicator::world());
  if (layout.comm().size() == 1) GTEST_SKIP() << "one rank exchanges nothing";
  const Halo<double> halo(layout, every_third_of_others(layout));
  const Halo<double> copy = halo;
  const suan::Vector<double> x(layout);
  auto exchange = halo.start(x);
  EXPECT_THROW(static_cast<void>(copy.start(x)), suan::InvalidArgument);
  EXPECT_THROW(static_cast<void>(copy.start(suan::MultiVector<double>(layout, 9))),
               suan::InvalidArgument);
  exchange.finish();
  auto next = copy.start(x);
  next.finish();
}

TEST(Halo, RefusesLayoutsThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  const auto first = Layout::even(50, world);
  const auto second = Layout::even(60, world);
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  EXPECT_THAT([&] { Halo<double>(world.is_root() ? first : second, {}); },
              testing::ThrowsMessage<suan::InvalidArgument>(
                  testing::HasSubstr("rank 0 has elements = 50, rank 1 has elements = 60")));
}

}  // namespace
