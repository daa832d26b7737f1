// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How compact SELL stores values.
#include <gmock/gmock.h>

#include "sell_matrices.hpp"

namespace suan::test {
namespace {

using kernels::make_sell;
using kernels::ValueStorage;
using testing::HasSubstr;

template <class T>
class SellStorageTest : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SellStorageTest, Scalars);

TYPED_TEST(SellStorageTest, SameBitsEachTimeAndInEachLosslessStorage) {
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

// A dictionary of two values has 24 bytes and a code of one byte for each entry.
TEST(SellStorage, TheFewestBytesThatLoseNothing) {
  // Values that no two rows share, or there would be few of them.
  const auto chosen = []<Scalar T>(const T& value) {
    auto a = band<T>(96, 200, 19, value);
    for (std::size_t k = 0; k < a.values.size(); ++k) {
      if (k % 38 < 19) a.values[k] = -a.values[k];
    }
    return lossless_storage(a);
  };
  EXPECT_EQ(chosen(-1.0), ValueStorage::bfloat16);
  EXPECT_EQ(chosen(257.0), ValueStorage::float16);
  EXPECT_EQ(chosen(double(0.1f)), ValueStorage::float32);
  EXPECT_EQ(chosen(0.1), ValueStorage::dictionary);
  EXPECT_EQ(chosen(1e300), ValueStorage::dictionary);
  EXPECT_EQ(chosen(Complex(1, 2)), ValueStorage::float32);
  // Reading four bytes is faster than a table look-up.
  EXPECT_EQ(chosen(257.1f), ValueStorage::same);
  // The table would be larger than what it saves.
  auto a = band<double>(20, 100, 2, 0.1);
  for (std::size_t k = 0; k < a.values.size(); ++k) a.values[k] = 0.1 * static_cast<double>(k);
  EXPECT_EQ(lossless_storage(a), ValueStorage::same);
}

TYPED_TEST(SellStorageTest, DictionaryOfAsManyValuesAsItTakes) {
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
  // The same bits as with the original values: nothing is lost.
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

TEST(SellStorage, BytesByHand) {
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

TEST(SellStorage, WhatCannotBeStoredIsRefusedInWords) {
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
TEST(SellStorage, RoundedStorageHasTheErrorOfItsRounding) {
  const auto a = irregular<double>(400, 400);
  const auto x = random_vector<double>(Layout::serial(400), 3);
  const auto hx = x.to_host();
  for (const auto& [storage, unit] : {std::pair{ValueStorage::bfloat16, 0x1p-8},
                                      {ValueStorage::float16, 0x1p-11},
                                      {ValueStorage::float32, 0x1p-24}}) {
    Vector<double> y(Layout::serial(400));
    const auto sell = as_sell(a.csr(), storage);
    EXPECT_EQ(sell.name(), message("sell, rounded to ", to_string(storage)));
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
