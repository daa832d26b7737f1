// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/vector.hpp"

#include <gmock/gmock.h>

#include "suan/distributed/communicator.hpp"

namespace {

using suan::Layout;
using suan::Vector;

template <class T>
class VectorTest : public testing::Test {
 public:
  const Layout layout = Layout::even(11, suan::Communicator::world());
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(VectorTest, Scalars);

TYPED_TEST(VectorTest, StartsAtZero) {
  const Vector<TypeParam> x(this->layout);
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(0));
  EXPECT_EQ(x.global_size(), 11);
}

TYPED_TEST(VectorTest, CopiesOwnTheirElements) {
  auto x = suan::ones<TypeParam>(this->layout);
  auto y = x;
  Kokkos::deep_copy(y.view(), TypeParam(2));
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(1));
  x = y;
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(2));
}

TYPED_TEST(VectorTest, GathersInGlobalOrder) {
  const auto x = suan::generate<TypeParam>(
      this->layout, [](suan::GlobalIndex i) { return TypeParam(static_cast<float>(i)); });
  const auto all = x.gather();
  if (this->layout.comm().is_root()) {
    ASSERT_EQ(all.size(), 11u);
    for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(all[i], TypeParam(static_cast<float>(i)));
  } else {
    EXPECT_TRUE(all.empty());
  }
}

TYPED_TEST(VectorTest, RandomElementsDoNotDependOnTheRanks) {
  const auto spread = suan::random_vector<TypeParam>(this->layout, 5).gather();
  const auto serial = suan::random_vector<TypeParam>(Layout::serial(11), 5).to_host();
  if (this->layout.comm().is_root()) {
    EXPECT_EQ(spread, serial);
  }
  EXPECT_NE(suan::random_vector<TypeParam>(Layout::serial(11), 6).to_host(), serial);
}

TYPED_TEST(VectorTest, RefusesTheWrongNumberOfElements) {
  const std::vector<TypeParam> elements(static_cast<std::size_t>(this->layout.local_size()) + 1);
  EXPECT_THROW(Vector<TypeParam>::from_host(this->layout, elements), suan::DimensionMismatch);
}

}  // namespace
