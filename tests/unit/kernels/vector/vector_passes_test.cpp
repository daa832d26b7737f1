// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The passes over vectors that sum: no sum may lose small terms beside large ones, and all have the
// same bits each time.
#include <gtest/gtest.h>

#include <cmath>

#include "suan/kernels/detail/cg_update.hpp"
#include "suan/kernels/detail/krylov_basis.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/tall_skinny.hpp"

namespace {

using suan::DeviceView;
using suan::ExecutionSpace;
using suan::Layout;
using suan::MultiVector;
using suan::Real;
using suan::Vector;

/// One element whose square is 2^26 and ones, whose squares are lost beside it in float.
constexpr std::int64_t ones_beside = 200000;
constexpr double all_squares = 67108864.0 + ones_beside;

template <class T>
Vector<T> one_large_element() {
  return suan::generate<T>(Layout::serial(ones_beside + 1),
                           [](suan::GlobalIndex i) { return i == 0 ? T(8192) : T(1); });
}

template <class T>
class VectorPassesTest : public testing::Test {
 protected:
  /// Of a number that is rounded to T once.
  static constexpr double rounding = std::numeric_limits<Real<T>>::epsilon() * all_squares;
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(VectorPassesTest, Scalars);

TYPED_TEST(VectorPassesTest, SumsKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  const ExecutionSpace space;
  const auto x = one_large_element<T>();
  EXPECT_EQ(suan::real_part(suan::kernels::dot<T>(space, x.view(), x.view())), all_squares);
  EXPECT_EQ(suan::kernels::sum_of_squares<T>(space, x.view(), Real<T>(1)), all_squares);
  EXPECT_NEAR(suan::norm2(x), std::sqrt(all_squares), 1e-7 * std::sqrt(all_squares));
}

TYPED_TEST(VectorPassesTest, PassesOfCgKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  const ExecutionSpace space;
  auto r = one_large_element<T>();
  const Vector<T> q(r.layout());
  const auto d = suan::ones<T>(r.layout());
  for (const auto& diagonal : {DeviceView<const T>(), d.view()}) {
    const auto sums =
        suan::kernels::cg_update_residual<T>(space, T(1), q.view(), diagonal, r.view());
    EXPECT_EQ(sums.rr, all_squares);
    EXPECT_EQ(sums.rz, all_squares);
  }
}

TYPED_TEST(VectorPassesTest, PassesOfGmresKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  const ExecutionSpace space;
  auto w = one_large_element<T>();
  constexpr std::size_t columns = 5;
  const suan::kernels::Basis<T> v("suan::test::basis", ones_beside + 1, columns);
  Kokkos::deep_copy(DeviceView<T>(v.data(), v.extent(0)), w.view());
  std::vector<T> h(columns);
  suan::kernels::multi_dot<T>(space, v, w.view(), h);
  EXPECT_NEAR(suan::real_part(h[0]), all_squares, this->rounding);
  h.assign(columns, T(0));
  EXPECT_EQ(suan::kernels::multi_axpy<T>(space, v, std::span<const T>(h), w.view()), all_squares);
}

TYPED_TEST(VectorPassesTest, PassesOverSeveralVectorsKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  const auto x = one_large_element<T>();
  for (const suan::LocalIndex k : {1, 3, 8}) {
    MultiVector<T> r(x.layout(), k);
    for (suan::LocalIndex j = 0; j < k; ++j) r.set_column(j, x);
    const MultiVector<T> q(x.layout(), k);
    for (const T& sum : suan::dot(r, r)) {
      EXPECT_NEAR(suan::real_part(sum), all_squares, this->rounding);
    }
    // Blocks of at most 8192 rows are summed in T.
    for (const T& sum : suan::inner_products(r, r)) {
      EXPECT_NEAR(suan::real_part(sum), all_squares, 8192 * this->rounding);
    }
    const std::vector<T> alpha(static_cast<std::size_t>(k), T(1));
    std::vector<suan::kernels::CgSums> sums(alpha.size());
    suan::kernels::cg_update_residual<T>(ExecutionSpace(), alpha.data(), q.view(), {}, r.view(),
                                         sums.data());
    for (const auto& sum : sums) {
      EXPECT_EQ(sum.rr, all_squares);
      EXPECT_EQ(sum.rz, all_squares);
    }
  }
}

TYPED_TEST(VectorPassesTest, ProductsThatSumKeepSmallTermsBesideALargeOne) {
  using T = TypeParam;
  const auto x = one_large_element<T>();
  const auto a = suan::generate_rows<T>(
      x.layout(), x.layout(),
      [](suan::GlobalIndex i, suan::RowWriter<T>& row) { row.add(i, T(1)); });
  Vector<T> y(x.layout());
  EXPECT_NEAR(suan::real_part(a.apply_dot(x, y)), all_squares, this->rounding);
  const Vector<T> zero(x.layout());
  EXPECT_NEAR(a.residual(x, zero, y), std::sqrt(all_squares), 1e-7 * std::sqrt(all_squares));
}

TYPED_TEST(VectorPassesTest, SquaresBeyondTheRangeOfFloatAreSummed) {
  using T = TypeParam;
  const auto layout = Layout::serial(5000);
  for (const double size : {1e-25, 1e25}) {
    const auto x =
        suan::generate<T>(layout, [=](suan::GlobalIndex) { return T(static_cast<Real<T>>(size)); });
    const double expected = size * size * 5000;
    EXPECT_NEAR(suan::kernels::sum_of_squares<T>(ExecutionSpace(), x.view(), Real<T>(1)) / expected,
                1, 1e-6);
  }
}

TYPED_TEST(VectorPassesTest, TheLargestElementIsFoundAndNanIsNotLost) {
  using T = TypeParam;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::int64_t n : {1, 7, 8, 1025, 9001}) {
    for (const std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
      const auto with = [&](double value) {
        return suan::generate<T>(Layout::serial(n), [&](suan::GlobalIndex i) {
          return i == at ? T(static_cast<Real<T>>(value)) : T(-0.5);
        });
      };
      EXPECT_EQ(suan::norm_inf(with(-3)), Real<T>(3));
      EXPECT_TRUE(std::isnan(suan::norm_inf(with(nan))));
      EXPECT_TRUE(std::isinf(suan::norm_inf(with(1e300 * 1e300))));
    }
  }
  EXPECT_EQ(suan::norm_inf(Vector<T>(Layout::serial(0))), Real<T>(0));
}

/// Sizes around a vector register, a block and the number from which threads share the work.
TYPED_TEST(VectorPassesTest, UpdatesAgreeWithOneElementAtATime) {
  using T = TypeParam;
  const ExecutionSpace space;
  const T alpha = T(0.5);
  const T beta = T(-0.25);
  for (const std::int64_t n : {0, 1, 7, 8, 9, 1023, 1024, 1025, 4095, 4096, 10007}) {
    const auto layout = Layout::serial(n);
    const auto number = [](std::int64_t i, std::int64_t seed) {
      return T(static_cast<Real<T>>((i * 7 + seed) % 16 - 8));  // all results are exact
    };
    const auto vector = [&](std::int64_t seed) {
      return suan::generate<T>(layout, [&](suan::GlobalIndex i) { return number(i, seed); });
    };
    for (const bool scaled : {false, true}) {
      auto r = vector(1);
      const auto q = vector(2);
      const auto d = vector(3);
      const auto view = scaled ? d.view() : DeviceView<const T>();
      const auto sums =
          suan::kernels::cg_update_residual<T>(space, alpha, q.view(), view, r.view());
      auto p = vector(4);
      auto x = vector(5);
      suan::kernels::cg_update_direction<T>(space, alpha, beta, view, q.view(), p.view(), x.view());
      const auto r_host = r.to_host();
      const auto p_host = p.to_host();
      const auto x_host = x.to_host();
      double rr = 0;
      double rz = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const T di = scaled ? number(i, 3) : T(1);
        const T ri = number(i, 1) - alpha * number(i, 2);
        ASSERT_EQ(r_host[at], ri) << i << " of " << n;
        ASSERT_EQ(x_host[at], number(i, 5) + alpha * number(i, 4)) << i << " of " << n;
        ASSERT_EQ(p_host[at], di * number(i, 2) + beta * number(i, 4)) << i << " of " << n;
        rr += suan::abs_squared(ri);
        rz += suan::real_part<T>(di) * suan::abs_squared(ri);
      }
      EXPECT_EQ(sums.rr, rr);
      EXPECT_EQ(sums.rz, rz);
    }
  }
}

}  // namespace
