// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_transposed.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/transposed.hpp"
#include "suan/vector/blas1.hpp"
#include "support/instances.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::Adjoint;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::TransposedOperator;
using suan::TransposedPath;
using suan::Vector;
using suan::test::HostMatrix;
using suan::test::irregular;
using suan::test::magnitude;

std::vector<TransposedPath> paths() {
  if (SUAN_HAVE_CUDA != 0) return {TransposedPath::gather, TransposedPath::automatic};
  return {TransposedPath::scatter, TransposedPath::gather, TransposedPath::automatic};
}

template <class T>
class SpmvTransposedTest : public testing::Test {
 public:
  /// Against a sum in the order of rows. A column of n entries is a sum of n products on both
  /// sides, in another order and with alpha inside; complex products cost 2 sqrt(2).
  static void expect_product(const HostMatrix<T>& a, T alpha, T beta) {
    const auto columns = static_cast<std::size_t>(a.columns);
    const auto x = suan::random_vector<T>(Layout::serial(a.rows), 1);
    const auto y0 = suan::random_vector<T>(Layout::serial(a.columns), 2);
    const auto hx = x.to_host();
    const auto hy0 = y0.to_host();
    for (const auto op : {Adjoint::plain, Adjoint::conjugate}) {
      std::vector<T> sums(columns);
      std::vector<Real<T>> sizes(columns);
      std::vector<int> lengths(columns);
      for (std::size_t i = 0; i < hx.size(); ++i) {
        for (std::size_t k = a.begin(i); k < a.begin(i + 1); ++k) {
          const auto j = static_cast<std::size_t>(a.indices[k]);
          const T value = op == Adjoint::plain ? a.values[k] : suan::conjugate(a.values[k]);
          sums[j] += value * hx[i];
          sizes[j] += magnitude<T>(value * hx[i]);
          ++lengths[j];
        }
      }
      for (const auto path : paths()) {
        const TransposedOperator<T> transposed(a.csr(), op, path);
        SCOPED_TRACE(transposed.name() + ", " + transposed.path());
        auto y = y0;
        transposed.apply(alpha, x, beta, y);
        const auto hy = y.to_host();
        for (std::size_t j = 0; j < columns; ++j) {
          const Real<T> scale = magnitude(alpha) * sizes[j] + magnitude<T>(beta * hy0[j]);
          ASSERT_LE(magnitude<T>(hy[j] - (alpha * sums[j] + beta * hy0[j])),
                    6 * static_cast<Real<T>>(lengths[j] + 3) *
                        std::numeric_limits<Real<T>>::epsilon() * scale)
              << "column " << j;
        }
        Vector<T> r(y0.layout());
        const Real<T> norm = transposed.residual(y0, x, r);
        const auto hr = r.to_host();
        for (std::size_t j = 0; j < columns; ++j) {
          ASSERT_LE(magnitude<T>(hr[j] - (hy0[j] - sums[j])),
                    6 * static_cast<Real<T>>(lengths[j] + 3) *
                        std::numeric_limits<Real<T>>::epsilon() * (sizes[j] + magnitude(hy0[j])))
              << "column " << j;
        }
        expect_sums(transposed, x, norm, r);
      }
    }
  }

  /// The norm and the dot product that come with a product are those of its results: sums of n
  /// terms in any order differ by at most n eps of their sizes.
  static void expect_sums(const TransposedOperator<T>& transposed, const Vector<T>& x, Real<T> norm,
                          const Vector<T>& r) {
    const Real<T> rounding =
        4 * static_cast<Real<T>>(r.local_size() + 2) * std::numeric_limits<Real<T>>::epsilon();
    EXPECT_NEAR(norm, suan::norm2(r), rounding * suan::norm2(r));
    if (x.local_size() != r.local_size()) return;
    Vector<T> y(r.layout());
    Vector<T> plain(r.layout());
    const T dot = transposed.apply_dot(x, y);
    EXPECT_LE(magnitude<T>(dot - suan::dot(x, y)), rounding * suan::norm2(x) * suan::norm2(y));
    transposed.apply(x, plain);
    EXPECT_EQ(y.to_host(), plain.to_host());
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpmvTransposedTest, Scalars);

TYPED_TEST(SpmvTransposedTest, LayoutsAreThoseOfTheTranspose) {
  using T = TypeParam;
  const TransposedOperator<T> a(irregular<T>(6, 5, 5).csr());
  Vector<T> five(Layout::serial(5));
  Vector<T> six(Layout::serial(6));
  EXPECT_NO_THROW(a.apply(six, five));
  EXPECT_THROW(a.apply(five, six), suan::DimensionMismatch);
  EXPECT_GT(a.bytes_per_apply(), 0);
}

TYPED_TEST(SpmvTransposedTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 3 0]^T (10, 100) = (10, 300, 20)
  const HostMatrix<T> a{2, 3, {0, 2, 3}, {0, 2, 1}, {T(1), T(2), T(3)}};
  const auto x = Vector<T>::from_host(Layout::serial(2), std::vector<T>{T(10), T(100)});
  for (const auto path : paths()) {
    Vector<T> y(Layout::serial(3));
    TransposedOperator<T>(a.csr(), Adjoint::plain, path).apply(x, y);
    EXPECT_EQ(y.to_host(), (std::vector<T>{T(10), T(300), T(20)}));
  }
}

