// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sell_matrices.hpp"
#include "suan/gallery/poisson.hpp"

namespace suan::test {
namespace {

using kernels::make_sell;
using kernels::ValueStorage;
using testing::HasSubstr;

template <class T>
void set_different_values(HostMatrix<T>& a) {
  for (std::size_t k = 0; k < a.values.size(); ++k) a.values[k] = T(static_cast<Real<T>>(k) / 7);
}

template <class T>
std::string description(const HostMatrix<T>& a) {
  return make_sell(ExecutionSpace(), a.csr().view(), ValueStorage::lossless)->description();
}

template <class T>
void expect_infinite_in_rows_with(LocalIndex column, const HostMatrix<T>& a,
                                  const std::vector<T>& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    bool has = false;
    for (auto k = a.offsets[i]; k < a.offsets[i + 1]; ++k) {
      has = has || a.indices[static_cast<std::size_t>(k)] == column;
    }
    EXPECT_EQ(!is_finite(y[i]), has) << "row " << i;
  }
}

template <class T>
class SellTest : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SellTest, Scalars);

TYPED_TEST(SellTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 0 3 0] (1, 10, 100)
  const HostMatrix<T> a{3, 3, {0, 2, 2, 3}, {0, 2, 1}, {T(1), T(2), T(3)}};
  const auto x = Vector<T>::from_host(Layout::serial(3), std::vector<T>{T(1), T(10), T(100)});
  Vector<T> y(Layout::serial(3));
  const auto sell = as_sell(a.csr());
  EXPECT_EQ(sell.name(), "sell");
  EXPECT_EQ(sell.path(), "native");
  EXPECT_EQ(sell.apply_dot(x, y), T(1 * 201 + 10 * 0 + 100 * 30));
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(201), T(0), T(30)}));
}

TYPED_TEST(SellTest, RunsOfEveryLengthSharedAndNot) {
  using T = TypeParam;
  for (LocalIndex length = 1; length <= 9; ++length) {
    SCOPED_TRACE(length);
    auto a = band<T>(1000, 1100, length, T(Real<T>(1) / 3));
    expect_sell(a);
    set_different_values(a);
    expect_sell(a);
  }
}

// A gap may be as frequent as an entry where values are shared, otherwise a quarter as frequent.
TYPED_TEST(SellTest, RunsWithGapsSharedAndNot) {
  using T = TypeParam;
  for (const std::size_t every : {2, 3, 4, 6, 9, 100}) {
    SCOPED_TRACE(every);
    auto a = without_every(every, band<T>(960, 1000, 7, T(Real<T>(1) / 3)));
    expect_sell(a);
    EXPECT_THAT(description(a), HasSubstr(", 100 % of the entries in runs"));
    EXPECT_THAT(description(a), HasSubstr("100 % with values shared"));
    set_different_values(a);
    expect_sell(a);
    EXPECT_THAT(description(a), HasSubstr(every < 6 ? ", 0 % of the entries in runs"
                                                    : ", 100 % of the entries in runs"));
  }
}

// Elements of x at a row's gaps must not affect the row.
TYPED_TEST(SellTest, WhatStandsInAGapDoesNotCount) {
  using T = TypeParam;
  constexpr LocalIndex n = 960;
  for (const bool shared : {true, false}) {
    auto a = without_every(9, band<T>(n, n + 20, 7, T(Real<T>(1) / 3)));
    if (!shared) set_different_values(a);
    const auto sell = as_sell(a.csr());
    for (const LocalIndex column : {0, 17, 500, 501, 502, n + 10}) {
      auto hx = std::vector<T>(static_cast<std::size_t>(n + 20), T(1));
      hx[static_cast<std::size_t>(column)] = T(std::numeric_limits<Real<T>>::infinity());
      Vector<T> y(Layout::serial(n));
      sell.apply(Vector<T>::from_host(Layout::serial(n + 20), hx), y);
      expect_infinite_in_rows_with(column, a, y.to_host());
    }
  }
}

