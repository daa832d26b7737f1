// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/bsr.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "suan/kernels/sell.hpp"
#include "support/instances.hpp"
#include "unit/kernels/prepared_products.hpp"

namespace suan::test {
namespace {

using kernels::make_bsr;
using kernels::ValueStorage;
using testing::HasSubstr;

template <class T>
Csr<T> as_bsr(const Csr<T>& a, int block, ValueStorage storage = ValueStorage::lossless) {
  return with_products(a, make_bsr(ExecutionSpace(), a.view(), block, storage));
}

/// The same matrix with rows that increase and without duplicates.
template <class T>
HostMatrix<T> sorted(const HostMatrix<T>& a) {
  HostMatrix<T> b{a.rows, a.columns, {0}, {}, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows); ++i) {
    std::vector<std::pair<LocalIndex, T>> row;
    for (auto k = a.begin(i); k < a.begin(i + 1); ++k) row.emplace_back(a.indices[k], a.values[k]);
    std::stable_sort(row.begin(), row.end(),
                     [](const auto& x, const auto& y) { return x.first < y.first; });
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k > 0 && row[k].first == row[k - 1].first) continue;
      b.indices.push_back(row[k].first);
      b.values.push_back(row[k].second);
    }
    b.offsets.push_back(static_cast<Offset>(b.indices.size()));
  }
  return b;
}

