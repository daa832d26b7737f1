// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Cycles other than V, and levels without smoothed prolongators.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/amg.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::MultiVector;
using suan::Vector;
using suan::test::even;
using suan::test::iterations;
using testing::HasSubstr;

/// One cycle for two vectors at once, and for each.
template <class T>
void expect_columns_alone(const Amg<T>& m, const Layout& layout) {
  MultiVector<T> b(layout, 2);
  MultiVector<T> x(layout, 2);
  for (LocalIndex j = 0; j < 2; ++j) {
    b.set_column(j, suan::random_vector<T>(layout, static_cast<std::uint64_t>(j) + 1));
  }
  m.apply(b, x);
  for (LocalIndex j = 0; j < 2; ++j) {
    Vector<T> alone(layout);
    m.apply(b.column(j), alone);
    suan::axpy(T(-1), x.column(j), alone);
    EXPECT_LT(suan::norm2(alone), 1e-3 * suan::norm2(x.column(j)));
  }
}

template <class T>
class AmgCycleTest : public testing::Test {};
using CycleScalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AmgCycleTest, CycleScalars);

TYPED_TEST(AmgCycleTest, VisitsCoarseLevelsTwice) {
  using T = TypeParam;
  const GlobalIndex n = 30;
  const auto layout = even(n * n * n);
  const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
  const auto needed = [&](const char* cycle, bool smoothed) {
    AmgOptions options{.coarse_rows = 5};
    options.cycle = cycle;
    options.smooth_prolongator = smoothed;
    const Amg<T> m(a, options);
    EXPECT_EQ(m.varies(), options.cycle == "k");
    expect_columns_alone(m, layout);
    return iterations<T>(a, m);
  };
  const auto v = needed("v", true);
  EXPECT_LE(needed("w", true), v);
  EXPECT_LE(needed("k", true), v);
  const auto unsmoothed = needed("v", false);
  EXPECT_GT(unsmoothed, v);
  EXPECT_LE(needed("w", false), unsmoothed);
  EXPECT_LE(needed("k", false), unsmoothed);
}

// Sums over aggregates cancel: in single precision these are 120 iterations.
TEST(Amg, UnsmoothedLevelsAreInThePrecisionOfTheMatrix) {
  const GlobalIndex n = 20;
  const auto a =
      suan::test::grid3d<double>(even(n * n * n), n, [](GlobalIndex i, GlobalIndex j, int) {
        const auto stiff = [](GlobalIndex cell) { return cell / 7 % 2 == 0 ? 1e6 : 1.0; };
        return 2 * stiff(i) * stiff(j) / (stiff(i) + stiff(j));
      });
  AmgOptions options{.coarse_rows = 50};
  options.cycle = "k";
  options.smooth_prolongator = false;
  Amg<double> m(a, options);
  EXPECT_FALSE(m.rounds());
  const auto needed = iterations<double>(a, m);
  EXPECT_LE(needed, 40);
  EXPECT_THAT(m.update(a), HasSubstr("aggregates were kept"));
  EXPECT_EQ(iterations<double>(a, m), needed);
}

}  // namespace
