// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a product that are found and summed at once, and the memory that they use.
#include "kernels/spgemm/scattered_row.hpp"

#include <gmock/gmock.h>

#include <array>
#include <map>
#include <set>
#include <thread>

#include "product_reference.hpp"
#include "suan/matrix/products.hpp"

namespace {

using suan::LocalIndex;
using suan::Offset;
using suan::kernels::MarkedColumns;
using suan::test::HostArrays;
using suan::test::to_host;

/// All ways of taking columns: the first works on any processor, the others on this one.
std::vector<MarkedColumns::Take> variants() { return MarkedColumns::variants(); }

// Few columns and many, close together and far apart, more than once; the second row
// finds no mark of the first.
TEST(MarkedColumns, AreTakenInOrderByEachVariant) {
  ASSERT_FALSE(variants().empty());
  suan::test::Numbers numbers(1);
  for (const LocalIndex columns : {1, 63, 64, 65, 4096, 4097, 70000}) {
    for (const auto variant : variants()) {
      const MarkedColumns marked(columns, variant);
      for (int turn = 0; turn < 100; ++turn) {
        const LocalIndex width = std::min<LocalIndex>(columns, turn % 2 == 0 ? 80 : columns);
        const LocalIndex first = numbers.below(columns - width + 1);
        std::set<LocalIndex> expected;
        const auto marks = marked.marks();
        for (LocalIndex k = numbers.below(turn < 90 ? 100 : 5000); k > 0; --k) {
          const LocalIndex column = first + numbers.below(width);
          marks.set(static_cast<std::size_t>(column));
          expected.insert(column);
        }
        std::vector<LocalIndex> taken(expected.size() + MarkedColumns::beyond);
        const auto end = marked.take(taken.data()) - taken.data();
        ASSERT_EQ(static_cast<std::size_t>(end), expected.size());
        taken.resize(expected.size());
        ASSERT_THAT(taken, testing::ElementsAreArray(expected.begin(), expected.end()));
      }
    }
  }
}

TEST(MarkedColumns, AllOfThem) {
  constexpr LocalIndex columns = 5000;
  for (const auto variant : variants()) {
    const MarkedColumns marked(columns, variant);
    for (std::size_t j = 0; j < columns; ++j) marked.marks().set(j);
    std::vector<LocalIndex> taken(columns + MarkedColumns::beyond);
    ASSERT_EQ(marked.take(taken.data()) - taken.data(), columns);
    for (std::size_t j = 0; j < columns; ++j) ASSERT_EQ(taken[j], static_cast<LocalIndex>(j));
    EXPECT_EQ(marked.take(taken.data()), taken.data());
  }
}

TEST(MarkedColumns, BytesAsBits) {
  using suan::kernels::BitsByMultiplication;
  using suan::kernels::BitsOfBytes;
  suan::test::Numbers numbers(3);
  for (int turn = 0; turn < 200; ++turn) {
    std::array<std::uint8_t, 64> bytes{};
    std::uint64_t expected = 0;
    for (std::size_t k = 0; k < bytes.size(); ++k) {
      bytes[k] = turn < 64 ? k == static_cast<std::size_t>(turn) : numbers.below(2) == 1;
      expected |= std::uint64_t(bytes[k]) << k;
    }
    ASSERT_EQ(BitsByMultiplication::of(bytes.data()), expected);
    ASSERT_EQ(BitsOfBytes::of(bytes.data()), expected);
  }
}

template <class T>
class ScatteredRow : public suan::test::ProductReference<T> {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ScatteredRow, Scalars);

// Rows of few and of many products and columns, some of them empty.
TYPED_TEST(ScatteredRow, AgreesWithAMapInEachVariant) {
  using T = TypeParam;
  for (const LocalIndex columns : {1, 7, 60, 500, 70000}) {
    for (const LocalIndex longest : {3, 12, 40}) {
      auto a = suan::test::irregular<T>(200, 150, longest, 5);
      for (auto& value : a.values) value = value / T(3);
      const auto b = suan::test::irregular<T>(150, columns, std::min(longest, columns), 6);
      const auto csr_a = a.csr();
      const auto csr_b = b.csr();
      const suan::kernels::HostCsr<T> host_a(csr_a.view());
      const suan::kernels::HostCsr<T> host_b(csr_b.view());
      for (const auto variant : variants()) {
        const suan::kernels::ScatteredRow<T> row(MarkedColumns(columns, variant), columns);
        for (LocalIndex i = 0; i < host_a.rows; ++i) {
          std::map<LocalIndex, T> expected;
          for (Offset k = host_a.offsets[i]; k < host_a.offsets[i + 1]; ++k) {
            const LocalIndex j = host_a.indices[k];
            for (Offset l = host_b.offsets[j]; l < host_b.offsets[j + 1]; ++l) {
              expected[host_b.indices[l]] += host_a.values[k] * host_b.values[l];
            }
          }
          std::vector<LocalIndex> found(expected.size() + suan::kernels::ScatteredRow<T>::beyond);
          std::vector<T> sums(expected.size() + 1, T(7));
          const auto* const end = row.row(host_a, host_b, i, found.data(), sums.data());
          ASSERT_EQ(end - found.data(), static_cast<std::ptrdiff_t>(expected.size()));
          std::size_t p = 0;
          for (const auto& [column, sum] : expected) {
            ASSERT_EQ(found[p], column);
            ASSERT_EQ(sums[p], sum);
            ++p;
          }
          ASSERT_EQ(sums[p], T(7));  // nothing is written behind the sums
        }
      }
    }
  }
}

/// A B at once has the bits of the two phases one after the other, which sum another way.
template <class T>
void expect_the_same_at_once(const HostArrays<T>& a, const HostArrays<T>& b) {
  const auto csr_a = a.csr();
  const auto csr_b = b.csr();
  const auto expected = to_host(suan::Product<T>(csr_a, csr_b).multiply(csr_a, csr_b));
  for (const auto& space : suan::test::instances()) {
    EXPECT_EQ(to_host(suan::kernels::spgemm(space, csr_a.view(), csr_b.view())), expected);
  }
}

// Few and many columns, rows of a few to some thousand products, with columns
// that come again and again or hardly ever, and every seventh row empty.
TYPED_TEST(ScatteredRow, ProductsAtOnceHaveTheBitsOfPlans) {
  using T = TypeParam;
  constexpr LocalIndex most = suan::kernels::ScatteredRow<T>::most_columns;
  for (const LocalIndex columns : {50, 3000, most, most + 1}) {
    for (const LocalIndex longest : {3, 9, 16, 40, 100}) {
      SCOPED_TRACE(testing::Message() << columns << " columns, rows of at most " << longest);
      auto a = suan::test::irregular<T>(600, 500, longest, 3);
      const auto b = suan::test::irregular<T>(500, columns, longest, 4);
      for (auto& value : a.values) value = value / T(3);
      expect_the_same_at_once(a, b);
      this->expect_near(to_host(suan::multiply(a.csr(), b.csr())), this->reference(a, b));
    }
  }
}

// A row of A that refers mostly to one long row of B is merged into it, between rows that are
// scattered.
TYPED_TEST(ScatteredRow, AmongRowsThatAreMerged) {
  using T = TypeParam;
  auto a = suan::test::irregular<T>(200, 120, 6, 7);
  auto b = suan::test::irregular_sorted<T>(120, 2000, 5, 8);
  HostArrays<T> long_row = suan::test::irregular_sorted<T>(1, 2000, 5000, 9);
  ASSERT_GT(long_row.indices.size(), 500u);  // nearly all products of a row that refers to it
  const Offset more = long_row.offsets.back() - (b.offsets[51] - b.offsets[50]);
  b.indices.erase(b.indices.begin() + b.offsets[50], b.indices.begin() + b.offsets[51]);
  b.values.erase(b.values.begin() + b.offsets[50], b.values.begin() + b.offsets[51]);
  b.indices.insert(b.indices.begin() + b.offsets[50], long_row.indices.begin(),
                   long_row.indices.end());
  b.values.insert(b.values.begin() + b.offsets[50], long_row.values.begin(), long_row.values.end());
  for (std::size_t i = 51; i < b.offsets.size(); ++i) b.offsets[i] += more;
  for (auto& value : a.values) value = value / T(3);
  expect_the_same_at_once(a, b);
  this->expect_near(to_host(suan::multiply(a.csr(), b.csr())), this->reference(a, b));
}

// In A and in B, and stored zeros, whose products with them are NaN as well.
TYPED_TEST(ScatteredRow, NotANumberStaysInItsPlace) {
  using T = TypeParam;
  auto a = suan::test::irregular<T>(300, 300, 7, 5);
  auto b = a;
  for (std::size_t k = 0; k < a.values.size(); k += 5) a.values[k] = T{};
  for (std::size_t k = 0; k < b.values.size(); k += 41) {
    b.values[k] = T(std::numeric_limits<suan::Real<T>>::quiet_NaN());
  }
  const auto c = to_host(suan::multiply(a.csr(), b.csr()));
  const auto expected = suan::test::ProductReference<T>::reference(a, b);
  std::size_t k = 0;
  std::size_t nans = 0;
  ASSERT_EQ(c.indices, expected.sums.indices);
  for (const T& value : expected.sums.values) {
    const T mine = c.values[k];
    ASSERT_EQ(mine != mine, value != value) << "entry " << k << ", column " << c.indices[k];
    nans += value != value;
    ++k;
  }
  EXPECT_GT(nans, 0u);
}

TEST(Pooled, PiecesThatAreGivenBackAreUsedAgain) {
  constexpr std::size_t size = 30000;
  suan::detail::Pooled<double> first(size);
  EXPECT_EQ(first.size(), size);
  first.get()[size - 1] = 3;
  const double* const where = first.get();
  const auto before = suan::detail::kept_bytes();
  first.reset();
  EXPECT_EQ(first.size(), 0u);
  EXPECT_EQ(suan::detail::kept_bytes(), before + (std::size_t(1) << 18));
  suan::detail::Pooled<double> second(size + 1);
  EXPECT_EQ(second.get(), where);
  EXPECT_EQ(suan::detail::kept_bytes(), before);
  auto third = std::move(second);
  EXPECT_EQ(second.size(), 0u);
  EXPECT_EQ(third.size(), size + 1);
}

TEST(Pooled, KeepsNoMoreThanItSays) {
  {
    std::vector<suan::detail::Pooled<double>> many;
    for (int k = 0; k < 40; ++k) many.emplace_back(std::size_t(1) << 17);
  }
  EXPECT_LE(suan::detail::kept_bytes(), std::size_t(16) << 20);
  // Small and large ones are not kept at all.
  const auto before = suan::detail::kept_bytes();
  { const suan::detail::Pooled<double> none(0), small(10), large(std::size_t(1) << 20); }
  EXPECT_EQ(suan::detail::kept_bytes(), before);
}

TEST(Pooled, ThreadsShareThePieces) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&wrong, t] {
      for (int turn = 0; turn < 200; ++turn) {
        const suan::detail::Pooled<std::size_t> mine(5000 + 100 * t);
        std::fill_n(mine.get(), mine.size(), t);
        for (std::size_t k = 0; k < mine.size(); ++k) wrong[t] += mine.get()[k] != t;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

}  // namespace
