// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The choice among Suan's own CUDA kernels, which can be tested without CUDA.
#include "kernels/spmv/csr_choice.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace suan::kernels::cuda {
namespace {

using testing::AllOf;
using testing::HasSubstr;

int threads_for_rows_of(Offset length) {
  return choose_csr_kernel({1000, 1000 * length, length}).threads_per_row;
}

TEST(CsrChoice, EachThreadOfARowHasSixEntriesOrMore) {
  EXPECT_EQ(threads_for_rows_of(0), 1);
  EXPECT_EQ(threads_for_rows_of(7), 1);
  EXPECT_EQ(threads_for_rows_of(11), 1);
  EXPECT_EQ(threads_for_rows_of(12), 2);
  EXPECT_EQ(threads_for_rows_of(23), 2);
  EXPECT_EQ(threads_for_rows_of(27), 4);
  EXPECT_EQ(threads_for_rows_of(79), 8);
  EXPECT_EQ(threads_for_rows_of(191), 16);
  EXPECT_EQ(threads_for_rows_of(192), 32);
  EXPECT_EQ(threads_for_rows_of(1000), 32);
}

TEST(CsrChoice, EvenRowsHavePartsOfWarps) {
  EXPECT_FALSE(choose_csr_kernel({1 << 24, 7 * (Offset(1) << 24), 7}).merge);
  EXPECT_FALSE(choose_csr_kernel({0, 0, 0}).merge);
  EXPECT_FALSE(choose_csr_kernel({1, 1, 1}).merge);
}

TEST(CsrChoice, SkewedRowsAreMerged) {
  // Short rows: 32 times 8 entries take little time.
  EXPECT_FALSE(choose_csr_kernel({1000, 3000, 256}).merge);
  EXPECT_TRUE(choose_csr_kernel({1000, 3000, 257}).merge);
  // 32 times the mean.
  EXPECT_FALSE(choose_csr_kernel({1000, 20000, 640}).merge);
  EXPECT_TRUE(choose_csr_kernel({1000, 20000, 641}).merge);
}

TEST(CsrChoice, FewLongRowsAreMergedHoweverEvenTheyAre) {
  EXPECT_FALSE(choose_csr_kernel({10, 20480, 2048}).merge);
  EXPECT_TRUE(choose_csr_kernel({10, 20490, 2049}).merge);
  EXPECT_TRUE(choose_csr_kernel({1, Offset(1) << 40, Offset(1) << 40}).merge);
}

TEST(CsrChoice, IsSaidInWordsWithItsReason) {
  const RowLengths even{2, 14, 8};
  EXPECT_EQ(describe(choose_csr_kernel(even), even),
            "rows of 7 entries on average and 8 at most: 1 thread per row");
  const RowLengths skewed{2, 1001, 1000};
  EXPECT_THAT(describe(choose_csr_kernel(skewed), skewed),
              AllOf(HasSubstr("1000 at most"), HasSubstr("per row")));
  const RowLengths long_row{2, 3001, 3000};
  EXPECT_THAT(describe(choose_csr_kernel(long_row), long_row), HasSubstr("merge path"));
}

}  // namespace
}  // namespace suan::kernels::cuda
