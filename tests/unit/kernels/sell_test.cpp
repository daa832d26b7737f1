// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/sell.hpp"

#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "unit/kernels/prepared_products.hpp"

namespace suan::test {
namespace {

using kernels::make_sell;
using kernels::ValueStorage;
using testing::HasSubstr;

template <class T>
Csr<T> as_sell(const Csr<T>& a, ValueStorage storage = ValueStorage::lossless) {
  return with_products(a, make_sell(ExecutionSpace(), a.view(), storage));
}

/// Rows of one length, with an entry in each third column from the diagonal on.
template <class T>
HostMatrix<T> band(LocalIndex rows, LocalIndex columns, LocalIndex length, const T& value) {
  HostMatrix<T> a{rows, columns, {0}, {}, {}};
  for (LocalIndex i = 0; i < rows; ++i) {
    for (LocalIndex k = 0; k < length; ++k) {
      a.indices.push_back(i + 3 * k);
      a.values.push_back(value);
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

template <class T>
void set_different_values(HostMatrix<T>& a) {
  for (std::size_t k = 0; k < a.values.size(); ++k) a.values[k] = T(static_cast<Real<T>>(k) / 7);
}

/// Without each entry whose number, counted from 1, is a multiple of `every`.
template <class T>
HostMatrix<T> without_every(std::size_t every, const HostMatrix<T>& a) {
  HostMatrix<T> result{a.rows, a.columns, {0}, {}, {}};
  for (std::size_t i = 0; i + 1 < a.offsets.size(); ++i) {
    for (auto k = static_cast<std::size_t>(a.offsets[i]);
         k < static_cast<std::size_t>(a.offsets[i + 1]); ++k) {
      if ((k + 1) % every == 0) continue;
      result.indices.push_back(a.indices[k]);
      result.values.push_back(a.values[k]);
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
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
    expect_products(a, as_sell(a.csr()));
    set_different_values(a);
    expect_products(a, as_sell(a.csr()));
  }
}

// A gap may be as frequent as an entry where values are shared, otherwise a quarter as frequent.
TYPED_TEST(SellTest, RunsWithGapsSharedAndNot) {
  using T = TypeParam;
  for (const std::size_t every : {2, 3, 4, 6, 9, 100}) {
    SCOPED_TRACE(every);
    auto a = without_every(every, band<T>(960, 1000, 7, T(Real<T>(1) / 3)));
    expect_products(a, as_sell(a.csr()));
    EXPECT_THAT(description(a), HasSubstr(", 100 % of the entries in runs"));
    EXPECT_THAT(description(a), HasSubstr("100 % with values shared"));
    set_different_values(a);
    expect_products(a, as_sell(a.csr()));
    EXPECT_THAT(description(a), HasSubstr(every < 6 ? ", 0 % of the entries in runs"
                                                    : ", 100 % of the entries in runs"));
  }
}

// What stands in x where a row has a gap is no business of this row.
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
  expect_products(a, as_sell(a.csr()));
  if (SUAN_HAVE_CUDA == 0) {
    // In the rows from 0 and 16 on there are none, in those from 72 and 88 on 11 entries of 67 are
    // not: 78 of 438.
    EXPECT_THAT(description(a), HasSubstr(", 82 % of the entries in runs"));
  }
}

// A value that is infinite stands in the gaps of its run as well.
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
  expect_products(a, as_sell(a.csr()));
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
    expect_products(a, as_sell(a.csr()));
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
    expect_products(a, as_sell(a.csr()));
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

TYPED_TEST(SellTest, SameBitsEachTimeAndInEachLosslessStorage) {
  using T = TypeParam;
  auto gaps = without_every(9, band<T>(2960, 3000, 7, T(1)));
  gaps.rows = 3000;
  gaps.offsets.resize(3001, gaps.offsets.back());
  for (auto a : {irregular<T>(3000, 3000), gaps}) {
    for (std::size_t k = 0; k < a.values.size(); ++k) {
      a.values[k] = T(static_cast<Real<T>>(static_cast<int>(k % 255) - 127));
    }
    const auto csr = a.csr();
    const auto x = random_vector<T>(Layout::serial(3000), 4);
    Vector<T> first(Layout::serial(3000));
    const T dot = as_sell(csr, ValueStorage::same).apply_dot(x, first);
    const auto expected = first.to_host();
    std::vector<ValueStorage> storages = {ValueStorage::same, ValueStorage::lossless,
                                          ValueStorage::float32, ValueStorage::dictionary};
    if (!is_complex<T>)
      storages.insert(storages.end(), {ValueStorage::bfloat16, ValueStorage::float16});
    for (const auto storage : storages) {
      const auto sell = as_sell(csr, storage);
      for (int k = 0; k < 20; ++k) {
        Vector<T> y(Layout::serial(3000));
        EXPECT_EQ(sell.apply_dot(x, y), dot) << to_string(storage);
        EXPECT_EQ(y.to_host(), expected) << to_string(storage);
      }
    }
  }
}

template <class T>
ValueStorage lossless_storage(const HostMatrix<T>& a) {
  const ExecutionSpace space;
  const auto csr = a.csr();
  const auto facts = std::make_shared<const kernels::ValueFacts<T>>(space, csr.view());
  return kernels::plan_sell<T>(space, csr.view(), facts)->lossless();
}

// Nine rows of two runs are four stored values, 32 bytes as they are; a dictionary of one value has
// 16 bytes and four codes.
TEST(Sell, TheFewestBytesThatLoseNothing) {
  const auto chosen = [](double value) { return lossless_storage(band<double>(9, 100, 2, value)); };
  EXPECT_EQ(chosen(-1), ValueStorage::bfloat16);
  EXPECT_EQ(chosen(257), ValueStorage::float16);
  EXPECT_EQ(chosen(double(0.1f)), ValueStorage::float32);
  EXPECT_EQ(chosen(0.1), ValueStorage::dictionary);
  EXPECT_EQ(chosen(1e300), ValueStorage::dictionary);
  EXPECT_EQ(lossless_storage(band<Complex>(9, 100, 2, Complex(1, 2))), ValueStorage::float32);
  // Four bytes are read faster than looked up.
  EXPECT_EQ(lossless_storage(band<float>(9, 100, 2, 257.1f)), ValueStorage::same);
  // The table would be larger than what it saves.
  auto a = band<double>(20, 100, 2, 0.1);
  for (std::size_t k = 0; k < a.values.size(); ++k) a.values[k] = 0.1 * static_cast<double>(k);
  EXPECT_EQ(lossless_storage(a), ValueStorage::same);
}

TYPED_TEST(SellTest, DictionaryOfAsManyValuesAsItTakes) {
  using T = TypeParam;
  auto a = irregular<T>(3000, 2000);
  const auto number = [](std::size_t k) {
    return T(Real<T>(1) / static_cast<Real<T>>(3 + static_cast<int>(k)));
  };
  for (std::size_t k = 0; k < a.values.size(); ++k) a.values[k] = number(k % 256);
  EXPECT_EQ(lossless_storage(a), ValueStorage::same);  // columns in no order are slow enough
  const auto sell = as_sell(a.csr(), ValueStorage::dictionary);
  EXPECT_EQ(sell.name(), "sell");
  expect_products(a, sell);
  // The same bits as with the values themselves: nothing is lost.
  const auto x = random_vector<T>(Layout::serial(2000), 4);
  Vector<T> y(Layout::serial(3000));
  Vector<T> z(Layout::serial(3000));
  sell.apply(x, y);
  as_sell(a.csr(), ValueStorage::same).apply(x, z);
  EXPECT_EQ(y.to_host(), z.to_host());
  // One value more.
  a.values[17] = number(256);
  EXPECT_THROW(make_sell(ExecutionSpace(), a.csr().view(), ValueStorage::dictionary), NotSupported);
}

TEST(Sell, BytesByHand) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "slices have another height on a GPU";
  const auto bytes = [](const HostMatrix<double>& a, ValueStorage storage) {
    const ExecutionSpace space;
    const auto csr = a.csr();
    const auto made = make_sell(space, csr.view(), storage)->bytes();
    EXPECT_EQ(kernels::sell_bytes(space, csr.view(), storage), made);
    return made;
  };
  // Two slices of eight rows, three runs each: 24 bytes for the slice, 4 for each run.
  auto a = band<double>(16, 100, 3, 0.1);
  EXPECT_EQ(bytes(a, ValueStorage::same), 2 * (24 + 3 * 4 + 3 * 8));
  EXPECT_EQ(bytes(a, ValueStorage::dictionary), 2 * (24 + 3 * 4 + 3) + 2 * 8);
  EXPECT_EQ(bytes(a, ValueStorage::lossless), bytes(a, ValueStorage::dictionary));
  a.values[0] = 0.2;  // the first slice shares no more
  EXPECT_EQ(bytes(a, ValueStorage::same), 2 * (24 + 3 * 4) + (24 + 3) * 8);
  a.values.assign(a.values.size(), 3);
  a.values[0] = 4;
  EXPECT_EQ(bytes(a, ValueStorage::bfloat16), 2 * (24 + 3 * 4) + (24 + 3) * 2);
  std::swap(a.indices[0], a.indices[1]);  // runs no more: one base and 24 distances of 16 bits
  EXPECT_EQ(bytes(a, ValueStorage::bfloat16), (24 + 4 + 24 * 2) + (24 + 3 * 4) + (24 + 3) * 2);
  std::swap(a.indices[0], a.indices[1]);
  // A gap: the first slice's rows in each run, 4 bytes a run.
  a.indices.erase(a.indices.begin() + 1);
  a.values.erase(a.values.begin() + 1);
  for (std::size_t i = 1; i < a.offsets.size(); ++i) --a.offsets[i];
  EXPECT_EQ(bytes(a, ValueStorage::bfloat16), (24 + 3 * 8) + (24 + 3 * 4) + (24 + 3) * 2);
}

TEST(Sell, WhatCannotBeStoredIsRefusedInWords) {
  const ExecutionSpace space;
  const auto message_of = [&](const auto& a, ValueStorage storage) -> std::string {
    try {
      make_sell(space, a.csr().view(), storage);
    } catch (const NotSupported& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message_of(band<double>(3, 9, 2, 65505.0), ValueStorage::float16),
              HasSubstr("6 of the 6 values"));
  EXPECT_THAT(message_of(band<double>(3, 9, 2, 1e300), ValueStorage::float32),
              HasSubstr("too large"));
  EXPECT_THAT(message_of(band<Complex>(3, 9, 2, Complex(1)), ValueStorage::bfloat16),
              HasSubstr("complex"));
  EXPECT_THROW(kernels::value_storage_from_string("float8"), InvalidArgument);
  EXPECT_EQ(kernels::value_storage_from_string("bfloat16"), ValueStorage::bfloat16);
}

// Each stored value is rounded to 8 bits: |y - A x| <= 2^-8 |A||x| and the bound of the sum.
TEST(Sell, RoundedStorageHasTheErrorOfItsRounding) {
  const auto a = irregular<double>(400, 400);
  const auto x = random_vector<double>(Layout::serial(400), 3);
  const auto hx = x.to_host();
  for (const auto& [storage, unit] : {std::pair{ValueStorage::bfloat16, 0x1p-8},
                                      {ValueStorage::float16, 0x1p-11},
                                      {ValueStorage::float32, 0x1p-24}}) {
    Vector<double> y(Layout::serial(400));
    const auto sell = as_sell(a.csr(), storage);
    EXPECT_EQ(sell.name(), "sell, rounded to " + std::string(to_string(storage)));
    sell.apply(x, y);
    const auto hy = y.to_host();
    double largest = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      // Below 2^-14 float16 has an absolute spacing of 2^-24.
      const double subnormal = storage == ValueStorage::float16 ? 0x1p-24 * 400 : 0;
      const double rounding = unit * a.absolute_row(hx, i) + subnormal;
      EXPECT_LE(std::abs(hy[i] - a.row(hx, i)), rounding + product_bound(a, hx, i, 0));
      largest = std::max(largest, std::abs(hy[i] - a.row(hx, i)));
    }
    EXPECT_GT(largest, 0) << to_string(storage);  // it was rounded
  }
}

}  // namespace
}  // namespace suan::test
