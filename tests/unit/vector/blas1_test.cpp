// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/blas1.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <complex>
#include <limits>

#include "support/scalars.hpp"

namespace {

using suan::Complex;
using suan::Layout;
using suan::Real;
using suan::Vector;

Layout world_layout(suan::GlobalIndex size) {
  return Layout::even(size, suan::Communicator::world());
}

template <class T>
class Blas1Test : public testing::Test {};
using Scalars = suan::test::AllScalars;
TYPED_TEST_SUITE(Blas1Test, Scalars);

TYPED_TEST(Blas1Test, HandCheckedValues) {
  using T = TypeParam;
  // x = (1, 2, 3), y = (1, 1, 1)
  const auto layout = world_layout(3);
  const auto x =
      suan::generate<T>(layout, [](suan::GlobalIndex i) { return T(static_cast<float>(i + 1)); });
  auto y = suan::ones<T>(layout);
  EXPECT_EQ(suan::dot(x, y), T(6));
  EXPECT_NEAR(suan::norm2(x), std::sqrt(14.0), 1e-6);
  EXPECT_EQ(suan::norm_inf(x), Real<T>(3));
  suan::axpy(T(2), x, y);  // (3, 5, 7)
  EXPECT_EQ(suan::dot(suan::ones<T>(layout), y), T(15));
  suan::axpby(T(1), x, T(-1), y);  // (-2, -3, -4)
  EXPECT_EQ(suan::dot(suan::ones<T>(layout), y), T(-9));
  suan::scale(T(-1), y);
  EXPECT_EQ(suan::norm_inf(y), Real<T>(4));
}

TEST(Blas1, DotConjugatesTheFirstOperand) {
  const auto layout = world_layout(1);
  Vector<Complex> x(layout);
  Vector<Complex> y(layout);
  suan::fill(x, Complex(0, 1));
  suan::fill(y, Complex(2, 0));
  EXPECT_EQ(suan::dot(x, y), Complex(0, -2));
}

TYPED_TEST(Blas1Test, LongSumsAgreeWithLongDouble) {
  using T = TypeParam;
  constexpr suan::GlobalIndex size = 100003;  // no multiple of a block, a lane or a warp
  const auto serial = suan::random_vector<T>(Layout::serial(size), 1).to_host();
  long double reference = 0;
  for (const auto& v : serial) reference += static_cast<long double>(suan::abs_squared(v));
  const auto x = suan::random_vector<T>(world_layout(size), 1);
  // All terms are positive: the error is at most (terms per running sum) * eps, relative.
  const double bound = 1200 * static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  EXPECT_NEAR(static_cast<double>(suan::real_part(suan::dot(x, x)) / reference), 1.0, bound);
  EXPECT_NEAR(static_cast<double>(suan::norm2(x) / std::sqrt(reference)), 1.0, bound);
}

TYPED_TEST(Blas1Test, SameBitsEachTime) {
  using T = TypeParam;
  const auto x = suan::random_vector<T>(world_layout(54321), 2);
  const auto y = suan::random_vector<T>(world_layout(54321), 3);
  const T first = suan::dot(x, y);
  for (int k = 0; k < 20; ++k) EXPECT_EQ(suan::dot(x, y), first);
}

TYPED_TEST(Blas1Test, ZeroFactorsDoNotReadNan) {
  using T = TypeParam;
  const auto layout = world_layout(5);
  const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
  const auto x = suan::ones<T>(layout);
  Vector<T> y(layout);
  suan::fill(y, nan);
  suan::axpby(T(2), x, T(0), y);
  EXPECT_EQ(suan::norm_inf(y), Real<T>(2));
  suan::fill(y, nan);
  suan::scale(T(0), y);
  EXPECT_EQ(suan::norm_inf(y), Real<T>(0));
}

TYPED_TEST(Blas1Test, NormsSurviveHugeAndTinyElements) {
  using T = TypeParam;
  using R = Real<T>;
  const auto layout = world_layout(4);
  Vector<T> x(layout);
  for (const R size : {std::numeric_limits<R>::max() / 8, std::numeric_limits<R>::min()}) {
    suan::fill(x, T(size));
    EXPECT_NEAR(suan::norm2(x) / size, R(2), 8 * std::numeric_limits<R>::epsilon());
  }
}

TYPED_TEST(Blas1Test, NormsOfNothingAreZero) {
  const Vector<TypeParam> nothing(world_layout(0));
  EXPECT_EQ(suan::norm2(nothing), 0);
  EXPECT_FALSE(std::signbit(suan::norm2(nothing)));
  EXPECT_EQ(suan::norm_inf(nothing), 0);
  // On several ranks all elements are those of one of them.
  const auto one = suan::ones<TypeParam>(world_layout(1));
  EXPECT_EQ(suan::norm_inf(one), 1);
}

TYPED_TEST(Blas1Test, NanAndInfinityAreSeenWhereverTheyAre) {
  using T = TypeParam;
  using R = Real<T>;
  const auto layout = world_layout(9);
  for (const R bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()}) {
    for (const suan::GlobalIndex where : {0, 4, 8}) {
      const auto x = suan::generate<T>(
          layout, [&](suan::GlobalIndex i) { return i == where ? T(bad) : T(1); });
      EXPECT_EQ(suan::first_not_finite(x), where);
      EXPECT_FALSE(std::isfinite(suan::norm2(x)));
      EXPECT_FALSE(std::isfinite(suan::norm_inf(x)));
    }
  }
  EXPECT_EQ(suan::first_not_finite(suan::ones<T>(layout)), -1);
}

TEST(Blas1, DifferentSizesNameBothOperands) {
  const suan::Vector<double> x(Layout::serial(3));
  suan::Vector<double> y(Layout::serial(4));
  EXPECT_THAT([&] { suan::dot(x, y); },
              testing::ThrowsMessage<suan::DimensionMismatch>(testing::AllOf(
                  testing::HasSubstr("x has 3 elements"), testing::HasSubstr("y has 4 elements"))));
  EXPECT_THROW(suan::axpy(1.0, x, y), suan::DimensionMismatch);
}

}  // namespace
