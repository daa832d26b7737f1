// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include <gmock/gmock.h>

#include "product_reference.hpp"
#include "suan/matrix/products.hpp"
#include "unit/kernels/allocations.hpp"

namespace {

using suan::Csr;
using suan::ExecutionSpace;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::test::HostArrays;
using suan::test::Map;
using suan::test::to_host;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Product, RefusesSizesThatDoNotFit) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  const auto b = HostArrays<double>{2, 5, {0, 0, 0}}.csr();
  const auto text = AllOf(HasSubstr("A (2 x 3, 1 entries) has 3 columns"),
                          HasSubstr("B (2 x 5, 0 entries) has 2 rows"));
  EXPECT_THAT([&] { suan::multiply(a, b); }, ThrowsMessage<suan::DimensionMismatch>(text));
  EXPECT_THAT(([&] { suan::Product<double>(a, b); }), ThrowsMessage<suan::DimensionMismatch>(text));
}

TEST(Product, RefusesAnotherStructure) {
  const auto a = HostArrays<double>{2, 2, {0, 1, 2}, {0, 1}, {1, 2}}.csr();
  const auto moved = HostArrays<double>{2, 2, {0, 1, 2}, {1, 0}, {1, 2}}.csr();
  const auto larger = HostArrays<double>{2, 3, {0, 1, 2}, {0, 1}, {1, 2}}.csr();
  const suan::Product<double> product(a, a);
  EXPECT_THAT([&] { product.multiply(moved, a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("A (2 x 2, 2 entries)")));
  EXPECT_THAT([&] { product.multiply(a, moved); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("B (2 x 2, 2 entries)")));
  EXPECT_THROW(product.multiply(a, larger), suan::DimensionMismatch);
}

template <class T>
class SpgemmTest : public suan::test::ProductReference<T> {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpgemmTest, Scalars);

TYPED_TEST(SpgemmTest, TinyProductByHand) {
  using T = TypeParam;
  // [1 2; 0 0; 3 0] [0 1 0; 1 0 4] = [2 1 8; 0 0 0; 0 3 0]
  const HostArrays<T> a{3, 2, {0, 2, 2, 3}, {0, 1, 0}, {T(1), T(2), T(3)}};
  const HostArrays<T> b{2, 3, {0, 1, 3}, {1, 2, 0}, {T(1), T(4), T(1)}};  // unsorted
  const auto c = suan::multiply(a.csr(), b.csr());
  EXPECT_TRUE(c.sorted());
  EXPECT_EQ(to_host(c),
            (HostArrays<T>{3, 3, {0, 3, 3, 4}, {0, 1, 2, 1}, {T(2), T(1), T(8), T(3)}}));
  EXPECT_EQ(suan::Product<T>(a.csr(), b.csr()).multiply_adds(), 4);
}

TYPED_TEST(SpgemmTest, EntriesThatCancelStay) {
  using T = TypeParam;
  const HostArrays<T> a{1, 2, {0, 2}, {0, 1}, {T(1), T(-1)}};
  const HostArrays<T> b{2, 1, {0, 1, 2}, {0, 0}, {T(3), T(3)}};
  EXPECT_EQ(to_host(suan::multiply(a.csr(), b.csr())), (HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}));
}

TYPED_TEST(SpgemmTest, AgreesWithTheReference) {
  using T = TypeParam;
  // The last two have rows wide and sparse enough that their sums use a hash table, not an array.
  for (const auto& [m, k, n, longest] : {std::tuple{1200, 900, 1100, 20},
                                         {300, 20, 4000, 6},
                                         {200, 300, 2000000, 8},
                                         {3, 5000, 3000000, 900}}) {
    const auto a = suan::test::irregular<T>(m, k, longest, 1);
    const auto b = suan::test::irregular<T>(k, n, longest, 2);
    this->expect_near(to_host(suan::multiply(a.csr(), b.csr())), this->reference(a, b));
  }
}

TYPED_TEST(SpgemmTest, ThePlanTakesNewValues) {
  using T = TypeParam;
  auto a = suan::test::irregular<T>(500, 400, 12, 5);
  const auto b = suan::test::irregular<T>(400, 600, 12, 6);
  const suan::Product<T> product(a.csr(), b.csr());
  EXPECT_EQ(to_host(product.multiply(a.csr(), b.csr())), to_host(suan::multiply(a.csr(), b.csr())));
  for (auto& value : a.values) value = value * T(2) + T(1);
  this->expect_near(to_host(product.multiply(a.csr(), b.csr())), this->reference(a, b));
}

