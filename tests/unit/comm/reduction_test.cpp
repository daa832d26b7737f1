// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/reduction.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "support/scalars.hpp"

namespace {

using suan::Communicator;
using suan::Reduction;
using suan::ReductionKind;

/// What this rank adds to number k: in another order than that of ranks other bits come out.
template <class T>
std::vector<T> terms(const Communicator& comm, std::size_t count, int salt) {
  std::vector<T> result;
  for (std::size_t k = 0; k < count; ++k) {
    const double size = std::pow(-31.0, (comm.rank() + static_cast<int>(k) + salt) % 4);
    result.push_back(T(static_cast<suan::Real<T>>((static_cast<double>(k % 7) + 1) / 3 * size)));
  }
  return result;
}

template <class T>
class ReductionTest : public testing::Test {};
using Scalars = suan::test::AllScalars;
TYPED_TEST_SUITE(ReductionTest, Scalars);

TYPED_TEST(ReductionTest, HasTheBitsOfASumThatBlocks) {
  using T = TypeParam;
  const auto world = Communicator::world();
  for (const std::size_t count : {0, 1, 3, 200}) {
    Reduction<T> reduction(world, ReductionKind::sum, count);
    EXPECT_EQ(reduction.count(), count);
    for (int round = 0; round < 3; ++round) {  // again and again
      const auto values = terms<T>(world, count, round);
      EXPECT_FALSE(reduction.under_way());
      reduction.start(values);
      EXPECT_TRUE(reduction.under_way());
      auto expected = values;
      world.sum(std::span<T>(expected));
      const auto result = reduction.wait();
      EXPECT_EQ(std::vector<T>(result.begin(), result.end()), expected);
    }
  }
}

TEST(Reduction, TakesMaximaAndMinimaOfAllTypes) {
  const auto world = Communicator::world();
  const double last = world.size() - 1;
  const auto both = [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = {static_cast<T>(world.rank() + 1),
                                   static_cast<T>(world.size() - world.rank())};
    for (const auto kind : {ReductionKind::max, ReductionKind::min, ReductionKind::sum}) {
      Reduction<T> reduction(world, kind, 2);
      reduction.start(values);
      const double expected = kind == ReductionKind::max   ? last + 1
                              : kind == ReductionKind::min ? 1
                                                           : (last + 1) * (last + 2) / 2;
      for (const T result : reduction.wait()) EXPECT_EQ(static_cast<double>(result), expected);
    }
  };
  both(float{});
  both(double{});
  both(std::int32_t{});
  both(std::int64_t{});
  both(std::uint64_t{});
}

TEST(Reduction, KeepsNaN) {
  const auto world = Communicator::world();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (int bad = 0; bad < world.size(); ++bad) {
    for (const auto kind : {ReductionKind::max, ReductionKind::min}) {
      Reduction<double> reduction(world, kind, 1);
      const double mine = world.rank() == bad ? nan : world.rank();
      reduction.start({&mine, 1});
      EXPECT_TRUE(std::isnan(reduction.wait()[0]));
    }
  }
}

// All started in the same order; each rank waits in its own, and for some not at all.
TEST(Reduction, SeveralAreUnderWayAtOnce) {
  const auto world = Communicator::world();
  const auto sum = static_cast<double>(world.size());
  const double one = 1;
  const double two = 2;
  Reduction<double> first(world, ReductionKind::sum, 1);
  std::optional<Reduction<double>> dropped(std::in_place, world, ReductionKind::sum, 1);
  Reduction<double> last(world, ReductionKind::sum, 1);
  first.start({&one, 1});
  dropped->start({&one, 1});
  last.start({&two, 1});
  EXPECT_EQ(world.sum(1.0), sum);  // one that blocks, among them
  if (world.rank() % 2 == 0) {
    EXPECT_EQ(first.wait()[0], sum);
    dropped.reset();
    EXPECT_EQ(last.wait()[0], 2 * sum);
  } else {
    EXPECT_EQ(last.wait()[0], 2 * sum);
    EXPECT_EQ(dropped->wait()[0], sum);
    EXPECT_EQ(first.wait()[0], sum);
  }
  // Replaced under way.
  last.start({&two, 1});
  last = Reduction<double>(world, ReductionKind::sum, 1);
  last.start({&one, 1});
  EXPECT_EQ(last.wait()[0], sum);
}

TEST(Reduction, RefusesWhatItCannotDo) {
  const auto world = Communicator::world();
  EXPECT_THROW(Reduction<suan::Complex>(world, ReductionKind::max, 1), suan::InvalidArgument);
  EXPECT_THROW(Reduction<suan::Complex>(world, ReductionKind::min, 1), suan::InvalidArgument);
  EXPECT_THROW(Reduction<std::int32_t>(world, ReductionKind::min, std::size_t{1} << 31),
               suan::InvalidArgument);
  Reduction<double> reduction(world, ReductionKind::sum, 2);
  const std::vector<double> three(3);
  EXPECT_THROW(reduction.start(three), suan::DimensionMismatch);
  EXPECT_THROW(reduction.wait(), suan::InvalidArgument);
  reduction.start({three.data(), 2});
  EXPECT_THROW(reduction.start({three.data(), 2}), suan::InvalidArgument);
  reduction.wait();
}

}  // namespace
