// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector/tall_skinny.hpp"

#include <gmock/gmock.h>

#include "suan/vector/tall_skinny.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::MultiVector;
using suan::Real;
using suan::RowMajor;
using suan::test::magnitude;
using suan::test::on_one_rank;
using suan::test::random_block;
using suan::test::to_device;
using suan::test::to_host;

template <class T>
class TallSkinnyTest : public testing::Test {
 public:
  static constexpr Real<T> eps = std::numeric_limits<Real<T>>::epsilon();

  /// Sums of n products in two orders differ by at most 2 n eps |X|^T|Y|, times 2 sqrt(2) for
  /// complex products.
  static void expect_inner_products(std::size_t n, std::size_t tall, std::size_t wide) {
    const auto x = random_block<T>(n, tall, 1);
    const auto y = random_block<T>(n, wide, 2);
    const auto result = suan::inner_products(on_one_rank(to_device<T>(n, tall, x)),
                                             on_one_rank(to_device<T>(n, wide, y)));
    ASSERT_EQ(result.size(), tall * wide);
    for (std::size_t r = 0; r < tall; ++r) {
      for (std::size_t c = 0; c < wide; ++c) {
        T sum{};
        Real<T> size = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const T product = suan::conjugate(x[i * tall + r]) * y[i * wide + c];
          sum += product;
          size += magnitude(product);
        }
        ASSERT_LE(magnitude<T>(result[r * wide + c] - sum),
                  6 * static_cast<Real<T>>(n + 1) * eps * size)
            << r << ", " << c << " of " << tall << " x " << wide;
      }
    }
  }

  static void expect_product(std::size_t n, std::size_t inner, std::size_t wide, T alpha, T beta) {
    const auto x = random_block<T>(n, inner, 1);
    const auto c = random_block<T>(inner, wide, 2);
    const auto y0 = random_block<T>(n, wide, 3);
    auto y = on_one_rank(to_device<T>(n, wide, y0));
    suan::multiply_small<T>(alpha, on_one_rank(to_device<T>(n, inner, x)), c, beta, y);
    const auto result = y.to_host();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < wide; ++k) {
        T sum{};
        Real<T> size = 0;
        for (std::size_t l = 0; l < inner; ++l) {
          const T product = x[i * inner + l] * c[l * wide + k];
          sum += product;
          size += magnitude(product);
        }
        const T start = beta * y0[i * wide + k];
        ASSERT_LE(magnitude<T>(result[i * wide + k] - (alpha * sum + start)),
                  6 * static_cast<Real<T>>(inner + 3) * eps *
                      (magnitude(alpha) * size + magnitude(start)));
      }
    }
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TallSkinnyTest, Scalars);

TYPED_TEST(TallSkinnyTest, RefusesWhatDoesNotFit) {
  using T = TypeParam;
  MultiVector<T> x(suan::Layout::serial(5), 2);
  MultiVector<T> y(suan::Layout::serial(6), 3);
  const std::vector<T> c(6);
  EXPECT_THROW(suan::inner_products<T>(x, y), suan::DimensionMismatch);
  EXPECT_THROW(suan::multiply_small<T>(T(1), x, c, T(0), y), suan::DimensionMismatch);
  MultiVector<T> z(suan::Layout::serial(5), 3);
  EXPECT_NO_THROW(suan::multiply_small<T>(T(1), x, c, T(0), z));
  EXPECT_THROW(suan::multiply_small<T>(T(1), x, std::vector<T>(5), T(0), z),
               suan::DimensionMismatch);
  EXPECT_THROW(suan::multiply_small<T>(T(1), x, std::vector<T>(4), T(0), x), suan::InvalidArgument);
}

TYPED_TEST(TallSkinnyTest, TinyBlocksByHand) {
  using T = TypeParam;
  // X = (1 2; 3 4), Y = (5; 6): X^T Y = (23; 34); X (1; 10) + 2 Y = (31; 55)
  const auto x = on_one_rank(to_device<T>(2, 2, {T(1), T(2), T(3), T(4)}));
  auto y = on_one_rank(to_device<T>(2, 1, {T(5), T(6)}));
  EXPECT_EQ(suan::inner_products<T>(x, y), (std::vector<T>{T(23), T(34)}));
  suan::multiply_small<T>(T(1), x, std::vector<T>{T(1), T(10)}, T(2), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(31), T(55)}));
}

TEST(TallSkinny, ConjugatesTheLeftOperand) {
  using suan::Complex;
  const auto x = on_one_rank(to_device<Complex>(1, 1, {Complex(1, 2)}));
  const auto y = on_one_rank(to_device<Complex>(1, 1, {Complex(0, 1)}));
  EXPECT_EQ(suan::inner_products<Complex>(x, y)[0], Complex(2, 1));
}

