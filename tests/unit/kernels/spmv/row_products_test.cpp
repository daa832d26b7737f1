// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The ways in which rows are multiplied on the host: none of them changes a bit.
#include "kernels/spmv/row_products.hpp"

#include <gmock/gmock.h>

#include "support/sparse.hpp"

#if !SUAN_HAVE_CUDA

namespace {

using suan::LocalIndex;
using suan::Offset;
using suan::kernels::RowOptions;

template <class T>
class RowProductsTest : public testing::Test {
 public:
  /// Rows of 0 to 70 entries, each length twice in a row, and more than two blocks in all; thirds,
  /// so that sums round, and zeros of both signs.
  RowProductsTest() {
    suan::test::Numbers numbers(7);
    for (int turn = 0; turn < 4; ++turn) {
      for (LocalIndex length = 0; length <= 70; ++length) {
        for (int copy = 0; copy < 2; ++copy) {
          for (LocalIndex k = 0; k < length; ++k) {
            indices.push_back(numbers.below(columns));
            const T value = numbers.value<T>() / T(3);
            values.push_back(numbers.below(9) == 0 ? T(-0.0) : value);
          }
          offsets.push_back(static_cast<Offset>(indices.size()));
        }
      }
    }
    for (LocalIndex j = 0; j < columns; ++j) x.push_back(numbers.value<T>() / T(7));
  }
  LocalIndex rows() const { return static_cast<LocalIndex>(offsets.size()) - 1; }
  std::vector<T> products(RowOptions options) const {
    options.entries = offsets.back();
    std::vector<T> y(static_cast<std::size_t>(rows()));
    suan::kernels::row_products(offsets.data(), rows(), indices.data(), values.data(), x.data(),
                                y.data(), options);
    return y;
  }
  /// One by one, in the order of sums: four of them in rows of 16 entries and more, where what
  /// stands behind whole fours goes to the first.
  T reference(std::size_t i) const {
    const auto begin = static_cast<std::size_t>(offsets[i]);
    const auto count = static_cast<std::size_t>(offsets[i + 1]) - begin;
    const std::size_t fours = count < 16 ? 0 : count / 4 * 4;
    T sums[4] = {};
    for (std::size_t k = 0; k < count; ++k) {
      const T product = values[begin + k] * x[static_cast<std::size_t>(indices[begin + k])];
      sums[k < fours ? k % 4 : 0] += product;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  static constexpr LocalIndex columns = 300;
  std::vector<Offset> offsets{0};
  std::vector<LocalIndex> indices;
  std::vector<T> values;
  std::vector<T> x;
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(RowProductsTest, Scalars);

std::vector<RowOptions> all_ways() {
  std::vector<RowOptions> ways;
  for (const bool cached : {false, true}) {
    for (const bool alike : {false, true}) {
      for (const bool uneven : {false, true}) {
        for (const bool fetch : {false, true}) {
          RowOptions way;
          way.cached = cached;
          way.alike = alike;
          way.uneven = uneven;
          way.fetch = fetch;
          ways.push_back(way);
        }
      }
    }
  }
  return ways;
}

TYPED_TEST(RowProductsTest, AllWaysGiveTheBitsOfTheReference) {
  for (const auto& way : all_ways()) {
    const auto y = this->products(way);
    for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i], this->reference(i)) << "row " << i;
  }
}

// Whatever a way reads behind a row.
TYPED_TEST(RowProductsTest, NotANumberStaysInItsRow) {
  using T = TypeParam;
  const auto clean = this->products({});
  for (const std::size_t row : {9u, 30u, 80u, 141u, 300u}) {
    const auto at = static_cast<std::size_t>(this->offsets[row]);
    const T kept = this->values[at];
    this->values[at] = T(std::numeric_limits<suan::Real<T>>::quiet_NaN());
    for (const auto& way : all_ways()) {
      const auto y = this->products(way);
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (i == row) {
          ASSERT_NE(y[i], y[i]);
        } else {
          ASSERT_EQ(y[i], clean[i]);
        }
      }
    }
    this->values[at] = kept;
  }
}

}  // namespace

#endif
