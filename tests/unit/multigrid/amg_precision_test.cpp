// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The precision of a hierarchy, and numbers at the ends of its range.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/cast.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/preconditioners/cast_preconditioner.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::MultiVector;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using suan::test::iterations;
using testing::HasSubstr;

// Entries and vectors far beyond the range of float, and a matrix that float cannot hold.
TEST(Amg, SinglePrecisionIsChosenWhereItCanHoldTheMatrix) {
  const GlobalIndex n = 12;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto with = [&](double factor) {
      return suan::test::grid3d<double>(layout, n,
                                        [factor](GlobalIndex, GlobalIndex, int) { return factor; });
    };
    const auto a = with(1);
    Amg<double> m(a, {.coarse_rows = 50});
    EXPECT_THAT(m.report().notes, testing::Contains("the hierarchy is in single precision"));
    const auto count = iterations(a, m);
    for (const double factor : {0x1p-900, 0x1p900}) {
      const auto scaled = with(factor);
      EXPECT_THAT(m.update(scaled), HasSubstr("aggregates were kept"));
      EXPECT_EQ(iterations(scaled, m), count);
      EXPECT_EQ(iterations(scaled, Amg<double>(scaled, {.coarse_rows = 50})), count);
    }
    // Half of the rows are lost to float beside the others.
    const auto uneven = suan::generate_rows<double>(
        layout, layout,
        [](GlobalIndex i, RowWriter<double>& row) { row.add(i, i % 2 == 0 ? 1e-60 : 1); });
    EXPECT_THAT(m.update(uneven), HasSubstr("single precision no longer suffices"));
    const Amg<double> made(uneven, {.coarse_rows = 50});
    EXPECT_THAT(made.report().notes, testing::Contains(HasSubstr("is in double precision")));
    Vector<double> y(layout);
    for (const Amg<double>* one : {static_cast<const Amg<double>*>(&m), &made}) {
      Vector<double> ones(layout);
      suan::fill(ones, 1.0);
      one->apply(ones, y);
      EXPECT_EQ(suan::norm_inf(y), 1e60);
    }
  }
}

// Half of the bytes, at most one iteration more.
TEST(Amg, InSinglePrecisionInsideOfADoubleSolver) {
  const GlobalIndex n = 12;
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, suan::test::isotropic());
  const AmgOptions options{.coarse_rows = 50};
  const auto inner = suan::in_precision<double>(Amg<float>(suan::cast<float>(a), options));
  const auto count = iterations<double>(a, inner);
  EXPECT_GT(count, 0);
  EXPECT_LE(count, iterations<double>(a, Amg<double>(a, options)) + 1);
}

// So small that the inverse of an element is infinite.
TEST(Amg, TakesANearNullSpaceOfSubnormalNumbers) {
  const auto a = suan::test::grid3d<double>(even(8 * 8 * 8), 8, suan::test::isotropic());
  MultiVector<double> tiny(a.row_layout(), 1);
  tiny.set_column(0, suan::generate<double>(a.row_layout(), [](GlobalIndex) { return 4e-310; }));
  const AmgOptions options{.coarse_rows = 20};
  EXPECT_EQ(iterations<double>(a, Amg<double>(a, tiny, options)),
            iterations<double>(a, Amg<double>(a, options)));
}

}  // namespace
