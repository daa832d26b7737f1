// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/transform.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "kernels/algebra/rearrange.hpp"
#include "support/sparse.hpp"

namespace {

using suan::Csr;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Vector;
using suan::test::HostArrays;
using suan::test::Map;
using suan::test::to_host;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Numbers = std::vector<LocalIndex>;

template <class Exception, class Body>
void expect_refusal(const Body& body, const char* first, const char* second) {
  EXPECT_THAT(body, ThrowsMessage<Exception>(AllOf(HasSubstr(first), HasSubstr(second))));
}

TEST(Select, RefusesNumbersOutsideAndColumnsTwice) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  using suan::InvalidArgument;
  expect_refusal<InvalidArgument>(
      [&] {
        suan::select<double>(a, Numbers{0, 2}, Numbers{0});
      },
      "number 1 of the rows is 2", "[0, 2) of A (2 x 3, 1 entries)");
  expect_refusal<InvalidArgument>(
      [&] {
        suan::select<double>(a, Numbers{0}, Numbers{0, -1});
      },
      "number 1 of the columns is -1", "[0, 3)");
  expect_refusal<InvalidArgument>(
      [&] {
        suan::select<double>(a, Numbers{0}, Numbers{1, 2, 1});
      },
      "column 1", "named twice, as number 0 and 2");
  expect_refusal<InvalidArgument>([&] { suan::submatrix(a, 0, 3, 0, 1); }, "rows [0, 3)", "2 x 3");
  expect_refusal<InvalidArgument>([&] { suan::submatrix(a, 0, 1, 2, 1); }, "[2, 1)", "2 x 3");
  EXPECT_THROW(suan::submatrix(a, -1, 1, 0, 1), InvalidArgument);
}

TEST(Select, RefusesMoreRowsThanAMatrixHas) {
  const auto a = HostArrays<double>{1, 1, {0, 1}, {0}, {1}}.csr();
  const LocalIndex zero = 0;
  // Not read: their number is enough.
  const std::span<const LocalIndex> rows(&zero, std::size_t(1) << 31);
  EXPECT_THAT(
      [&] {
        suan::select<double>(a, rows, {&zero, 1});
      },
      ThrowsMessage<suan::NotSupported>(HasSubstr("2147483648 rows")));
}

TEST(Permute, RefusesWhatIsNoPermutation) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  const auto square = HostArrays<double>{2, 2, {0, 1, 1}, {1}, {1}}.csr();
  expect_refusal<suan::DimensionMismatch>(
      [&] {
        suan::permute<double>(a, Numbers{0}, Numbers{0, 1, 2});
      },
      "1 numbers of rows", "has 2");
  expect_refusal<suan::InvalidArgument>(
      [&] {
        suan::permute<double>(a, Numbers{1, 1}, Numbers{0, 1, 2});
      },
      "number 1 of the rows", "twice");
  expect_refusal<suan::InvalidArgument>(
      [&] {
        suan::permute<double>(a, Numbers{1, 0});
      },
      "2 x 3", "not square");
  expect_refusal<suan::InvalidArgument>(
      [&] {
        suan::permute<double>(square, Numbers{0, 2});
      },
      "number 1 of the rows is 2", "[0, 2)");
}

TEST(Scale, RefusesFactorsOfAnotherSize) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  const auto two = suan::ones<double>(Layout::serial(2));
  const auto three = suan::ones<double>(Layout::serial(3));
  using suan::DimensionMismatch;
  expect_refusal<DimensionMismatch>([&] { suan::scale(three, a, three); }, "left have 3 elements",
                                    "A (2 x 3, 1 entries) needs 2");
  expect_refusal<DimensionMismatch>([&] { suan::scale_columns(a, two); }, "right have 2",
                                    "needs 3");
  EXPECT_THROW(suan::scale_rows(three, a), DimensionMismatch);
}

template <class T>
class TransformTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TransformTest, Scalars);

TYPED_TEST(TransformTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 2 0; 0 3 4; 5 0 6]
  const auto a =
      HostArrays<T>{3, 3, {0, 2, 4, 6}, {0, 1, 1, 2, 0, 2}, {T(1), T(2), T(3), T(4), T(5), T(6)}}
          .csr();
  EXPECT_EQ(to_host(suan::submatrix(a, 1, 3, 1, 3)),
            (HostArrays<T>{2, 2, {0, 2, 3}, {0, 1, 1}, {T(3), T(4), T(6)}}));
  EXPECT_EQ(to_host(suan::select<T>(a, Numbers{2, 2, 0}, Numbers{2, 0})),
            (HostArrays<T>{3, 2, {0, 2, 4, 5}, {0, 1, 0, 1, 1}, {T(6), T(5), T(6), T(5), T(1)}}));
  EXPECT_EQ(to_host(suan::permute<T>(a, Numbers{2, 0, 1})),
            (HostArrays<T>{
                3, 3, {0, 2, 4, 6}, {0, 1, 1, 2, 0, 2}, {T(6), T(5), T(1), T(2), T(4), T(3)}}));
  const auto factors = Vector<T>::from_host(Layout::serial(3), std::vector<T>{T(1), T(2), T(3)});
  EXPECT_EQ(to_host(suan::scale_rows(factors, a)).values,
            (std::vector<T>{T(1), T(2), T(6), T(8), T(15), T(18)}));
  EXPECT_EQ(to_host(suan::scale_columns(a, factors)).values,
            (std::vector<T>{T(1), T(4), T(6), T(12), T(5), T(18)}));
  EXPECT_EQ(to_host(suan::scale(factors, a, factors)).values,
            (std::vector<T>{T(1), T(4), T(12), T(24), T(15), T(54)}));
}

