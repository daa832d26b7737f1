// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a product that are found and summed at once, and the memory that they use.
#include "kernels/spgemm/scattered_row.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <thread>

#include "product_reference.hpp"
#include "suan/matrix/products.hpp"

namespace {

using suan::LocalIndex;
using suan::Offset;
using suan::kernels::DistinctColumns;
using suan::test::HostArrays;
using suan::test::to_host;

TEST(DistinctColumns, TheirOrder) {
  suan::test::Numbers numbers(1);
  for (std::size_t n = 0; n <= DistinctColumns::most; ++n) {
    for (const LocalIndex bound : {100, 2000000000}) {
      std::set<LocalIndex> taken;
      std::vector<LocalIndex> columns;
      while (columns.size() < n) {
        // The largest column that a matrix may have is among them.
        const LocalIndex column = columns.size() == n / 2
                                      ? std::numeric_limits<LocalIndex>::max() - 1
                                      : numbers.below(bound);
        if (taken.insert(column).second) columns.push_back(column);
      }
      const auto expected = columns;
      columns.resize(n + DistinctColumns::lanes);
      std::vector<int> order(DistinctColumns::most);
      DistinctColumns::order(columns.data(), n, order.data());
      for (std::size_t p = 0; p < n; ++p) {
        ASSERT_EQ(columns[p], expected[p]);
        ASSERT_EQ(order[p], std::distance(taken.begin(), taken.find(columns[p]))) << n;
      }
    }
  }
}

template <class T>
class ScatteredRow : public suan::test::ProductReference<T> {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ScatteredRow, Scalars);

// Rows of 0 to 64 products, of few and of many columns, from rows of 0 to 11 entries; behind each
// of them stands a NaN, which is read but is no product.
TYPED_TEST(ScatteredRow, AgreesWithAMap) {
  using T = TypeParam;
  using Row = suan::kernels::ScatteredRow<T>;
  suan::test::Numbers numbers(2);
  for (const LocalIndex columns : {1, 7, 60, 500, 70000}) {
    Row row(columns);
    for (int turn = 0; turn < 200; ++turn) {
      const auto wanted = static_cast<std::size_t>(numbers.below(Row::most + 1));
      std::map<LocalIndex, T> expected;
      std::size_t count = 0;
      row.start();
      while (count < wanted) {
        const auto length =
            std::min<std::size_t>(static_cast<std::size_t>(numbers.below(12)), wanted - count);
        std::vector<LocalIndex> some(length + 4, columns - 1);
        std::vector<T> values(length + 4, T(std::numeric_limits<suan::Real<T>>::quiet_NaN()));
        const T factor = numbers.value<T>();
        for (std::size_t l = 0; l < length; ++l) {
          some[l] = numbers.below(columns);
          values[l] = numbers.value<T>();
          expected[some[l]] += factor * values[l];
        }
        // With and without room behind the row.
        const auto readable = static_cast<Offset>(turn % 2 == 0 ? length : length + 4);
        count = row.add(count, factor, some.data(), values.data(), static_cast<Offset>(length),
                        readable);
      }
      ASSERT_EQ(count, wanted);
      std::vector<LocalIndex> found(wanted + 1);
      std::vector<T> sums(wanted + 1);
      const auto* const end = row.take(count, found.data(), sums.data());
      ASSERT_EQ(end - found.data(), static_cast<std::ptrdiff_t>(expected.size()));
      std::size_t p = 0;
      for (const auto& [column, sum] : expected) {
        ASSERT_EQ(found[p], column);
        ASSERT_EQ(sums[p], sum);
        ++p;
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

// Few and many columns, rows of a few and of some hundred products, with columns
// that come again and again or hardly ever, and every seventh row empty.
TYPED_TEST(ScatteredRow, ProductsAtOnceHaveTheBitsOfPlans) {
  using T = TypeParam;
  constexpr LocalIndex most = suan::kernels::ScatteredRow<T>::most_columns;
  for (const LocalIndex columns : {50, 3000, most, most + 1}) {
    for (const LocalIndex longest : {3, 9, 16, 40}) {
      SCOPED_TRACE(testing::Message() << columns << " columns, rows of at most " << longest);
      auto a = suan::test::irregular<T>(600, 500, longest, 3);
      const auto b = suan::test::irregular<T>(500, columns, longest, 4);
      for (auto& value : a.values) value = value / T(3);
      expect_the_same_at_once(a, b);
      this->expect_near(to_host(suan::multiply(a.csr(), b.csr())), this->reference(a, b));
    }
  }
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
  ASSERT_EQ(c.values.size(), expected.values.size());
  for (const auto& [place, value] : expected.values) {
    const T mine = c.values[k++];
    ASSERT_EQ(mine != mine, value != value) << place.first << ", " << place.second;
    nans += value != value;
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
