// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "kernels/algebra/add.hpp"
#include "suan/matrix/products.hpp"
#include "support/sparse.hpp"

namespace {

using suan::LocalIndex;
using suan::test::HostArrays;
using suan::test::Map;
using suan::test::to_host;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Add, RefusesSizesThatDiffer) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  const auto b = HostArrays<double>{3, 2, {0, 0, 0, 0}}.csr();
  EXPECT_THAT([&] { suan::add(1.0, a, 1.0, b); },
              ThrowsMessage<suan::DimensionMismatch>(
                  AllOf(HasSubstr("A (2 x 3, 1 entries)"), HasSubstr("B (3 x 2, 0 entries)"))));
}

template <class T>
class AddTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AddTest, Scalars);

TYPED_TEST(AddTest, TinyMatricesByHand) {
  using T = TypeParam;
  // 2 [1 0 2; 0 0 0] - [1 3 4; 0 0 5]: the last entry of the first row becomes zero and stays.
  const HostArrays<T> a{2, 3, {0, 2, 2}, {0, 2}, {T(1), T(2)}};
  const HostArrays<T> b{2, 3, {0, 3, 4}, {2, 0, 1, 2}, {T(4), T(1), T(3), T(5)}};  // unsorted
  EXPECT_EQ(to_host(suan::add(T(2), a.csr(), T(-1), b.csr())),
            (HostArrays<T>{2, 3, {0, 3, 4}, {0, 1, 2, 2}, {T(1), T(-3), T(0), T(-5)}}));
}

// All values are multiples of 1/8 and small, so that every sum is exact.
TYPED_TEST(AddTest, AgreesWithTheReferenceOnAnyNumberOfThreads) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(5000, 900, 20, 1);
  const auto b = suan::test::irregular<T>(5000, 900, 35, 2);
  Map<T> sum;
  for (const auto& [place, value] : suan::test::to_map(a)) sum[place] += T(2) * value;
  for (const auto& [place, value] : suan::test::to_map(b)) sum[place] += T(-4) * value;
  const auto expected = suan::test::from_map(5000, 900, sum);
  EXPECT_EQ(to_host(suan::add(T(2), a.csr(), T(-4), b.csr())), expected);
  const auto sorted_a = suan::test::from_map(5000, 900, suan::test::to_map(a)).csr();
  const auto sorted_b = suan::test::from_map(5000, 900, suan::test::to_map(b)).csr();
  for (const auto& space : suan::test::instances()) {
    EXPECT_EQ(to_host(suan::kernels::add(space, T(2), sorted_a.view(), T(-4), sorted_b.view())),
              expected);
  }
}

TYPED_TEST(AddTest, CornerShapes) {
  using T = TypeParam;
  const auto none = HostArrays<T>{}.csr();
  EXPECT_EQ(to_host(suan::add(T(1), none, T(1), none)), HostArrays<T>{});
  const auto empty = HostArrays<T>{2, 0, {0, 0, 0}}.csr();
  EXPECT_EQ(to_host(suan::add(T(1), empty, T(1), empty)), (HostArrays<T>{2, 0, {0, 0, 0}}));
  const auto a = HostArrays<T>{1, 3, {0, 2}, {0, 2}, {T(1), T(2)}}.csr();
  EXPECT_EQ(to_host(suan::add(T(0), a, T(0), a)),
            (HostArrays<T>{1, 3, {0, 2}, {0, 2}, {T(0), T(0)}}));
}

TYPED_TEST(AddTest, LongRows) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> even{1, n};
  HostArrays<T> odd{1, n};
  for (LocalIndex j = 0; j < n; ++j) {
    auto& to = j % 2 == 0 ? even : odd;
    to.indices.push_back(j);
    to.values.push_back(T(static_cast<float>(j)));
  }
  even.offsets.push_back(n / 2);
  odd.offsets.push_back(n / 2);
  const auto sum = to_host(suan::add(T(1), even.csr(), T(-1), odd.csr()));
  ASSERT_EQ(sum.indices.size(), static_cast<std::size_t>(n));
  for (LocalIndex j = 0; j < n; ++j) {
    const auto k = static_cast<std::size_t>(j);
    ASSERT_EQ(sum.indices[k], j);
    ASSERT_EQ(sum.values[k], T(static_cast<float>(j % 2 == 0 ? j : -j)));
  }
}

}  // namespace
