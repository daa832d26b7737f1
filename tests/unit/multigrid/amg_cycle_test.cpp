// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Cycles other than V, and levels without smoothed prolongators.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid/two_steps.hpp"
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
    EXPECT_EQ(m.varies(), options.cycle == "k" || options.cycle == "f");
    expect_columns_alone(m, layout);
    return iterations<T>(a, m);
  };
  const auto v = needed("v", true);
  EXPECT_LE(needed("w", true), v);
  EXPECT_LE(needed("f", true), v);
  EXPECT_LE(needed("k", true), v);
  const auto unsmoothed = needed("v", false);
  EXPECT_GT(unsmoothed, v);
  EXPECT_LE(needed("w", false), unsmoothed);
  EXPECT_LE(needed("f", false), unsmoothed);
  EXPECT_LE(needed("k", false), unsmoothed);
}

// The second visit of a level is a V-cycle: no other one than that of a W-cycle where the level
// below is the last, and cheaper where it is not.
TEST(Amg, AnFCycleVisitsTheSecondTimeByAVCycle) {
  const GlobalIndex n = 24;
  const auto layout = even(n * n * n);
  const auto a = suan::test::grid3d<double>(layout, n, suan::test::isotropic());
  const auto b = suan::random_vector<double>(layout, 1);
  const auto made = [&](const char* cycle, std::int64_t levels) {
    return Amg<double>(a,
                       {.levels = levels, .coarse_rows = 5, .precision = "same", .cycle = cycle});
  };
  const auto applied = [&](const Amg<double>& m) {
    Vector<double> x(layout);
    m.apply(b, x);
    return x.to_host();
  };
  ASSERT_EQ(made("f", 4).report().levels.size(), 4u);
  EXPECT_EQ(applied(made("f", 3)), applied(made("w", 3)));
  EXPECT_NE(applied(made("f", 4)), applied(made("w", 4)));
  EXPECT_NE(applied(made("f", 4)), applied(made("v", 4)));
  EXPECT_EQ(made("f", 3).bytes_per_apply(), made("w", 3).bytes_per_apply());
  EXPECT_LT(made("f", 4).bytes_per_apply(), made("w", 4).bytes_per_apply());
  EXPECT_LT(made("v", 4).bytes_per_apply(), made("f", 4).bytes_per_apply());
}

/// Of short vectors, and of a matrix by rows.
using Numbers = std::vector<suan::Complex>;

suan::Complex inner(const Numbers& x, const Numbers& y) {
  suan::Complex sum{};
  for (std::size_t i = 0; i < x.size(); ++i) sum += suan::conjugate(x[i]) * y[i];
  return sum;
}

Numbers times(const std::vector<Numbers>& a, const Numbers& x) {
  Numbers y;
  for (const auto& row : a) {
    suan::Complex sum{};
    for (std::size_t j = 0; j < x.size(); ++j) sum += row[j] * x[j];
    y.push_back(sum);
  }
  return y;
}

Numbers combined(const Numbers& x, const suan::Complex& factor, const Numbers& y) {
  Numbers sum = x;
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] += factor * y[i];
  return sum;
}

// The best of all combinations: in the energy norm, and for other matrices in that of the residual.
TEST(TwoSteps, LeaveAResidualThatIsOrthogonal) {
  const suan::Complex i(0, 1);
  const Numbers b = {1.0 + 2.0 * i, 3.0, -1.0 * i};
  const Numbers c = {1.0, 1.0 - 1.0 * i, 2.0};
  const Numbers d = {2.0 * i, 1.0, 0.5 + 1.0 * i};
  for (const bool hermitian : {true, false}) {
    const std::vector<Numbers> a = {{4.0, 1.0 + 1.0 * i, hermitian ? 0.5 * i : 2.0},
                                    {1.0 - 1.0 * i, 5.0, 1.0},
                                    {-0.5 * i, 1.0, 6.0}};
    const Numbers v = times(a, c);
    const Numbers w = times(a, d);
    const Numbers& l = hermitian ? c : v;
    const Numbers& m = hermitian ? d : w;
    const auto rho = inner(l, v);
    const auto alpha = inner(l, b);
    const auto steps = suan::multigrid::two_steps(rho, alpha, inner(m, v), inner(m, w),
                                                  inner(m, combined(b, -alpha / rho, v)));
    const Numbers rest = combined(combined(b, -steps.first, v), -steps.second, w);
    EXPECT_LT(suan::test::magnitude(inner(l, rest)), 1e-13);
    EXPECT_LT(suan::test::magnitude(inner(m, rest)), 1e-13);
  }
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
