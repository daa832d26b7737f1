// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/report.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <sstream>

namespace {

using suan::Reason;
using suan::SolveReport;
using testing::HasSubstr;

TEST(SolveReport, OnlyTheFirstFourReasonsMeanSolved) {
  const auto solved = [](Reason reason) {
    SolveReport report;
    report.reason = reason;
    return report.converged();
  };
  EXPECT_TRUE(solved(Reason::converged));
  EXPECT_TRUE(solved(Reason::zero_right_hand_side));
  EXPECT_TRUE(solved(Reason::exact_initial_guess));
  EXPECT_TRUE(solved(Reason::happy_breakdown));
  EXPECT_FALSE(solved(Reason::max_iterations));
  EXPECT_FALSE(solved(Reason::stagnated));
  EXPECT_FALSE(solved(Reason::not_finite));
}

TEST(SolveReport, EachReasonHasItsOwnNameAndAdvice) {
  EXPECT_EQ(to_string(Reason::converged), "converged");
  EXPECT_EQ(to_string(Reason::indefinite_preconditioner), "indefinite_preconditioner");
  EXPECT_EQ(to_string(Reason::not_finite), "not_finite");
  EXPECT_THAT(std::string(advice(Reason::indefinite_matrix)), HasSubstr("gmres"));
}

TEST(SolveReport, PrintsJsonWithNullForWhatIsNoNumber) {
  SolveReport report;
  report.reason = Reason::not_finite;
  report.true_residual_norm = std::numeric_limits<double>::quiet_NaN();
  report.right_hand_side_norm = 1;
  report.history = {1.0, 0.5};
  const auto json = report.to_json(-1);
  EXPECT_THAT(json, HasSubstr(R"("reason":"not_finite")"));
  EXPECT_THAT(json, HasSubstr(R"("true_relative_residual":null)"));
  EXPECT_THAT(json, HasSubstr(R"("history":[1.0,0.5])"));
  EXPECT_THAT(json, HasSubstr(R"("joules":null)"));
}

TEST(SolveReport, JsonIsValidWhateverANameHolds) {
  SolveReport report;
  report.solver = "m\xe9thode";
  report.detail = "caf\xc3\xa9";
  const auto json = report.to_json(-1);
  EXPECT_THAT(json, HasSubstr(R"("solver":"m\\xe9thode")"));
  EXPECT_THAT(json, HasSubstr("\"detail\":\"caf\xc3\xa9\""));
}

TEST(SolveReport, PrintsATableThatSaysWhatToDo) {
  SolveReport report;
  report.reason = Reason::max_iterations;
  std::ostringstream out;
  out << report;
  EXPECT_THAT(out.str(), HasSubstr("NOT SOLVED: max_iterations"));
  EXPECT_THAT(out.str(), HasSubstr("raise max_iterations"));
  EXPECT_THAT(out.str(), HasSubstr("energy"));
}

}  // namespace
