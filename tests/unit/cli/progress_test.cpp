// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

namespace suan::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Progress, CountsDigitsNotResiduals) {
  EXPECT_EQ(percent_of_digits(1, 1e-8, 1e-2), 25);
  EXPECT_EQ(percent_of_digits(1e3, 1e-5, 1e-1), 50);
  EXPECT_EQ(percent_of_digits(1, 1e-8, 1), 0);
  EXPECT_EQ(percent_of_digits(1, 1e-8, 1e-9), 100);
}

TEST(Progress, StaysInRangeForOddNumbers) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(percent_of_digits(1, 1e-8, 10), 0);
  EXPECT_EQ(percent_of_digits(1, 1e-8, nan), 0);
  EXPECT_EQ(percent_of_digits(1, 0, 0.5), 0);
  EXPECT_EQ(percent_of_digits(0, 0, 0), 100);
}

TEST(Progress, ShowsIterationResidualAndShareAndErasesThem) {
  std::ostringstream out;
  ProgressLine line(out, 0);
  line.solve_started("cg", 1, 1e-8);
  line.iteration_finished(12, 1e-4);
  EXPECT_THAT(out.str(), HasSubstr("cg: iteration 12, residual 1.00e-04"));
  EXPECT_THAT(out.str(), EndsWith(" 50 %"));
  line.solve_finished(SolveReport());
  EXPECT_THAT(out.str(), EndsWith("\r\033[K"));
}

TEST(Progress, IsNotRewrittenMoreOftenThanTheInterval) {
  std::ostringstream out;
  ProgressLine line(out, 1e6);
  line.solve_started("cg", 1, 1e-8);
  for (int i = 1; i <= 100; ++i) line.iteration_finished(i, 1.0 / i);
  EXPECT_THAT(out.str(), HasSubstr("iteration 1,"));
  EXPECT_THAT(out.str(), testing::Not(HasSubstr("iteration 2,")));
}

TEST(Progress, AnObjectThatShowedNothingPrintsNothing) {
  std::ostringstream out;
  { ProgressLine line(out); }
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace suan::cli
