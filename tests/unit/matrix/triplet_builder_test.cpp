// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/triplet_builder.hpp"

#include <gmock/gmock.h>

#include <map>

#include "support/sparse.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::TripletBuilder;
using suan::Vector;
using suan::test::HostArrays;
using suan::test::to_host;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(TripletBuilder, RefusesPartsAndEntriesThatAreNotThere) {
  const auto world = Communicator::world();
  const auto layout = Layout::even(4, world);
  TripletBuilder<double> builder(layout, layout, 3);
  EXPECT_EQ(builder.parts(), 3u);
  EXPECT_THAT([&] { builder.part(3); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("no part 3 of 3 parts")));
  // On all ranks the first bad entry of the lowest part, whichever rank has it.
  if (world.is_root()) {
    builder.part(2).add(0, -1, 1);
    builder.part(1).add(3, 3, 1);
    builder.part(1).add(1, 4, 1);
  }
  EXPECT_THAT([&] { builder.build(); }, ThrowsMessage<suan::InvalidArgument>(
                                            AllOf(HasSubstr("(1, 4)"), HasSubstr("4 x 4 matrix"))));
  EXPECT_EQ(builder.build().global_entries(), 0);  // empty after the error
}

TEST(AssembleElements, AnErrorOfTheLowestElementIsThrownOnAllRanks) {
  const auto world = Communicator::world();
  const auto layout = Layout::even(4, world);
  EXPECT_THAT(
      [&] {
        suan::assemble_elements<double>(layout, layout, 5000, [&](GlobalIndex e, auto&) {
          if (world.is_root() && e % 1500 == 1499) {
            throw suan::InvalidArgument(suan::message("element ", e));
          }
        });
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("element 1499")));
}

template <class T>
class TripletBuilderTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TripletBuilderTest, Scalars);

TYPED_TEST(TripletBuilderTest, TwoElementsByHand) {
  using T = TypeParam;
  // Springs between points 0, 1 and 1, 2.
  const auto layout = Layout::serial(3);
  const auto a = suan::assemble_elements<T>(layout, layout, 2, [](GlobalIndex e, auto& part) {
    part.reserve(4);
    part.add(e + 1, e, T(-1));
    part.add(e, e, T(1));
    part.add(e + 1, e + 1, T(1));
    part.add(e, e + 1, T(-1));
  });
  EXPECT_EQ(to_host(a.local()), (HostArrays<T>{3,
                                               3,
                                               {0, 2, 5, 7},
                                               {0, 1, 0, 1, 2, 1, 2},
                                               {T(1), T(-1), T(-1), T(2), T(-1), T(-1), T(1)}}));
}

TYPED_TEST(TripletBuilderTest, DuplicatesAreSummedByPartAndThenInTheirOrder) {
  using T = TypeParam;
  // (large + 1) - large = 0, where 1 is lost; in another order it is 1.
  const T large(std::is_same_v<T, float> ? 1e9f : 1e18);
  const auto layout = Layout::serial(1);
  TripletBuilder<T> builder(layout, layout, 3);
  builder.part(2).add(0, 0, -large);  // filled out of order
  builder.part(0).add(0, 0, large);
  builder.part(0).add(0, 0, T(1));
  EXPECT_EQ(to_host(builder.build().local()).values, std::vector<T>{T(0)});
  EXPECT_EQ(builder.parts(), 3u);
  builder.part(0).add(0, 0, large);
  builder.part(1).add(0, 0, -large);
  builder.part(2).add(0, 0, T(1));
  EXPECT_EQ(to_host(builder.build().local()).values, std::vector<T>{T(1)});
}

