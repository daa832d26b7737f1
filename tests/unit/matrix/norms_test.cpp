// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/norms.hpp"

#include <gmock/gmock.h>

#include <map>

#include "support/sparse.hpp"

namespace {

using suan::Complex;
using suan::LocalIndex;
using suan::test::HostArrays;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Asymmetry, RefusesAMatrixThatIsNotSquare) {
  EXPECT_THAT(([] {
                suan::asymmetry(HostArrays<double>{1, 2, {0, 0}}.csr());
              }),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("1 rows and 2 columns")));
}

template <class T>
class NormsTest : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(NormsTest, Scalars);

TYPED_TEST(NormsTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 -4; 2 2], with the 2 of the last row in two parts
  const auto a = HostArrays<T>{2, 2, {0, 2, 5}, {0, 1, 1, 0, 1}, {T(1), T(-4), T(-1), T(2), T(3)}};
  EXPECT_EQ(suan::norm_one(a.csr()), 6);
  EXPECT_EQ(suan::norm_infinity(a.csr()), 5);
  EXPECT_EQ(suan::norm_max(a.csr()), 4);
  EXPECT_DOUBLE_EQ(suan::norm_frobenius(a.csr()), 5);
  const auto result = suan::asymmetry(a.csr());
  EXPECT_EQ(result.unmatched_entries, 0);
  EXPECT_EQ(result.symmetric, 6);
  EXPECT_EQ(result.hermitian, 6);
}

TEST(Norms, ComplexEntriesCountByTheirMagnitude) {
  // [0 3+4i; 3-4i 0] is Hermitian.
  const auto a =
      HostArrays<Complex>{2, 2, {0, 1, 2}, {1, 0}, {Complex(3, 4), Complex(3, -4)}}.csr();
  EXPECT_EQ(suan::norm_one(a), 5);
  EXPECT_EQ(suan::norm_max(a), 5);
  EXPECT_DOUBLE_EQ(suan::norm_frobenius(a), std::sqrt(50.0));
  EXPECT_EQ(suan::asymmetry(a).hermitian, 0);
  EXPECT_EQ(suan::asymmetry(a).symmetric, 8);
}

TYPED_TEST(NormsTest, AgreeWithTheReference) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(3000, 2000, 30, 1);
  std::map<LocalIndex, double> of_row;
  std::map<LocalIndex, double> of_column;
  double squares = 0;
  double largest = 0;
  for (const auto& [place, value] : suan::test::to_map(a)) {
    const double size = std::sqrt(static_cast<double>(suan::abs_squared(value)));  // exact squares
    of_row[place.first] += size;
    of_column[place.second] += size;
    squares += size * size;
    largest = std::max(largest, size);
  }
  const auto maximum = [](const auto& sums) {
    double result = 0;
    for (const auto& [key, sum] : sums) result = std::max(result, sum);
    return result;
  };
  // Sums of n terms, each of them and the sum with a few roundings: (n + 8) eps on either side.
  const auto expect_near = [](double value, double expected, double n) {
    EXPECT_NEAR(value / expected, 1, 2 * (n + 8) * std::numeric_limits<double>::epsilon());
  };
  const auto csr = a.csr();
  expect_near(suan::norm_infinity(csr), maximum(of_row), 30);
  expect_near(suan::norm_one(csr), maximum(of_column), 3000);
  expect_near(suan::norm_max(csr), largest, 0);
  expect_near(suan::norm_frobenius(csr), std::sqrt(squares), 45000);
}

TYPED_TEST(NormsTest, NoOverflowOnTheWay) {
  using T = TypeParam;
  using R = suan::Real<T>;
  const T large(std::numeric_limits<R>::max() / 4);
  const T small(std::numeric_limits<R>::denorm_min());
  const HostArrays<T> a{1, 4, {0, 4}, {0, 1, 2, 3}, {large, large, large, large}};
  EXPECT_DOUBLE_EQ(suan::norm_frobenius(a.csr()), 2.0 * suan::real_part(large));
  const HostArrays<T> b{1, 4, {0, 4}, {0, 1, 2, 3}, {small, small, small, small}};
  EXPECT_EQ(suan::norm_frobenius(b.csr()), 2.0 * suan::real_part(small));
}

TYPED_TEST(NormsTest, NanIsNotPassedOver) {
  using T = TypeParam;
  const T nan(std::numeric_limits<suan::Real<T>>::quiet_NaN());
  const auto a = HostArrays<T>{3, 3, {0, 2, 3, 5}, {0, 1, 1, 0, 2}, {T(1), nan, T(9), T(2), T(8)}};
  EXPECT_TRUE(std::isnan(suan::norm_one(a.csr())));
  EXPECT_TRUE(std::isnan(suan::norm_infinity(a.csr())));
  EXPECT_TRUE(std::isnan(suan::norm_frobenius(a.csr())));
  EXPECT_TRUE(std::isnan(suan::norm_max(a.csr())));
  EXPECT_TRUE(std::isnan(suan::asymmetry(a.csr()).symmetric));
  EXPECT_TRUE(std::isnan(suan::asymmetry(a.csr()).hermitian));
}

TYPED_TEST(NormsTest, AsymmetryCountsEntriesWithoutPartner) {
  using T = TypeParam;
  auto map = suan::test::to_map(suan::test::irregular<T>(800, 800, 10, 2));
  suan::Offset unmatched = 0;
  double largest = 0;
  for (const auto& [place, value] : map) {
    const auto partner = map.find({place.second, place.first});
    if (partner == map.end()) ++unmatched;
    const T other = partner == map.end() ? T(0) : partner->second;
    largest = std::max(largest, static_cast<double>(suan::test::magnitude<T>(value - other)));
  }
  const auto result = suan::asymmetry(suan::test::from_map(800, 800, map).csr());
  EXPECT_EQ(result.unmatched_entries, unmatched);
  // One square root, and its argument, in double or (the reference) in float.
  EXPECT_NEAR(result.symmetric / largest, 1, 4 * std::numeric_limits<suan::Real<T>>::epsilon());
}

TYPED_TEST(NormsTest, CornerShapes) {
  using T = TypeParam;
  for (const auto& a : {HostArrays<T>{}, HostArrays<T>{0, 3}, HostArrays<T>{3, 0, {0, 0, 0, 0}},
                        HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}}) {
    EXPECT_EQ(suan::norm_one(a.csr()), 0);
    EXPECT_EQ(suan::norm_infinity(a.csr()), 0);
    EXPECT_EQ(suan::norm_frobenius(a.csr()), 0);
    EXPECT_EQ(suan::norm_max(a.csr()), 0);
  }
  EXPECT_EQ(suan::asymmetry(HostArrays<T>{}.csr()).symmetric, 0);
}

}  // namespace