/// `unknowns` per point of a chain, each coupled to all unknowns of the neighbouring points.
template <class T>
HostMatrix<T> chain(LocalIndex points, LocalIndex unknowns) {
  HostMatrix<T> a{points * unknowns, points * unknowns, {0}, {}, {}};
  for (LocalIndex i = 0; i < a.rows; ++i) {
    const LocalIndex p = i / unknowns;
    for (LocalIndex q = std::max(0, p - 1); q <= std::min(points - 1, p + 1); ++q) {
      for (LocalIndex c = 0; c < unknowns; ++c) {
        a.indices.push_back(q * unknowns + c);
        a.values.push_back(T(Real<T>(1) / static_cast<Real<T>>(a.indices.size())));
      }
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

template <class T>
class BsrTest : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(BsrTest, Scalars);

TYPED_TEST(BsrTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 0 3 0] (1, 10, 100)
  const HostMatrix<T> a{3, 3, {0, 2, 2, 3}, {0, 2, 1}, {T(1), T(2), T(3)}};
  const auto x = Vector<T>::from_host(Layout::serial(3), std::vector<T>{T(1), T(10), T(100)});
  for (int block = 2; block <= 8; ++block) {
    Vector<T> y(Layout::serial(3));
    const auto bsr = as_bsr(a.csr(), block);
    EXPECT_EQ(bsr.name(), "bsr");
    EXPECT_EQ(bsr.path(), "native");
    EXPECT_EQ(bsr.apply_dot(x, y), T(1 * 201 + 10 * 0 + 100 * 30));
    EXPECT_EQ(y.to_host(), (std::vector<T>{T(201), T(0), T(30)}));
  }
}

TYPED_TEST(BsrTest, WholeBlocksOfEachSize) {
  using T = TypeParam;
  for (int block = 2; block <= 8; ++block) {
    const auto a = chain<T>(400, block);
    expect_products(a, as_bsr(a.csr(), block));
    const auto bytes =
        make_bsr(ExecutionSpace(), a.csr().view(), block, ValueStorage::same)->bytes();
    EXPECT_EQ(bytes, (3 * 400 - 2) * (block * block * Offset(sizeof(T)) + 4) + 401 * 8);
    EXPECT_EQ(kernels::find_block_size(ExecutionSpace(), a.csr().view()), block);
  }
}

// Sums are the same whatever is filled in: a zero adds no rounding error.
TYPED_TEST(BsrTest, FilledInAtEverySizeThatIsNoMultiple) {
  using T = TypeParam;
  for (int block = 2; block <= 8; ++block) {
    for (const LocalIndex columns : {997, 70001}) {
      const auto a = sorted(irregular<T>(997, columns));
      expect_products(a, as_bsr(a.csr(), block));
    }
    for (const LocalIndex size : {1, 2, 5, 7, 8, 9, 255, 256, 257, 513}) {
      const auto a = sorted(irregular<T>(size, size));
      expect_products(a, as_bsr(a.csr(), block));
    }
  }
}

TYPED_TEST(BsrTest, UnsortedRowsAndDuplicatesAreSortedAndAdded) {
  using T = TypeParam;
  const auto a = irregular<T>(500, 40);  // 40 columns: many duplicates
  for (const int block : {2, 3, 8}) expect_products(a, as_bsr(a.csr(), block));
}

TYPED_TEST(BsrTest, EveryLosslessStorageGivesTheSameBitsOnAnyNumberOfThreads) {
  using T = TypeParam;
  auto a = sorted(irregular<T>(3000, 3000));
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    a.values[k] = T(static_cast<Real<T>>(static_cast<int>(k % 254) - 127));
  }
  const auto csr = a.csr();
  const auto x = random_vector<T>(Layout::serial(3000), 4);
  std::vector<ValueStorage> storages = {ValueStorage::same, ValueStorage::lossless,
                                        ValueStorage::float32, ValueStorage::dictionary};
  if (!is_complex<T>)
    storages.insert(storages.end(), {ValueStorage::bfloat16, ValueStorage::float16});
  for (const int block : {2, 3, 5, 8}) {
    Vector<T> first(Layout::serial(3000));
    as_bsr(csr, block, ValueStorage::same).apply(x, first);
    for (const auto storage : storages) {
      for (const auto& space : instances()) {
        const auto prepared = make_bsr(space, csr.view(), block, storage);
        Vector<T> y(Layout::serial(3000));
        prepared->apply(space, T(1), x.view(), T(0), y.view());
        space.fence("suan::test");
        EXPECT_EQ(y.to_host(), first.to_host()) << block << " " << to_string(storage);
      }
    }
  }
}

TYPED_TEST(BsrTest, CornerShapes) {
  using T = TypeParam;
  for (const int block : {2, 3, 7, 8}) {
    Vector<T> none(Layout::serial(0));
    Vector<T> none_too(Layout::serial(0));
    as_bsr(HostMatrix<T>{}.csr(), block).apply(none, none_too);
    const HostMatrix<T> no_columns{2, 0, {0, 0, 0}, {}, {}};
    auto z = ones<T>(Layout::serial(2));
    as_bsr(no_columns.csr(), block).apply(T(1), none, T(5), z);
    EXPECT_EQ(z.to_host(), (std::vector<T>{T(5), T(5)}));
    for (const LocalIndex size : {1, 7, 100, 1000}) {
      HostMatrix<T> row{1, size, {0, size}, {}, {}};
      HostMatrix<T> column{size, 1, {0}, {}, {}};
      for (LocalIndex k = 0; k < size; ++k) {
        row.indices.push_back(k);
        row.values.push_back(T(Real<T>(1) / static_cast<Real<T>>(k + 1)));
        column.indices.push_back(0);
        column.offsets.push_back(k + 1);
      }
      column.values = row.values;
      expect_products(row, as_bsr(row.csr(), block));
      expect_products(column, as_bsr(column.csr(), block));
      const HostMatrix<T> zeros{
          size, 4, std::vector<Offset>(static_cast<std::size_t>(size) + 1), {}, {}};
      expect_products(zeros, as_bsr(zeros.csr(), block));
    }
    // Columns as far apart as they can be, and the last one of all.
    constexpr LocalIndex wide = 10000000;
    const HostMatrix<T> far{2, wide, {0, 2, 3}, {0, wide - 1, wide - 2}, {T(1), T(2), T(3)}};
    Vector<T> y(Layout::serial(2));
    as_bsr(far.csr(), block).apply(ones<T>(Layout::serial(wide)), y);
    EXPECT_EQ(y.to_host(), (std::vector<T>{T(3), T(3)}));
  }
}

TYPED_TEST(BsrTest, OneLongRowAmongShortOnes) {
  using T = TypeParam;
  constexpr LocalIndex n = 100000;
  HostMatrix<T> a{20, n, {0}, {}, {}};
  for (LocalIndex i = 0; i < 20; ++i) {
    for (LocalIndex j = 0; j < (i == 11 ? n : i % 3); ++j) {
      a.indices.push_back(j);
      a.values.push_back(T(1));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  for (int block = 2; block <= 8; ++block) {
    Vector<T> y(Layout::serial(20));
    as_bsr(a.csr(), block).apply(ones<T>(Layout::serial(n)), y);
    EXPECT_EQ(y.to_host()[11], T(static_cast<float>(n)));  // sums of ones are exact below 2^24
    EXPECT_EQ(y.to_host()[14], T(2));
  }
}

// An infinity or NaN in x reaches exactly the rows that have its column: filled-in zeros spread
// nothing, explicit zeros do, as in csr.
TYPED_TEST(BsrTest, InfinityReachesItsRowsOnly) {
  using T = TypeParam;
  auto a = sorted(irregular<T>(500, 400));
  for (std::size_t k = 0; k < a.values.size(); k += 5) a.values[k] = k % 2 == 0 ? T(0) : T(-0.0);
  for (const Real<T> bad :
       {std::numeric_limits<Real<T>>::infinity(), std::numeric_limits<Real<T>>::quiet_NaN()}) {
    auto hx = std::vector<T>(400, T(1));
    hx[123] = T(bad);
    hx[399] = T(bad);
    for (int block = 2; block <= 8; ++block) {
      Vector<T> y(Layout::serial(500));
      as_bsr(a.csr(), block).apply(Vector<T>::from_host(Layout::serial(400), hx), y);
      const auto hy = y.to_host();
      for (std::size_t i = 0; i < 500; ++i) {
        bool has = false;
        for (auto k = a.begin(i); k < a.begin(i + 1); ++k) {
          has = has || a.indices[k] == 123 || a.indices[k] == 399;
        }
        EXPECT_EQ(!is_finite(hy[i]), has) << "row " << i << ", blocks of " << block;
      }
    }
  }
}

// A NaN entry affects only its own row's product.
TYPED_TEST(BsrTest, NanInAnEntryStaysInItsRow) {
  using T = TypeParam;
  auto a = chain<T>(100, 3);
  a.values[a.begin(150)] = T(std::numeric_limits<Real<T>>::quiet_NaN());
  for (int block = 2; block <= 8; ++block) {
    Vector<T> y(Layout::serial(300));
    as_bsr(a.csr(), block).apply(ones<T>(Layout::serial(300)), y);
    const auto hy = y.to_host();
    for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(is_finite(hy[i]), i != 150) << i;
  }
}

TYPED_TEST(BsrTest, ComesBackAsTheSameMatrix) {
  using T = TypeParam;
  auto a = sorted(irregular<T>(301, 205));
  a.values[3] = T(0);  // a stored zero stays an entry
  for (int block = 2; block <= 8; ++block) {
    const ExecutionSpace space;
    expect_entries(a, make_bsr(space, a.csr().view(), block)->csr(space));
  }
}

TEST(Bsr, FillInIsCountedByHand) {
  // Rows 0 and 1 share a block of 2, rows 2 and 3 have one entry each in different blocks.
  const HostMatrix<double> a{4, 6, {0, 1, 2, 3, 4}, {0, 1, 2, 5}, {0.1, 0.2, 0.3, 0.4}};
  const ExecutionSpace space;
  const auto view = a.csr().view();
  EXPECT_EQ(kernels::bsr_bytes(space, view, 2, ValueStorage::same), 3 * (4 * 8 + 4) + 3 * 8);
  EXPECT_EQ(kernels::bsr_bytes(space, view, 4, ValueStorage::same), 2 * (16 * 8 + 4) + 2 * 8);
  EXPECT_EQ(kernels::bsr_bytes(space, view, 2, ValueStorage::dictionary),
            3 * (4 + 4) + 3 * 8 + 5 * 8);
  EXPECT_EQ(kernels::estimate_bsr_bytes(space, view, 8)[2], 3 * (4 * 8 + 4) + 3 * 8);
  EXPECT_EQ(make_bsr(space, view, 2, ValueStorage::same)->description(),
            "values as same, blocks of 2 x 2, 67 % of their values filled in");
}

// Beyond 64 samples of 840 rows the size is an estimate, which a uniform matrix makes exact but for
// the ends.
TEST(Bsr, TheSizeOfManyBlocksIsEstimated) {
  const auto a = chain<float>(20000, 3);
  const ExecutionSpace space;
  const auto view = a.csr().view();
  EXPECT_EQ(kernels::find_block_size(space, view), 3);
  const auto exact = static_cast<double>(kernels::bsr_bytes(space, view, 3, ValueStorage::same));
  const auto estimate = static_cast<double>(kernels::estimate_bsr_bytes(space, view, 4)[3]);
  // The first block row has one block of three less; a sample weighs 71.4 / 64.
  EXPECT_NEAR(estimate, exact, 2 * 71.5 / 64 * (9 * 4 + 4));
}

TEST(Bsr, WhatCannotBeDoneIsRefusedInWords) {
  const ExecutionSpace space;
  const auto a = chain<double>(200, 3);
  const auto csr = a.csr();
  const auto message_of = [&](const auto& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message_of([&] { make_bsr(space, csr.view(), 1); }), HasSubstr("2 to 8"));
  EXPECT_THAT(message_of([&] { make_bsr(space, csr.view(), 9); }), HasSubstr("9 was requested"));
  // Two entries of one place, whose sum is too large.
  const HostMatrix<double> twice{1, 1, {0, 2}, {0, 0}, {60000, 60001.1}};
  EXPECT_THAT(message_of([&] { make_bsr(space, twice.csr().view(), 2, ValueStorage::float16); }),
              HasSubstr("cannot hold 1 of the 1 values"));
  EXPECT_THAT(message_of([&] { make_bsr(space, csr.view(), 3, ValueStorage::dictionary); }),
              HasSubstr("at most 256"));
  auto zeros = a;
  zeros.values.assign(zeros.values.size(), -0.0);
  EXPECT_THAT(message_of([&] { make_bsr(space, zeros.csr().view(), 3, ValueStorage::dictionary); }),
              HasSubstr("none of them -0"));
}

// Each stored value is rounded to 8 bits: |y - A x| <= 2^-8 |A||x| and the bound of the sum.
TEST(Bsr, RoundedStorageHasTheErrorOfItsRounding) {
  const auto a = sorted(irregular<double>(400, 400));
  const auto x = random_vector<double>(Layout::serial(400), 3);
  const auto hx = x.to_host();
  Vector<double> y(Layout::serial(400));
  const auto bsr = as_bsr(a.csr(), 3, ValueStorage::bfloat16);
  EXPECT_EQ(bsr.name(), "bsr, rounded to bfloat16");
  bsr.apply(x, y);
  const auto hy = y.to_host();
  double largest = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    EXPECT_LE(std::abs(hy[i] - a.row(hx, i)),
              0x1p-8 * a.absolute_row(hx, i) + product_bound(a, hx, i, 0));
    largest = std::max(largest, std::abs(hy[i] - a.row(hx, i)));
  }
  EXPECT_GT(largest, 0);
}

}  // namespace
}  // namespace suan::test