// All values are multiples of 1/8 and small, so that every sum is exact.
TYPED_TEST(TripletBuilderTest, AgreesWithTheReferenceOnAnyNumberOfRanks) {
  using T = TypeParam;
  constexpr LocalIndex rows = 301;
  constexpr LocalIndex columns = 203;
  const auto world = Communicator::world();
  const auto row_layout = Layout::even(rows, world);
  const auto column_layout = Layout::even(columns, world);
  const GlobalIndex elements = 3000;
  const auto entries_of = [&](GlobalIndex e, const auto& add) {
    suan::test::Numbers numbers(static_cast<std::uint32_t>(e) * 7919u + 1);
    for (int k = 0; k < 9; ++k) {
      const LocalIndex i = numbers.below(rows);
      const LocalIndex j = numbers.below(columns);
      add(i, j, numbers.value<T>());
    }
  };
  // Each rank has the elements e with e mod size = rank.
  const auto size = static_cast<GlobalIndex>(world.size());
  const auto mine = (elements - world.rank() + size - 1) / size;
  const auto a =
      suan::assemble_elements<T>(row_layout, column_layout, mine, [&](GlobalIndex e, auto& part) {
        entries_of(e * size + world.rank(),
                   [&](GlobalIndex i, GlobalIndex j, T value) { part.add(i, j, value); });
      });
  suan::test::Map<T> expected;
  for (GlobalIndex e = 0; e < elements; ++e) {
    entries_of(e, [&](LocalIndex i, LocalIndex j, T value) { expected[{i, j}] += value; });
  }
  EXPECT_EQ(a.global_entries(), static_cast<std::int64_t>(expected.size()));
  const auto x =
      suan::generate<T>(column_layout, [](GlobalIndex j) { return T(static_cast<float>(j % 5)); });
  Vector<T> y(row_layout);
  a.apply(x, y);
  std::vector<T> sums(static_cast<std::size_t>(rows));
  for (const auto& [place, value] : expected) {
    sums[static_cast<std::size_t>(place.first)] += value * T(static_cast<float>(place.second % 5));
  }
  const auto first = static_cast<std::ptrdiff_t>(row_layout.first());
  const auto last = static_cast<std::ptrdiff_t>(row_layout.last());
  EXPECT_EQ(y.to_host(), std::vector<T>(sums.begin() + first, sums.begin() + last));
  if (world.size() == 1) {
    EXPECT_EQ(to_host(a.local()), suan::test::from_map(rows, columns, expected));
  }
}

TYPED_TEST(TripletBuilderTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto layout = Layout::serial(500);
  const auto assembled = [&] {
    return to_host(suan::assemble_elements<T>(layout, layout, 20000, [](GlobalIndex e, auto& part) {
                     suan::test::Numbers numbers(static_cast<std::uint32_t>(e));
                     for (int k = 0; k < 16; ++k) {
                       const auto i = numbers.below(500);
                       part.add(i, i, numbers.value<T>() / T(3));
                     }
                   }).local());
  };
  const auto expected = assembled();
  // Each diagonal entry is a sum of some 640 numbers that are rounded.
  std::map<GlobalIndex, T> sums;
  for (std::uint32_t e = 0; e < 20000; ++e) {
    suan::test::Numbers numbers(e);
    for (int k = 0; k < 16; ++k) {
      const auto i = numbers.below(500);
      sums[i] += numbers.value<T>() / T(3);
    }
  }
  for (std::size_t i = 0; i < 500; ++i) {
    ASSERT_EQ(expected.values[i], sums.at(static_cast<GlobalIndex>(i)));
  }
  for (int k = 0; k < 20; ++k) ASSERT_EQ(assembled(), expected);
}

TYPED_TEST(TripletBuilderTest, CornerShapes) {
  using T = TypeParam;
  TripletBuilder<T> none(Layout::serial(0), Layout::serial(0), 0);
  EXPECT_EQ(none.parts(), 1u);
  EXPECT_EQ(to_host(none.build().local()), HostArrays<T>{});
  TripletBuilder<T> zero(Layout::serial(2), Layout::serial(1), 2);
  zero.part(1).add(1, 0, T(0));
  EXPECT_EQ(to_host(zero.build().local()), (HostArrays<T>{2, 1, {0, 0, 1}, {0}, {T(0)}}));
}

TYPED_TEST(TripletBuilderTest, OneLongRow) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  TripletBuilder<T> builder(Layout::serial(1), Layout::serial(n), 4);
  for (LocalIndex j = n - 1; j >= 0; --j) {
    builder.part(static_cast<std::size_t>(j % 4)).add(0, j, T(static_cast<float>(j % 9)));
  }
  const auto a = to_host(builder.build().local());
  ASSERT_EQ(a.offsets.back(), n);
  for (LocalIndex j = 0; j < n; ++j) {
    ASSERT_EQ(a.indices[static_cast<std::size_t>(j)], j);
    ASSERT_EQ(a.values[static_cast<std::size_t>(j)], T(static_cast<float>(j % 9)));
  }
}

}  // namespace