// All values are multiples of 1/8 and small, so that every sum is exact.
TYPED_TEST(TransformTest, SortedRowsAreThoseOfTheReference) {
  using T = TypeParam;
  for (const auto& [rows, columns, longest] : {std::tuple{4000, 3000, 30}, {300, 9, 50}}) {
    const auto a = suan::test::irregular<T>(rows, columns, longest, 1);
    const auto expected = suan::test::from_map(rows, columns, suan::test::to_map(a));
    const auto csr = a.csr();
    const auto sorted = suan::sort_rows(csr);
    EXPECT_TRUE(sorted.sorted());
    EXPECT_EQ(to_host(sorted), expected);
    for (const auto& space : suan::test::instances()) {
      EXPECT_EQ(to_host(suan::kernels::sort_rows(space, csr.view())), expected);
    }
    // Sorted ones are left alone.
    EXPECT_EQ(suan::sort_rows(sorted).view().values.data(), sorted.view().values.data());
  }
}

TYPED_TEST(TransformTest, DuplicatesAreAddedInTheirOrder) {
  using T = TypeParam;
  // (large - large) + 1 = 1; where 1 is added earlier, it is lost.
  const T large(std::is_same_v<T, float> ? 1e9f : 1e18);
  const HostArrays<T> a{1, 2, {0, 4}, {1, 0, 1, 1}, {large, T(2), -large, T(1)}};
  EXPECT_EQ(to_host(suan::sort_rows(a.csr())), (HostArrays<T>{1, 2, {0, 2}, {0, 1}, {T(2), T(1)}}));
}

TYPED_TEST(TransformTest, SelectionsAreThoseOfTheReference) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(3000, 2000, 25, 2);
  const auto map = suan::test::to_map(a);
  suan::test::Numbers numbers(3);
  Numbers columns(2000);
  std::iota(columns.begin(), columns.end(), 0);
  for (LocalIndex j = 1999; j > 0; --j) {
    std::swap(columns[static_cast<std::size_t>(j)],
              columns[static_cast<std::size_t>(numbers.below(j + 1))]);
  }
  columns.resize(700);
  Numbers rows(1500);
  for (auto& row : rows) row = numbers.below(3000);

  Map<T> expected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const auto found = map.find({rows[i], columns[j]});
      if (found == map.end()) continue;
      expected[{static_cast<LocalIndex>(i), static_cast<LocalIndex>(j)}] = found->second;
    }
  }
  EXPECT_EQ(to_host(suan::select<T>(a.csr(), rows, columns)),
            suan::test::from_map(1500, 700, expected));
}

TYPED_TEST(TransformTest, APermutationAndItsInverseGiveTheMatrixBack) {
  using T = TypeParam;
  const auto a = suan::test::irregular_sorted<T>(1009, 1009, 12, 4);
  Numbers order(1009);
  Numbers inverse(1009);
  for (std::size_t i = 0; i < 1009; ++i) {
    order[i] = static_cast<LocalIndex>(i * 31 % 1009);
    inverse[static_cast<std::size_t>(order[i])] = static_cast<LocalIndex>(i);
  }
  const auto there = suan::permute<T>(a.csr(), order);
  EXPECT_TRUE(there.sorted());
  EXPECT_NE(to_host(there), a);
  EXPECT_EQ(to_host(suan::permute<T>(there, inverse)), a);
}

TYPED_TEST(TransformTest, CornerShapes) {
  using T = TypeParam;
  const auto none = HostArrays<T>{}.csr();
  EXPECT_EQ(to_host(suan::sort_rows(none)), HostArrays<T>{});
  EXPECT_EQ(to_host(suan::select<T>(none, Numbers{}, Numbers{})), HostArrays<T>{});
  EXPECT_EQ(to_host(suan::permute<T>(none, Numbers{})), HostArrays<T>{});
  const Vector<T> empty(Layout::serial(0));
  EXPECT_EQ(to_host(suan::scale(empty, none, empty)), HostArrays<T>{});
  const auto a = HostArrays<T>{2, 3, {0, 1, 1}, {2}, {T(1)}}.csr();
  EXPECT_EQ(to_host(suan::submatrix(a, 1, 1, 0, 3)), (HostArrays<T>{0, 3}));
  EXPECT_EQ(to_host(suan::submatrix(a, 0, 2, 2, 2)), (HostArrays<T>{2, 0, {0, 0, 0}}));
}

TYPED_TEST(TransformTest, OneLongRow) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> row{1, n, {0, n}, Numbers(n), std::vector<T>(n, T(1))};
  for (LocalIndex j = 0; j < n; ++j) row.indices[static_cast<std::size_t>(j)] = n - 1 - j;
  row.values[0] = T(7);
  auto expected = row;
  std::reverse(expected.indices.begin(), expected.indices.end());
  std::reverse(expected.values.begin(), expected.values.end());
  EXPECT_EQ(to_host(suan::sort_rows(row.csr())), expected);
}

}  // namespace
