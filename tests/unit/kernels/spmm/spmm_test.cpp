// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmm.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "support/instances.hpp"
#include "support/sparse.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::LocalIndex;
using suan::MultiVector;
using suan::Offset;
using suan::Real;
using suan::RowMajor;
using suan::test::HostMatrix;
using suan::test::irregular;
using suan::test::magnitude;
using suan::test::on_one_rank;
using suan::test::random_block;
using suan::test::to_device;
using suan::test::to_host;

template <class T>
class SpmmTest : public testing::Test {
 public:
  /// Y = alpha A X + beta Y0 against sums in the order of the entries. Two sums of n products
  /// differ by at most 2 (n + 1) eps |A||X|, alpha and beta add a few eps; complex products cost 2
  /// sqrt(2). Y begins `shift` elements behind the start of its memory.
  static void expect_product(const HostMatrix<T>& a, std::size_t k, T alpha, T beta,
                             std::size_t shift = 0) {
    const auto rows = static_cast<std::size_t>(a.rows);
    const auto x = random_block<T>(static_cast<std::size_t>(a.columns), k, 1);
    const auto y0 = random_block<T>(rows, k, 2);
    const suan::DeviceView<T> memory("suan::test::y", rows * k + shift);
    auto y = on_one_rank(RowMajor<T>(memory.data() + shift, rows, k));
    Kokkos::deep_copy(y.view(), to_device<T>(rows, k, y0));
    a.csr().apply(alpha, on_one_rank(to_device<T>(static_cast<std::size_t>(a.columns), k, x)), beta,
                  y);
    expect_near(a, k, alpha, x, beta, y0, to_host<T>(y.view()));
  }

  static void expect_near(const HostMatrix<T>& a, std::size_t k, T alpha, const std::vector<T>& x,
                          T beta, const std::vector<T>& y0, const std::vector<T>& result) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows); ++i) {
      const auto n = static_cast<Real<T>>(a.begin(i + 1) - a.begin(i));
      if (n == 0 && beta == T(0)) {  // exactly zero; faster for very many rows
        const T* const row = result.data() + i * k;
        ASSERT_TRUE(std::all_of(row, row + k, [](const T& y) { return y == T(0); })) << "row " << i;
        continue;
      }
      for (std::size_t c = 0; c < k; ++c) {
        T sum{};
        Real<T> size = 0;
        for (std::size_t e = a.begin(i); e < a.begin(i + 1); ++e) {
          const T product = a.values[e] * x[static_cast<std::size_t>(a.indices[e]) * k + c];
          sum += product;
          size += magnitude(product);
        }
        const T expected = alpha * sum + beta * y0[i * k + c];
        const Real<T> scale = magnitude(alpha) * size + magnitude<T>(beta * y0[i * k + c]);
        ASSERT_LE(magnitude<T>(result[i * k + c] - expected),
                  6 * (n + 3) * std::numeric_limits<Real<T>>::epsilon() * scale)
            << "row " << i << ", vector " << c << " of " << k;
      }
    }
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpmmTest, Scalars);

TYPED_TEST(SpmmTest, RefusesWhatDoesNotFit) {
  using T = TypeParam;
  const auto a = irregular<T>(6, 5, 5).csr();
  MultiVector<T> x(suan::Layout::serial(5), 2);
  MultiVector<T> y(suan::Layout::serial(6), 2);
  MultiVector<T> other(suan::Layout::serial(6), 3);
  EXPECT_THROW(a.apply(y, y), suan::DimensionMismatch);
  EXPECT_THROW(a.apply(x, x), suan::DimensionMismatch);
  EXPECT_THAT([&] { a.apply(x, other); }, testing::ThrowsMessage<suan::DimensionMismatch>(
                                              testing::HasSubstr("X has 2 vectors and Y has 3")));
  const auto square = irregular<T>(6, 6, 6).csr();
  EXPECT_THROW(square.apply(y, y), suan::InvalidArgument);
}

TYPED_TEST(SpmmTest, TakesDifferentColumnsOfOneArray) {
  using T = TypeParam;
  const auto a = suan::test::HostArrays<T>{2, 2, {0, 1, 3}, {1, 0, 1}, {T(2), T(1), T(1)}}.csr();
  const RowMajor<T> w("suan::test::w", 2, 5);
  const auto columns = [&](int first, int end) {
    return on_one_rank<T>(Kokkos::subview(w, Kokkos::ALL, std::make_pair(first, end)));
  };
  const auto multiply = [&](const MultiVector<T>& x, MultiVector<T>&& y) { a.apply(x, y); };
  Kokkos::deep_copy(columns(0, 2).view(), T(3));
  multiply(columns(0, 2), columns(2, 4));
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), w);
  for (const int j : {2, 3}) {
    EXPECT_EQ(host(0, j), T(6));
    EXPECT_EQ(host(1, j), T(6));
  }
  EXPECT_EQ(host(1, 4), T(0));
  // Y first in memory, and columns in common on either side.
  EXPECT_NO_THROW(multiply(columns(3, 5), columns(1, 3)));
  EXPECT_THROW(multiply(columns(0, 3), columns(2, 5)), suan::InvalidArgument);
  EXPECT_THROW(multiply(columns(2, 5), columns(0, 3)), suan::InvalidArgument);
}

TYPED_TEST(SpmmTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 0 3 0] (1 4; 10 50; 100 600)
  const HostMatrix<T> a{3, 3, {0, 2, 2, 3}, {0, 2, 1}, {T(1), T(2), T(3)}};
  const auto layout = suan::Layout::serial(3);
  const auto x = MultiVector<T>::from_host(
      layout, 2, std::vector<T>{T(1), T(4), T(10), T(50), T(100), T(600)});
  auto y = MultiVector<T>::from_host(layout, 2, std::vector<T>(6, T(1)));
  a.csr().apply(T(1), x, T(2), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(203), T(1206), T(2), T(2), T(32), T(152)}));
}