TEST(SpmvTransposed, ConjugatesByHand) {
  using suan::Complex;
  const HostMatrix<Complex> a{1, 1, {0, 1}, {0}, {Complex(1, 2)}};
  const auto x = suan::ones<Complex>(Layout::serial(1));
  for (const auto path : paths()) {
    Vector<Complex> y(Layout::serial(1));
    TransposedOperator<Complex>(a.csr(), Adjoint::conjugate, path).apply(x, y);
    EXPECT_EQ(y.to_host()[0], Complex(1, -2));
    TransposedOperator<Complex>(a.csr(), Adjoint::plain, path).apply(x, y);
    EXPECT_EQ(y.to_host()[0], Complex(1, 2));
  }
}

TYPED_TEST(SpmvTransposedTest, AgreesWithTheReference) {
  using T = TypeParam;
  this->expect_product(irregular<T>(997, 997, 997), T(2), T(-3));
  this->expect_product(irregular<T>(997, 997, 20), T(1), T(0));
  this->expect_product(irregular<T>(700, 90, 90), T(-1), T(1));
  this->expect_product(irregular<T>(90, 700, 700), T(1), T(0));
}

TYPED_TEST(SpmvTransposedTest, CornerShapes) {
  using T = TypeParam;
  this->expect_product(HostMatrix<T>{}, T(1), T(0));
  this->expect_product(HostMatrix<T>{0, 3, {0}, {}, {}}, T(1), T(5));
  this->expect_product(HostMatrix<T>{3, 0, {0, 0, 0, 0}, {}, {}}, T(1), T(0));
  this->expect_product(HostMatrix<T>{1, 4, {0, 2}, {0, 3}, {T(1), T(2)}}, T(1), T(0));
  this->expect_product(HostMatrix<T>{4, 1, {0, 1, 2, 2, 3}, {0, 0, 0}, {T(1), T(2), T(3)}}, T(1),
                       T(2));
  // Every row has an entry at the other end, so that own range and spill lie apart.
  HostMatrix<T> reversed{500, 500, {0}, {}, {}};
  for (LocalIndex i = 0; i < 500; ++i) {
    reversed.indices.push_back(499 - i);
    reversed.values.push_back(T(static_cast<float>(i + 1)));
    reversed.offsets.push_back(i + 1);
  }
  this->expect_product(reversed, T(1), T(2));
}

TYPED_TEST(SpmvTransposedTest, BetaZeroDoesNotReadNan) {
  using T = TypeParam;
  const auto a = irregular<T>(100, 80, 80).csr();
  const auto x = suan::ones<T>(Layout::serial(100));
  for (const auto path : paths()) {
    Vector<T> y(Layout::serial(80));
    suan::fill(y, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    TransposedOperator<T>(a, Adjoint::plain, path).apply(x, y);
    EXPECT_EQ(suan::first_not_finite(y), -1);
  }
}

TYPED_TEST(SpmvTransposedTest, TheWorkspaceOfABandedMatrixIsTheBand) {
  using T = TypeParam;
  const int threads = suan::ExecutionSpace().concurrency();
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "a CUDA build always gathers";
  const TransposedOperator<T> a(irregular<T>(4000, 4000, 10).csr());
  EXPECT_EQ(a.path(), "scatter");
  // Up to 10 columns on either side of a part's own range, which may shift by one in rounding.
  EXPECT_LE(a.memory_bytes(), threads * (4000 / threads + 24) * std::int64_t{sizeof(T)});
}

TYPED_TEST(SpmvTransposedTest, GathersWhenSpillsWouldBeLarge) {
  using T = TypeParam;
  if (suan::ExecutionSpace().concurrency() != 2) GTEST_SKIP() << "made for two threads";
  // A row for each thread. The first one spills into one column, or over all of the second's.
  const std::vector<T> values{T(1), T(2), T(3), T(4)};
  const HostMatrix<T> a{2, 100000, {0, 2, 4}, {0, 99999, 1, 50000}, values};
  EXPECT_EQ(TransposedOperator<T>(a.csr()).path(), "scatter");
  const HostMatrix<T> b{2, 100000, {0, 2, 4}, {50000, 99999, 1, 50000}, values};
  EXPECT_EQ(TransposedOperator<T>(b.csr()).path(), "gather");
  this->expect_product(b, T(1), T(0));
}

TYPED_TEST(SpmvTransposedTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto a = irregular<T>(3000, 3000, 400).csr();
  const auto x = suan::random_vector<T>(Layout::serial(3000), 4);
  for (const auto path : paths()) {
    const TransposedOperator<T> transposed(a, Adjoint::conjugate, path);
    std::vector<T> expected;
    for (int repetition = 0; repetition < 20; ++repetition) {
      Vector<T> y(Layout::serial(3000));
      transposed.apply(x, y);
      if (expected.empty()) expected = y.to_host();
      ASSERT_EQ(y.to_host(), expected);
    }
  }
}

}  // namespace