// The left neighbours of the first row and the right ones of the last would be outside of x.
TYPED_TEST(SellTest, NoRunLeavesTheColumns) {
  using T = TypeParam;
  constexpr LocalIndex n = 96;
  HostMatrix<T> a{n, n, {0}, {}, {}};
  for (LocalIndex i = 0; i < n; ++i) {
    for (const LocalIndex column : {i - 20, i - 1, i, i + 1, i + 20}) {
      if (column < 0 || column >= n) continue;
      a.indices.push_back(column);
      a.values.push_back(T(2));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  expect_sell(a);
  if (SUAN_HAVE_CUDA == 0) {
    // In the rows from 0 and 16 on there are none, in those from 72 and 88 on 11 entries of 67 are
    // not: 78 of 438.
    EXPECT_THAT(description(a), HasSubstr(", 82 % of the entries in runs"));
  }
}

// A shared value that is infinite applies to the gaps of its run as well.
TYPED_TEST(SellTest, InfiniteValuesReachTheirRowsOnly) {
  using T = TypeParam;
  auto a = without_every(9, band<T>(960, 1000, 7, T(Real<T>(1) / 3)));
  for (const bool shared : {true, false}) {
    if (!shared) set_different_values(a);
    std::vector<bool> has(960, false);
    for (std::size_t i = 100; i < 140; i += 3) {
      a.values[a.begin(i)] = T(std::numeric_limits<Real<T>>::infinity());
      has[i] = true;
    }
    Vector<T> y(Layout::serial(960));
    as_sell(a.csr()).apply(ones<T>(Layout::serial(1000)), y);
    const auto hy = y.to_host();
    for (std::size_t i = 0; i < 960; ++i) EXPECT_EQ(!is_finite(hy[i]), has[i]) << "row " << i;
  }
}

TYPED_TEST(SellTest, UnsortedAndRepeatedEntriesAmongRunsWithGaps) {
  using T = TypeParam;
  auto a = without_every(9, band<T>(960, 1000, 7, T(Real<T>(1) / 3)));
  set_different_values(a);
  for (std::size_t i = 5; i < 960; i += 41) {
    std::swap(a.indices[a.begin(i)], a.indices[a.begin(i) + 2]);
    a.indices[a.begin(i + 3) + 1] = a.indices[a.begin(i + 3)];
  }
  expect_sell(a);
}

TYPED_TEST(SellTest, GridsInEveryDirection) {
  using T = TypeParam;
  for (const auto& matrix : {poisson3d<T>(13, 9, 11), poisson3d_27pt<T>(16, 8, 5)}) {
    const auto& view = matrix.local().view();
    const auto copy = [](const auto& device) {
      const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device);
      return std::vector(host.data(), host.data() + host.size());
    };
    const HostMatrix<T> a{view.rows, view.columns, copy(view.offsets), copy(view.indices),
                          copy(view.values)};
    expect_products(a, as_sell(matrix.local()));
  }
}

TYPED_TEST(SellTest, IrregularRowsNearAndFar) {
  using T = TypeParam;
  for (const LocalIndex columns : {997, 65536, 65537, 300000}) {
    const auto a = irregular<T>(997, columns);
    expect_sell(a);
  }
}

TYPED_TEST(SellTest, CornerShapes) {
  using T = TypeParam;
  Vector<T> none(Layout::serial(0));
  Vector<T> none_too(Layout::serial(0));
  as_sell(HostMatrix<T>{}.csr()).apply(none, none_too);
  const HostMatrix<T> empty{2, 0, {0, 0, 0}, {}, {}};
  auto z = ones<T>(Layout::serial(2));
  as_sell(empty.csr()).apply(T(1), none, T(5), z);
  EXPECT_EQ(z.to_host(), (std::vector<T>{T(5), T(5)}));
  for (const LocalIndex rows : {1, 7, 8, 9, 31, 32, 33, 255, 256, 257}) {
    auto a = band<T>(rows, rows + 12, 5, T(0.5));
    expect_sell(a);
    const HostMatrix<T> zeros{
        rows, 4, std::vector<Offset>(static_cast<std::size_t>(rows) + 1), {}, {}};
    expect_products(zeros, as_sell(zeros.csr()));
  }
}

TYPED_TEST(SellTest, OneLongRowAmongShortOnes) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostMatrix<T> a{20, n, {0}, {}, {}};
  for (LocalIndex i = 0; i < 20; ++i) {
    for (LocalIndex j = 0; j < (i == 11 ? n : i % 3); ++j) {
      a.indices.push_back(j);
      a.values.push_back(T(1));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  Vector<T> y(Layout::serial(20));
  as_sell(a.csr()).apply(ones<T>(Layout::serial(n)), y);
  EXPECT_EQ(y.to_host()[11], T(static_cast<float>(n)));  // sums of ones are exact below 2^24
  EXPECT_EQ(y.to_host()[14], T(2));
}

// Lengths are not padded, so that an infinity in x reaches the rows that have its column and no
// other.
TYPED_TEST(SellTest, InfinityReachesItsRowsOnly) {
  using T = TypeParam;
  const auto a = irregular<T>(500, 400);
  auto hx = std::vector<T>(400, T(1));
  hx[123] = T(std::numeric_limits<Real<T>>::infinity());
  Vector<T> y(Layout::serial(500));
  as_sell(a.csr()).apply(Vector<T>::from_host(Layout::serial(400), hx), y);
  expect_infinite_in_rows_with(123, a, y.to_host());
}

}  // namespace
}  // namespace suan::test