TYPED_TEST(SpmmTest, EveryNumberOfVectorsAgreesWithTheReference) {
  using T = TypeParam;
  const auto a = irregular<T>(301, 257, 257);
  for (std::size_t k = 1; k <= 33; ++k) this->expect_product(a, k, T(2), T(-3));
  this->expect_product(a, 63, T(1), T(0));
  this->expect_product(a, 64, T(-1), T(1));
}

// Large enough for streaming stores where a row of results is whole cache lines, and where it is
// not: 20 float32 are not whole lines, and a Y may start inside one.
TYPED_TEST(SpmmTest, MoreResultsThanCachesHold) {
  using T = TypeParam;
  if (suan::is_complex<T>) GTEST_SKIP() << "complex results take the common way";
  for (const auto& [k, shift] :
       {std::pair<std::size_t, std::size_t>{8, 0}, {16, 0}, {16, 1}, {20, 0}}) {
    const std::size_t rows = (std::size_t{33} << 20) / (k * sizeof(T));
    HostMatrix<T> a{static_cast<LocalIndex>(rows), 97, {0}, {}, {}};
    for (std::size_t i = 0; i < rows; ++i) {
      if (i % 16 == 3) {
        a.indices.insert(a.indices.end(), {LocalIndex(i % 89), LocalIndex(i % 89 + 3)});
        a.values.insert(a.values.end(), {T(2), T(static_cast<Real<T>>(i % 7))});
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    this->expect_product(a, k, T(2), T(0), shift);
  }
}

TYPED_TEST(SpmmTest, CornerShapes) {
  using T = TypeParam;
  this->expect_product(HostMatrix<T>{}, 8, T(1), T(0));
  this->expect_product(HostMatrix<T>{3, 0, {0, 0, 0, 0}, {}, {}}, 8, T(1), T(5));
  this->expect_product(HostMatrix<T>{1, 4, {0, 2}, {0, 3}, {T(1), T(2)}}, 8, T(1), T(0));
  this->expect_product(irregular<T>(4, 1, 1), 3, T(1), T(0));
  this->expect_product(irregular<T>(50, 50, 50), 0, T(1), T(0));
}

TYPED_TEST(SpmmTest, BetaZeroDoesNotReadNan) {
  using T = TypeParam;
  const auto a = irregular<T>(100, 80, 80);
  const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
  for (const std::size_t k : {1, 2, 3, 8, 15, 16, 64}) {
    const auto x = on_one_rank(to_device<T>(80, k, random_block<T>(80, k, 3)));
    auto y = on_one_rank(to_device<T>(100, k, std::vector<T>(100 * k, nan)));
    a.csr().apply(x, y);
    for (const T& element : y.to_host()) ASSERT_TRUE(suan::is_finite(element));
  }
}

TYPED_TEST(SpmmTest, SameBitsOnAnyNumberOfThreadsAndWithHints) {
  using T = TypeParam;
  const auto a = irregular<T>(3000, 3000, 100).csr();
  const RowMajor<const T> x = to_device<T>(3000, 11, random_block<T>(3000, 11, 4));
  std::vector<T> expected;
  for (const auto& space : suan::test::instances()) {
    for (int repetition = 0; repetition < 20; ++repetition) {
      const RowMajor<T> y("suan::test::y", 3000, 11);
      suan::kernels::SpmvHints<T> hints;
      hints.scattered_multi = repetition % 2 == 1;
      suan::kernels::spmm<T>(space, T(1), a.view(), x, T(0), y, hints);
      space.fence();
      if (expected.empty()) expected = to_host<T>(y);
      ASSERT_EQ(to_host<T>(y), expected);
    }
  }
}

// Threads share the pieces of long rows, the last of which is incomplete. Columns that are far
// apart change nothing.
TYPED_TEST(SpmmTest, LongRowsAreShared) {
  using T = TypeParam;
  constexpr Offset shortest = suan::kernels::LongRows<T>::shortest;
  auto a = irregular<T>(200, 5000, 40);
  const auto add_row = [&](Offset length) {
    for (Offset k = 0; k < length; ++k) {
      a.indices.push_back(static_cast<LocalIndex>(k * 17 % 5000));
      a.values.push_back(T(static_cast<Real<T>>(k % 11) / 7));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    ++a.rows;
  };
  add_row(shortest);
  add_row(shortest - 1);
  add_row(0);
  add_row(3 * shortest + 5);
  const auto csr = a.csr();
  for (const std::size_t k : {1, 3, 8, 17}) {
    SCOPED_TRACE(k);
    const auto rows = static_cast<std::size_t>(a.rows);
    const auto host_x = random_block<T>(5000, k, 4);
    const RowMajor<const T> x = to_device<T>(5000, k, host_x);
    const auto y0 = random_block<T>(rows, k, 5);
    for (const T beta : {T(0), T(-3)}) {
      std::vector<T> expected;
      for (const auto& space : suan::test::instances()) {
        const auto y = to_device<T>(rows, k, y0);
        const suan::kernels::SpmvHints<T> hints(space, csr.view());
        EXPECT_EQ(hints.long_rows.rows().size(), SUAN_HAVE_CUDA == 0 ? 2u : 0u);
        suan::kernels::spmm<T>(space, T(2), csr.view(), x, beta, y, hints);
        space.fence();
        if (expected.empty()) expected = to_host<T>(y);
        EXPECT_EQ(to_host<T>(y), expected);
      }
      this->expect_near(a, k, T(2), host_x, beta, y0, expected);
    }
  }
}

}  // namespace
