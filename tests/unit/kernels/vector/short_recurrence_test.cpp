// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The passes of methods with short recurrences, beside one element at a time.
#include "suan/kernels/detail/short_recurrence.hpp"

#include <gtest/gtest.h>

#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"

namespace {

using suan::ExecutionSpace;
using suan::Layout;
using suan::Real;
using suan::Vector;
using suan::kernels::SumOf;

/// Around a vector register, a block and the number from which threads share the work.
constexpr std::int64_t sizes[] = {0, 1, 7, 8, 9, 1023, 1025, 4096, 10007};

template <class T>
class ShortRecurrencePasses : public testing::Test {
 protected:
  /// Small integers and quarters, so that all results are exact.
  static T number(std::int64_t i, std::int64_t seed) {
    const auto real = static_cast<Real<T>>((i * 7 + seed) % 16 - 8);
    if constexpr (suan::is_complex<T>) {
      return T(real, static_cast<Real<T>>((i * 5 + seed) % 8 - 4));
    } else {
      return real;
    }
  }
  /// Those of a seed.
  struct Numbers {
    std::int64_t seed;
    T operator()(std::int64_t i) const { return number(i, seed); }
  };
  static Vector<T> vector(std::int64_t n, std::int64_t seed) {
    return suan::generate<T>(Layout::serial(n),
                             [=](suan::GlobalIndex i) { return number(i, seed); });
  }
  /// x_i is value(i) for all i.
  template <class Value>
  static void expect(const Vector<T>& x, const Value& value) {
    const auto host = x.to_host();
    for (std::size_t i = 0; i < host.size(); ++i) {
      ASSERT_EQ(host[i], value(static_cast<std::int64_t>(i))) << i << " of " << host.size();
    }
  }
  template <class Left, class Right>
  static SumOf<T> sum(std::int64_t n, const Left& left, const Right& right) {
    SumOf<T> total{};
    for (std::int64_t i = 0; i < n; ++i) {
      total += SumOf<T>(suan::conjugate<T>(left(i))) * SumOf<T>(right(i));
    }
    return total;
  }
  const ExecutionSpace space_;
  const T alpha_ = T(0.5);
  const T beta_ = number(2, 3);
};
TYPED_TEST_SUITE(ShortRecurrencePasses, suan::test::AllScalars);

TYPED_TEST(ShortRecurrencePasses, Sums) {
  using T = TypeParam;
  using Seeded = typename TestFixture::Numbers;
  for (const std::int64_t n : sizes) {
    const Seeded one{1};
    const Seeded two{2};
    const auto x = this->vector(n, 1);
    const auto y = this->vector(n, 2);
    const auto sums = suan::kernels::pair_sums<T>(this->space_, x.view(), y.view());
    EXPECT_EQ(sums.xy, this->sum(n, one, two));
    EXPECT_EQ(sums.xx, suan::real_part(this->sum(n, one, one)));
    EXPECT_EQ(sums.yy, suan::real_part(this->sum(n, two, two)));
  }
}

TYPED_TEST(ShortRecurrencePasses, UpdatesWithSums) {
  using T = TypeParam;
  for (const std::int64_t n : sizes) {
    const auto q = this->vector(n, 2);
    const auto s = this->vector(n, 3);
    const auto shadow = [this](std::int64_t i) { return this->number(i, 3); };
    const auto left = [this](std::int64_t i) {
      return this->number(i, 1) - this->alpha_ * this->number(i, 2);
    };
    auto r = this->vector(n, 1);
    auto sums = suan::kernels::subtract_with_shadow<T>(this->space_, this->alpha_, q.view(),
                                                       s.view(), r.view());
    this->expect(r, left);
    EXPECT_EQ(sums.sr, this->sum(n, shadow, left));
    EXPECT_EQ(sums.rr, suan::real_part(this->sum(n, left, left)));
    // r is also the second direction, as without a preconditioner.
    r = this->vector(n, 1);
    auto x = this->vector(n, 4);
    const auto p = this->vector(n, 5);
    sums = suan::kernels::bicgstab_update<T>(this->space_, this->beta_, p.view(), this->alpha_,
                                             r.view(), q.view(), s.view(), x.view(), r.view());
    this->expect(r, left);
    this->expect(x, [this](std::int64_t i) {
      return this->number(i, 4) + this->beta_ * this->number(i, 5) +
             this->alpha_ * this->number(i, 1);
    });
    EXPECT_EQ(sums.sr, this->sum(n, shadow, left));
    EXPECT_EQ(sums.rr, suan::real_part(this->sum(n, left, left)));
  }
}

TYPED_TEST(ShortRecurrencePasses, Directions) {
  using T = TypeParam;
  const T alpha = this->alpha_;
  const T beta = this->beta_;
  const auto number = [this](std::int64_t i, std::int64_t seed) { return this->number(i, seed); };
  for (const std::int64_t n : sizes) {
    const auto x = this->vector(n, 1);
    const auto y = this->vector(n, 2);
    auto z = this->vector(n, 3);
    suan::kernels::combine<T>(this->space_, alpha, x.view(), beta, y.view(), T(2), z.view());
    this->expect(z, [&](std::int64_t i) {
      return alpha * number(i, 1) + beta * number(i, 2) + T(2) * number(i, 3);
    });
    auto u = this->vector(n, 4);
    auto p = this->vector(n, 5);
    suan::kernels::cgs_directions<T>(this->space_, beta, x.view(), y.view(), u.view(), p.view());
    const auto new_u = [&](std::int64_t i) { return number(i, 1) + beta * number(i, 2); };
    this->expect(u, new_u);
    this->expect(
        p, [&](std::int64_t i) { return new_u(i) + beta * (number(i, 2) + beta * number(i, 5)); });
    u = this->vector(n, 4);
    auto q = this->vector(n, 6);
    suan::kernels::cgs_split<T>(this->space_, alpha, x.view(), u.view(), q.view());
    const auto new_q = [&](std::int64_t i) { return number(i, 4) - alpha * number(i, 1); };
    this->expect(q, new_q);
    this->expect(u, [&](std::int64_t i) { return number(i, 4) + new_q(i); });
  }
}

TYPED_TEST(ShortRecurrencePasses, FirstDirectionsDoNotReadWhatIsThere) {
  using T = TypeParam;
  const auto y = this->vector(9, 1);
  auto d = this->vector(9, 2);
  auto x = this->vector(9, 3);
  suan::kernels::add_direction<T>(this->space_, y.view(), this->alpha_, T(2), d.view(), x.view());
  const auto sum = [this](std::int64_t i) {
    return this->number(i, 1) + this->alpha_ * this->number(i, 2);
  };
  this->expect(d, sum);
  this->expect(x, [&](std::int64_t i) { return this->number(i, 3) + T(2) * sum(i); });
  suan::fill(d, T(std::numeric_limits<Real<T>>::quiet_NaN()));
  x = this->vector(9, 3);
  suan::kernels::add_direction<T>(this->space_, y.view(), T(0), T(2), d.view(), x.view());
  this->expect(d, [this](std::int64_t i) { return this->number(i, 1); });
  this->expect(x,
               [this](std::int64_t i) { return this->number(i, 3) + T(2) * this->number(i, 1); });
}

TYPED_TEST(ShortRecurrencePasses, RandomNumbersDependOnSeedAndGlobalIndex) {
  using T = TypeParam;
  Vector<T> all(Layout::serial(5000));
  suan::kernels::fill_random<T>(this->space_, 7, 0, all.view());
  EXPECT_LE(suan::norm_inf(all), suan::is_complex<T> ? 1.5 : 1.0);
  EXPECT_NEAR(suan::norm2(all), std::sqrt((suan::is_complex<T> ? 2 : 1) * 5000 / 3.0), 2);
  EXPECT_LE(std::abs(suan::real_part(suan::dot(all, suan::ones<T>(all.layout())))), 200);
  Vector<T> part(Layout::serial(100));
  suan::kernels::fill_random<T>(this->space_, 7, 4000, part.view());
  const auto host = all.to_host();
  this->expect(part, [&](std::int64_t i) { return host[static_cast<std::size_t>(4000 + i)]; });
  suan::kernels::fill_random<T>(this->space_, 8, 4000, part.view());
  EXPECT_NE(part.to_host()[0], host[4000]);
}

// As in vector_passes_test.cpp: ones beside a square of 2^26, which float would lose.
TYPED_TEST(ShortRecurrencePasses, SumsKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  constexpr std::int64_t ones = 200000;
  const auto x = suan::generate<T>(Layout::serial(ones + 1),
                                   [](suan::GlobalIndex i) { return i == 0 ? T(8192) : T(1); });
  const auto sums = suan::kernels::pair_sums<T>(this->space_, x.view(), x.view());
  EXPECT_EQ(sums.xx, 67108864.0 + ones);
  EXPECT_EQ(suan::real_part(sums.xy), 67108864.0 + ones);
}

}  // namespace
