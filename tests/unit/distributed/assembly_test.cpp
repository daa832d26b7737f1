// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/assembly.hpp"

#include <gmock/gmock.h>

#include "suan/vector/blas1.hpp"

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::Offset;
using suan::Triplet;
using suan::Vector;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class AssemblyTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AssemblyTest, Scalars);

TYPED_TEST(AssemblyTest, TripletsOfAnyRankAddUp) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(6, world);
  // Every rank adds 1 to each entry of the reversed identity, and 1 to entry (0, 0).
  std::vector<Triplet<T>> triplets;
  for (GlobalIndex i = 0; i < 6; ++i) triplets.push_back({i, 5 - i, T(1)});
  triplets.push_back({0, 0, T(1)});
  const auto a = suan::from_triplets<T>(layout, layout, triplets);
  EXPECT_EQ(a.global_entries(), 7);
  const auto x =
      suan::generate<T>(layout, [](GlobalIndex i) { return T(static_cast<float>(i + 1)); });
  Vector<T> y(layout);
  a.apply(x, y);
  const auto all = y.gather();
  const auto n = static_cast<float>(world.size());
  if (world.is_root()) {
    EXPECT_EQ(all, (std::vector<T>{T(7 * n), T(5 * n), T(4 * n), T(3 * n), T(2 * n), T(n)}));
  }
}

TYPED_TEST(AssemblyTest, UnsortedRowsWithDuplicatesAreOrderedAndSummed) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto layout = Layout::from_local_size(1, world);
  const GlobalIndex last = world.size() - 1;
  // Each rank's row: 1 in the last column, 2 in the first, 4 in the last again.
  const std::vector<Offset> offsets = {0, 3};
  const std::vector<GlobalIndex> columns = {last, 0, last};
  const std::vector<T> values = {T(1), T(2), T(4)};
  const auto a = suan::assemble<T>(layout, layout, offsets, columns, values);
  EXPECT_EQ(a.global_entries(), world.size() == 1 ? 1 : 2 * world.size());
  Vector<T> y(layout);
  a.apply(suan::ones<T>(layout), y);
  EXPECT_EQ(y.to_host()[0], T(7));
  EXPECT_TRUE(a.local().sorted());
}

TEST(Assembly, ErrorsNameTheGlobalRowOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::even(20, world);
  const GlobalIndex bad_row = 19;
  EXPECT_THAT(
      [&] {
        suan::generate_rows<double>(layout, layout,
                                    [&](GlobalIndex i, suan::RowWriter<double>& row) {
                                      row.add(i == bad_row ? 20 : i, 1);
                                    });
      },
      ThrowsMessage<suan::InvalidArgument>(
          AllOf(HasSubstr("row 19"), HasSubstr("column 20, outside [0, 20)"))));
  EXPECT_THAT(
      [&] {
        suan::generate_rows<double>(layout, layout,
                                    [&](GlobalIndex i, suan::RowWriter<double>& row) {
                                      row.add(3, 1);
                                      if (i == bad_row) row.add(3, 1);
                                    });
      },
      ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr("row 19"), HasSubstr("twice"))));
  const std::vector<Triplet<double>> outside = {{0, 20, 1}};
  EXPECT_THAT(
      [&] {
        suan::from_triplets<double>(layout, layout,
                                    world.is_root() ? outside : std::vector<Triplet<double>>{});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("(0, 20)")));
}

TEST(Assembly, RefusesArraysThatDoNotFit) {
  const auto layout = Layout::serial(2);
  const std::vector<GlobalIndex> columns = {0, 1};
  const std::vector<double> values = {1, 2};
  const auto with = [&](std::vector<Offset> offsets) {
    return suan::assemble<double>(layout, layout, offsets, columns, values);
  };
  EXPECT_THROW(with({0, 2}), suan::DimensionMismatch);
  EXPECT_THROW(with({0, 1, 3}), suan::DimensionMismatch);
  EXPECT_THROW(with({0, 3, 2}), suan::InvalidArgument);
  EXPECT_NO_THROW(with({0, 1, 2}));
}

}  // namespace