TYPED_TEST(TallSkinnyTest, InnerProductsAgreeWithTheReference) {
  for (const std::size_t tall : {1, 3, 4, 5, 9}) {
    for (const std::size_t wide : {1, 2, 8, 13}) this->expect_inner_products(1001, tall, wide);
  }
  this->expect_inner_products(3000, 64, 64);
  this->expect_inner_products(1, 8, 8);
  this->expect_inner_products(0, 2, 2);
  this->expect_inner_products(10, 0, 2);
}

TYPED_TEST(TallSkinnyTest, ProductsWithASmallMatrixAgreeWithTheReference) {
  using T = TypeParam;
  for (const std::size_t inner : {0, 1, 3, 8}) {
    for (const std::size_t wide : {1, 7, 8, 19}) {
      this->expect_product(1001, inner, wide, T(2), T(-3));
    }
  }
  this->expect_product(3000, 64, 64, T(1), T(1));
  this->expect_product(0, 2, 2, T(1), T(1));
}

TYPED_TEST(TallSkinnyTest, BetaZeroDoesNotReadNan) {
  using T = TypeParam;
  const T nan(std::numeric_limits<Real<T>>::quiet_NaN());
  for (const std::size_t wide : {1, 8, 11}) {
    auto y = on_one_rank(to_device<T>(50, wide, std::vector<T>(50 * wide, nan)));
    suan::multiply_small<T>(T(1), on_one_rank(to_device<T>(50, 2, random_block<T>(50, 2, 1))),
                            random_block<T>(2, wide, 2), T(0), y);
    for (const T& element : y.to_host()) ASSERT_TRUE(suan::is_finite(element));
  }
}

// Some columns of a wider block, which are not aligned.
TYPED_TEST(TallSkinnyTest, ColumnsOfAWiderBlock) {
  using T = TypeParam;
  const std::size_t n = 1001;
  const auto x = random_block<T>(n, 7, 1);
  const auto y = random_block<T>(n, 9, 2);
  const auto columns = [](const RowMajor<T>& block, std::size_t begin, std::size_t end) {
    return on_one_rank<T>(Kokkos::subview(block, Kokkos::ALL, std::make_pair(begin, end)));
  };
  const auto copied = [](const std::vector<T>& block, std::size_t width, std::size_t begin,
                         std::size_t end) {
    std::vector<T> result;
    for (std::size_t at = 0; at < block.size(); at += width) {
      result.insert(result.end(), block.begin() + static_cast<std::ptrdiff_t>(at + begin),
                    block.begin() + static_cast<std::ptrdiff_t>(at + end));
    }
    return result;
  };
  const auto x_part = columns(to_device<T>(n, 7, x), 1, 4);
  const RowMajor<T> y_all = to_device<T>(n, 9, y);
  auto y_part = columns(y_all, 3, 8);
  const auto x_dense = on_one_rank(to_device<T>(n, 3, copied(x, 7, 1, 4)));
  auto y_dense = on_one_rank(to_device<T>(n, 5, copied(y, 9, 3, 8)));

  // Two sums of n products differ by at most 2 n eps |X|^T|Y| <= 2 n^2 eps 2, random elements being
  // at most sqrt(2) in size; complex products cost another 2 sqrt(2).
  const auto expected = suan::inner_products<T>(x_dense, y_dense);
  const auto result = suan::inner_products<T>(x_part, y_part);
  ASSERT_EQ(result.size(), expected.size());
  for (std::size_t k = 0; k < result.size(); ++k) {
    EXPECT_LE(magnitude<T>(result[k] - expected[k]), 12 * Real<T>(n * n) * this->eps);
  }

  const auto c = random_block<T>(3, 5, 3);
  suan::multiply_small<T>(T(2), x_part, c, T(-3), y_part);
  suan::multiply_small<T>(T(2), x_dense, c, T(-3), y_dense);
  const auto after = to_host<T>(y_all);
  const auto dense = y_dense.to_host();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < 9; ++k) {
      if (k < 3 || k >= 8) {
        ASSERT_EQ(after[i * 9 + k], y[i * 9 + k]) << "outside of the columns";
      } else {
        // |2 X C| <= 12 and |3 Y| <= 5, each with at most 3 + 3 roundings on both sides.
        ASSERT_LE(magnitude<T>(after[i * 9 + k] - dense[i * 5 + k - 3]), 6 * 6 * 17 * this->eps);
      }
    }
  }
}

TYPED_TEST(TallSkinnyTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto x = on_one_rank(to_device<T>(5000, 9, random_block<T>(5000, 9, 1)));
  const auto expected = suan::inner_products<T>(x, x);
  for (int repetition = 0; repetition < 20; ++repetition) {
    ASSERT_EQ(suan::inner_products<T>(x, x), expected);
  }
}

}  // namespace