TYPED_TEST(SpgemmTest, TheMemoryOfAnEarlierResultIsUsedAgain) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(80, 80, 9, 11).csr();
  auto scaled = to_host(a);
  for (auto& value : scaled.values) value = value / T(3) + T(1);
  const auto other = scaled.csr();
  const suan::Product<T> product(a, a);
  const auto expected = to_host(product.multiply(other, other));
  auto c = product.multiply(a, a);
  const int allocated =
      suan::test::allocated_values([&] { c = product.multiply(other, other, std::move(c)); });
  if (product.path() == "native") {
    EXPECT_EQ(allocated, 0);
  }
  EXPECT_EQ(to_host(c), expected);
  // A matrix with another number of entries.
  EXPECT_EQ(to_host(product.multiply(other, other, HostArrays<T>{1, 1, {0, 1}, {0}, {T(1)}}.csr())),
            expected);
}

TYPED_TEST(SpgemmTest, MemoryThatIsStillInUseStaysAsItIs) {
  using T = TypeParam;
  // With as many entries in the product as in the operand.
  const HostArrays<T> a{3, 3, {0, 1, 2, 3}, {1, 2, 0}, {T(2), T(3), T(5)}};
  const HostArrays<T> square{3, 3, {0, 1, 2, 3}, {2, 0, 1}, {T(6), T(15), T(10)}};
  const auto csr = a.csr();
  const suan::Product<T> product(csr, csr);
  auto c = product.multiply(csr, csr);
  const auto copy = c;
  auto doubled = a;
  for (auto& value : doubled.values) value *= T(2);
  const int allocated = suan::test::allocated_values([&] {
    const auto other = product.multiply(doubled.csr(), csr, std::move(c));
    EXPECT_NE(to_host(other), square);
  });
  EXPECT_GE(allocated, 1);
  EXPECT_EQ(to_host(copy), square);
  // One of the operands.
  auto operand = a.csr();
  EXPECT_EQ(to_host(product.multiply(operand, operand, std::move(operand))), square);
}

TYPED_TEST(SpgemmTest, SameBitsEachTimeAndOnAnyNumberOfThreads) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(3000, 3000, 25, 7).csr();
  const auto scaled = suan::test::irregular<T>(3000, 3000, 25, 8);
  auto values = scaled.values;
  for (auto& value : values) value = value / T(3);  // so that sums are rounded
  const auto b = HostArrays<T>{3000, 3000, scaled.offsets, scaled.indices, values}.csr();
  const auto expected = to_host(suan::multiply(a, b));
  for (int k = 0; k < 20; ++k) EXPECT_EQ(to_host(suan::multiply(a, b)), expected);
  for (const auto& space : suan::test::instances()) {
    const suan::kernels::SpgemmPlan<T> plan(space, a.view(), b.view());
    EXPECT_EQ(to_host(plan.multiply(space, a.view(), b.view())), expected);
  }
}

TYPED_TEST(SpgemmTest, CornerShapes) {
  using T = TypeParam;
  const auto product = [](const HostArrays<T>& a, const HostArrays<T>& b) {
    return to_host(suan::multiply(a.csr(), b.csr()));
  };
  EXPECT_EQ(product({}, {}), HostArrays<T>{});
  EXPECT_EQ(product({2, 0, {0, 0, 0}}, {0, 3}), (HostArrays<T>{2, 3, {0, 0, 0}}));
  EXPECT_EQ(product({0, 2}, {2, 3, {0, 1, 1}, {2}, {T(1)}}), (HostArrays<T>{0, 3}));
  EXPECT_EQ(product({1, 1, {0, 1}, {0}, {T(0)}}, {1, 1, {0, 1}, {0}, {T(0)}}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}));
  // Duplicates on both sides: (1 + 2) (3 + 4)
  EXPECT_EQ(product({1, 1, {0, 2}, {0, 0}, {T(1), T(2)}}, {1, 1, {0, 2}, {0, 0}, {T(3), T(4)}}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(21)}}));
}

TYPED_TEST(SpgemmTest, OneLongRow) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> row{1, n, {0, n}, std::vector<LocalIndex>(n), std::vector<T>(n, T(1))};
  HostArrays<T> diagonal{n, n, {0}, {}, std::vector<T>(n, T(2))};
  for (LocalIndex j = 0; j < n; ++j) {
    row.indices[static_cast<std::size_t>(j)] = j;
    diagonal.indices.push_back(j);
    diagonal.offsets.push_back(j + 1);
  }
  const auto wide = to_host(suan::multiply(row.csr(), diagonal.csr()));
  EXPECT_EQ(wide.indices, row.indices);
  EXPECT_EQ(wide.values, diagonal.values);
  HostArrays<T> ones{n, 1, diagonal.offsets, std::vector<LocalIndex>(n, 0), row.values};
  const auto sum = to_host(suan::multiply(row.csr(), ones.csr()));
  EXPECT_EQ(sum, (HostArrays<T>{1, 1, {0, 1}, {0}, {T(static_cast<float>(n))}}));  // below 2^24
}

}  // namespace
