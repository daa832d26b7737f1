// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/row_change.hpp"

#include <gtest/gtest.h>

#include "amg_cases.hpp"
#include "suan/matrix/assembly.hpp"
#include "support/scalars.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::RowWriter;
using suan::test::even;

template <class T>
class RowChangeTest : public testing::Test {
 protected:
  static constexpr GlobalIndex size = 40;
  /// Rows (-1, 2, -1), times `factor`; row `changed` has (-1 - left, 2, -1 - right).
  static DistributedMatrix<T> chain(float factor, GlobalIndex changed, float left, float right) {
    const auto layout = even(size);
    return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
      const bool is_changed = i == changed;
      if (i > 0) row.add(i - 1, T(factor * (-1 - (is_changed ? left : 0))));
      row.add(i, T(2 * factor));
      if (i + 1 < size) row.add(i + 1, T(factor * (-1 - (is_changed ? right : 0))));
    });
  }
};
using RowChangeScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(RowChangeTest, RowChangeScalars);

// In each row, so that on several ranks one of the entries is in the columns of another.
TYPED_TEST(RowChangeTest, IsTheLargestSumOfARow) {
  const auto a = this->chain(1, -1, 0, 0);
  for (GlobalIndex i = 1; i + 1 < this->size; ++i) {
    EXPECT_EQ(suan::multigrid::row_change(a, this->chain(1, i, 0.5F, 0.25F)), 0.375) << i;
    EXPECT_EQ(suan::multigrid::row_change(a, this->chain(4, i, -0.5F, 0)), 0.25) << i;
  }
  EXPECT_EQ(suan::multigrid::row_change(a, this->chain(8, -1, 0, 0)), 0);
}

TYPED_TEST(RowChangeTest, IsInfiniteWhereItCannotBeKnown) {
  const auto a = this->chain(1, -1, 0, 0);
  EXPECT_TRUE(std::isinf(suan::multigrid::row_change(a, a)));
  EXPECT_TRUE(std::isinf(suan::multigrid::row_change(a, this->chain(0, -1, 0, 0))));
}

}  // namespace
