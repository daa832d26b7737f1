// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/halo.hpp"

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
    halo.start(x);
    const auto received = halo.finish();
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
    halo.start(suan::MultiVector<T>(
        layout, Kokkos::subview(wide.view(), Kokkos::ALL, std::make_pair(1, k + 1))));
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), halo.finish());
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
  halo.start(suan::generate<T>(layout, [](GlobalIndex i) { return T(static_cast<float>(i)); }));
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), halo.finish());
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

}  // namespace
