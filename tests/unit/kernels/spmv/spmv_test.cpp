// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv.hpp"

#include <gmock/gmock.h>

#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::Vector;
using suan::test::HostMatrix;
using suan::test::irregular;
using suan::test::product_bound;

template <class T>
class SpmvTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpmvTest, Scalars);

TYPED_TEST(SpmvTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 0 3 0] (1, 10, 100)
  const HostMatrix<T> a{3, 3, {0, 2, 2, 3}, {0, 2, 1}, {T(1), T(2), T(3)}};
  const auto layout = Layout::serial(3);
  const auto x = Vector<T>::from_host(layout, std::vector<T>{T(1), T(10), T(100)});
  Vector<T> y(layout);
  a.csr().apply(x, y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(201), T(0), T(30)}));
  EXPECT_EQ(a.csr().apply_dot(x, y), T(1 * 201 + 10 * 0 + 100 * 30));
}

TYPED_TEST(SpmvTest, AllFormsAgreeWithTheReference) {
  using T = TypeParam;
  using R = Real<T>;
  const auto a = irregular<T>(997, 997);
  const auto csr = a.csr();
  EXPECT_FALSE(csr.sorted());
  const auto layout = Layout::serial(997);
  const auto x = suan::random_vector<T>(layout, 1);
  const auto y0 = suan::random_vector<T>(layout, 2);
  const auto hx = x.to_host();
  const auto hy0 = y0.to_host();

  auto general = y0;
  csr.apply(T(2), x, T(-3), general);
  Vector<T> plain(layout);
  const T xy = csr.apply_dot(x, plain);
  Vector<T> r(layout);
  const R norm = csr.residual(y0, x, r);
  const auto hg = general.to_host();
  const auto hp = plain.to_host();
  const auto hr = r.to_host();
  T reference_dot{};
  R reference_norm = 0;
  R dot_scale = 0;
  for (std::size_t i = 0; i < hx.size(); ++i) {
    const T ax = a.row(hx, i);
    const R extra = std::sqrt(suan::abs_squared(hy0[i]));
    EXPECT_LE(std::sqrt(suan::abs_squared<T>(hp[i] - ax)), product_bound(a, hx, i, R(0)));
    EXPECT_LE(std::sqrt(suan::abs_squared<T>(hg[i] - (T(2) * ax - T(3) * hy0[i]))),
              3 * product_bound(a, hx, i, extra));
    EXPECT_LE(std::sqrt(suan::abs_squared<T>(hr[i] - (hy0[i] - ax))),
              2 * product_bound(a, hx, i, extra));
    reference_dot += suan::conjugate(hx[i]) * ax;
    dot_scale += a.absolute_row(hx, i) * std::sqrt(suan::abs_squared(hx[i]));
    reference_norm += suan::abs_squared(hr[i]);
  }
  const R eps = std::numeric_limits<R>::epsilon();
  EXPECT_LE(std::sqrt(suan::abs_squared<T>(xy - reference_dot)), 2000 * eps * dot_scale);
  EXPECT_NEAR(norm / std::sqrt(reference_norm), R(1), 2000 * eps);
}

// Small integers, so that every sum is exact.
TYPED_TEST(SpmvTest, RowsOfEqualLengthAreExact) {
  using T = TypeParam;
  for (const LocalIndex length : {1, 7, 8, 9}) {
    constexpr LocalIndex n = 1003;
    HostMatrix<T> a{n, n, {0}, {}, {}};
    for (LocalIndex i = 0; i < n; ++i) {
      for (LocalIndex k = 0; k < length; ++k) {
        a.indices.push_back((i * 31 + k * 17) % n);
        a.values.push_back(T(static_cast<float>((i + k) % 5 - 2)));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    const auto x = suan::generate<T>(
        Layout::serial(n), [](suan::GlobalIndex i) { return T(static_cast<float>(i % 9 - 4)); });
    const auto hx = x.to_host();
    Vector<T> y(Layout::serial(n));
    a.csr().apply(x, y);
    const auto hy = y.to_host();
    for (std::size_t i = 0; i < hx.size(); ++i) EXPECT_EQ(hy[i], a.row(hx, i));
  }
}

TYPED_TEST(SpmvTest, BetaZeroDoesNotReadNan) {
  using T = TypeParam;
  const auto a = irregular<T>(100, 80);
  const auto x = suan::ones<T>(Layout::serial(80));
  Vector<T> y(Layout::serial(100));
  suan::fill(y, T(std::numeric_limits<Real<T>>::quiet_NaN()));
  a.csr().apply(x, y);
  EXPECT_EQ(suan::first_not_finite(y), -1);
  EXPECT_EQ(y.to_host()[3], T(0));  // an empty row
}

TYPED_TEST(SpmvTest, CornerShapes) {
  using T = TypeParam;
  Vector<T> none(Layout::serial(0));
  Vector<T> none_too(Layout::serial(0));
  HostMatrix<T>{}.csr().apply(none, none_too);
  const HostMatrix<T> row{1, 4, {0, 2}, {0, 3}, {T(1), T(2)}};
  Vector<T> y(Layout::serial(1));
  row.csr().apply(suan::ones<T>(Layout::serial(4)), y);
  EXPECT_EQ(y.to_host()[0], T(3));
  const HostMatrix<T> empty{2, 0, {0, 0, 0}, {}, {}};
  Vector<T> z = suan::ones<T>(Layout::serial(2));
  empty.csr().apply(T(1), none, T(5), z);
  EXPECT_EQ(z.to_host(), (std::vector<T>{T(5), T(5)}));
}

TYPED_TEST(SpmvTest, OneLongRow) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostMatrix<T> a{1, n, {0, n}, std::vector<LocalIndex>(n), std::vector<T>(n, T(1))};
  for (LocalIndex j = 0; j < n; ++j) a.indices[static_cast<std::size_t>(j)] = j;
  Vector<T> y(Layout::serial(1));
  a.csr().apply(suan::ones<T>(Layout::serial(n)), y);
  EXPECT_EQ(y.to_host()[0], T(static_cast<float>(n)));  // sums of ones are exact below 2^24
}

TYPED_TEST(SpmvTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto a = irregular<T>(3000, 3000).csr();
  const auto x = suan::random_vector<T>(Layout::serial(3000), 4);
  Vector<T> first(Layout::serial(3000));
  const T dot = a.apply_dot(x, first);
  const auto expected = first.to_host();
  for (int k = 0; k < 20; ++k) {
    Vector<T> y(Layout::serial(3000));
    EXPECT_EQ(a.apply_dot(x, y), dot);
    EXPECT_EQ(y.to_host(), expected);
  }
}

}  // namespace
