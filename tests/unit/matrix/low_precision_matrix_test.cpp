// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/low_precision_matrix.hpp"

#include <gmock/gmock.h>

#include "distributed_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"

namespace suan::test {
namespace {

template <class S>
class LowPrecisionMatrixTest : public testing::Test {};
using Narrow = testing::Types<float, ComplexFloat>;
TYPED_TEST_SUITE(LowPrecisionMatrixTest, Narrow);

template <class Stored>
using WideOf = std::conditional_t<is_complex<Stored>, Complex, double>;

/// Elements differ by less than a few roundings in double: a product in float would differ by 1e-7.
template <Scalar T>
void expect_near(const Vector<T>& found, const Vector<T>& expected) {
  auto difference = found;
  axpy(T(-1), expected, difference);
  EXPECT_LE(norm_inf(difference), 1e-14 * (1 + norm_inf(expected)));
}

TYPED_TEST(LowPrecisionMatrixTest, ProductsAreThoseOfTheWidenedMatrix) {
  using Stored = TypeParam;
  using T = WideOf<Stored>;
  for (const auto& kind : kinds()) {
    for (const auto& rows : distributions(60)) {
      for (const auto& columns : {rows, Layout::even(45, rows.comm())}) {
        const auto narrow = generated<Stored>(kind, rows, columns, 3);
        const auto wide = cast<T>(narrow);
        const auto a = in_precision<T>(narrow);
        const auto x = random_vector<T>(columns, 1);
        auto y = random_vector<T>(rows, 2);
        auto expected = y;
        a.apply(T(2), x, T(-1), y);
        wide.apply(T(2), x, T(-1), expected);
        expect_near(y, expected);
        const auto b = random_vector<T>(rows, 3);
        const auto norm = wide.residual(b, x, expected);
        EXPECT_NEAR(a.residual(b, x, y), norm, 1e-14 * norm);
        expect_near(y, expected);
        for (const LocalIndex k : {1, 5}) {
          const auto many = random_vectors<T>(columns, k);
          MultiVector<T> products(rows, k);
          a.apply(many, products);
          for (LocalIndex c = 0; c < k; ++c) {
            wide.apply(many.column(c), expected);
            expect_near(products.column(c), expected);
          }
        }
      }
    }
  }
}

TYPED_TEST(LowPrecisionMatrixTest, DotsAreThoseOfTheWidenedMatrix) {
  using Stored = TypeParam;
  using T = WideOf<Stored>;
  for (const auto& layout : distributions(60)) {
    const auto narrow = generated<Stored>("scattered", layout, layout, 3);
    const auto x = random_vector<T>(layout, 1);
    Vector<T> y(layout);
    Vector<T> expected(layout);
    const T dot = cast<T>(narrow).apply_dot(x, expected);
    EXPECT_LE(Kokkos::abs(in_precision<T>(narrow).apply_dot(x, y) - dot), 1e-13);
    expect_near(y, expected);
  }
}

TEST(LowPrecisionMatrix, MovesAboutHalfTheBytesAndNeedsNoOther) {
  const auto serial = poisson3d<float>(24, 24, 24);
  // Random values, because SELL stores equal ones once.
  const auto a = with_other_values(serial, 5);
  const auto wide = optimize(cast<double>(a), {.format = "sell", .storage = "same"});
  const LowPrecisionMatrix<double, float> m(a);
  EXPECT_EQ(m.name(), "sell with float32 values");
  EXPECT_EQ(m.access().local, nullptr);
  const std::int64_t vectors = 16 * std::int64_t{a.local().rows()};
  const auto ratio = static_cast<double>(m.bytes_per_apply() - vectors) /
                     static_cast<double>(wide.bytes_per_apply() - vectors);
  EXPECT_GT(ratio, 0.45);
  EXPECT_LT(ratio, 0.65);
  // It has arrays of its own: new values in `a` do not change it.
  const auto x = random_vector<double>(a.row_layout(), 1);
  Vector<double> before(a.row_layout());
  m.apply(x, before);
  Kokkos::deep_copy(DeviceView<float>(const_cast<float*>(a.local().view().values.data()),
                                      a.local().view().values.extent(0)),
                    0.0F);
  Vector<double> after(a.row_layout());
  m.apply(x, after);
  EXPECT_EQ(before.to_host(), after.to_host());
  EXPECT_GT(norm2(after), 0);
}

TEST(LowPrecisionMatrix, OfOneRank) {
  const auto a = irregular<float>(30, 20, 6, 5).csr();
  const auto m = in_precision<double>(a);
  const auto x = random_vector<double>(Layout::serial(20), 1);
  Vector<double> y(Layout::serial(30));
  Vector<double> expected(Layout::serial(30));
  m.apply(x, y);
  cast<double>(a).apply(x, expected);
  expect_near(y, expected);
  const auto none = in_precision<double>(Csr<float>());
  Vector<double> nothing(Layout::serial(0));
  none.apply(Vector<double>(Layout::serial(0)), nothing);
}

}  // namespace
}  // namespace suan::test
