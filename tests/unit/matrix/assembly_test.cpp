// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/assembly.hpp"

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

/// The arrays of 2 x 2 rows per rank, in which rank r has (r + 1) on its diagonal.
template <class Offsets, class Columns, class Values>
suan::DistributedMatrix<suan::Complex> diagonal_from() {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::from_local_size(2, world);
  using Column = typename Columns::value_type;
  using Value = typename Values::value_type;
  const auto first = static_cast<Column>(2 * world.rank());
  const Columns columns = {first, static_cast<Column>(first + 1)};
  const Values values(2, Value(static_cast<float>(world.rank() + 1)));
  return suan::assemble<suan::Complex>(layout, layout, Offsets{0, 1, 2}, columns, values);
}

TEST(Assembly, TakesArraysOfOtherTypesThatFit) {
  const auto expect_right = [](const suan::DistributedMatrix<suan::Complex>& a) {
    Vector<suan::Complex> y(a.row_layout());
    a.apply(suan::ones<suan::Complex>(a.row_layout()), y);
    const suan::Complex value(a.row_layout().comm().rank() + 1);
    EXPECT_EQ(y.to_host(), (std::vector<suan::Complex>{value, value}));
  };
  using std::vector;
  expect_right(diagonal_from<vector<int>, vector<int>, vector<std::complex<double>>>());
  expect_right(diagonal_from<vector<unsigned>, vector<std::int64_t>, vector<double>>());
  expect_right(diagonal_from<vector<std::size_t>, vector<short>, vector<std::complex<float>>>());
  expect_right(diagonal_from<vector<long long>, vector<std::uint64_t>, vector<float>>());
  expect_right(diagonal_from<vector<Offset>, vector<GlobalIndex>, vector<suan::Complex>>());
  const auto a = suan::Csr<double>::from_host(2, 2, vector<int>{0, 1, 2}, vector<long>{0, 1},
                                              vector<float>{1, 2});
  EXPECT_EQ(a.entries(), 2);
}

TEST(Assembly, NamesNumbersThatDoNotFitOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::from_local_size(2, world);
  const std::uint64_t large = world.is_root() ? ~std::uint64_t{0} : 1;
  EXPECT_THAT(
      [&] {
        suan::assemble<double>(layout, layout, std::vector<int>{0, 1, 2},
                               std::vector<std::uint64_t>{0, large}, std::vector<double>{1, 1});
      },
      ThrowsMessage<suan::InvalidArgument>(
          HasSubstr("columns: element 1 is 18446744073709551615, outside the range of 64-bit")));
  EXPECT_THAT(
      [] {
        suan::Csr<double>::from_host(1, 1, std::vector<int>{0, 1},
                                     std::vector<std::int64_t>{std::int64_t{1} << 40},
                                     std::vector<double>{1});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("element 0 is 1099511627776")));
}

}  // namespace
