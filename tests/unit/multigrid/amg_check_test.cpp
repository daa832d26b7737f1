// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What can be seen of a hierarchy: aggregates, and how well each level contracts.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/aggregation.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::RowWriter;
using suan::test::even;
using suan::test::everywhere;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Lt;

template <class T>
class AmgCheckTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AmgCheckTest, Scalars);

TYPED_TEST(AmgCheckTest, LevelsOfPoissonContract) {
  using T = TypeParam;
  const GlobalIndex n = 12;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    for (const char* precision : {"single", "same"}) {
      const Amg<T> m(a, {.coarse_rows = 20, .precision = precision});
      const auto check = m.check();
      ASSERT_EQ(check.factors.size(), m.report().levels.size());
      EXPECT_THAT(check.factors, Each(Lt(0.6)));
      EXPECT_GT(check.factors.front(), 0.01);
      EXPECT_LT(check.factors.back(), 1e-5);  // a direct solve
      EXPECT_TRUE(check.notes.empty());
      EXPECT_EQ(m.check().factors, check.factors);
    }
  }
}

TEST(AmgCheck, TellsThePrecisionOfTheLevels) {
  const auto a = suan::test::grid3d<double>(even(27), 3, suan::test::isotropic());
  EXPECT_EQ(Amg<double>(a).scalar(), "float32");
  EXPECT_EQ(Amg<double>(a, {.precision = "same"}).scalar(), "float64");
  const auto c = suan::test::grid3d<suan::Complex>(even(27), 3, suan::test::isotropic());
  EXPECT_EQ(Amg<suan::Complex>(c).scalar(), "complex64");
}

// Where everything counts as strong, aggregates are as wide across the direction of strong
// couplings as along it, and nothing smooths errors across.
TEST(AmgCheck, NamesLevelsThatHardlyContract) {
  const GlobalIndex n = 80;
  const GlobalIndex lines = 20;
  const auto layout = even(n * lines);
  const auto a =
      suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
        if (i >= n) row.add(i - n, -1e-3);
        if (i % n > 0) row.add(i - 1, -1);
        row.add(i, 2.002);
        if (i % n + 1 < n) row.add(i + 1, -1);
        if (i + n < n * lines) row.add(i + n, -1e-3);
      });
  const Amg<double> blind(a, {.theta = 0, .coarse_rows = 20, .smoother = "l1_jacobi"});
  const auto check = blind.check();
  EXPECT_GT(check.factors.front(), 0.9);
  ASSERT_FALSE(check.notes.empty());
  EXPECT_THAT(check.notes.front(), HasSubstr("level 0 hardly contracts"));
  EXPECT_THAT(check.notes.back(), HasSubstr("the lowest of these levels"));
  std::ostringstream text;
  text << check;
  EXPECT_THAT(text.str(), HasSubstr("level 0 hardly contracts"));
  EXPECT_LT(Amg<double>(a, {.coarse_rows = 20}).check().factors.front(), 0.6);
}

// Nothing of a constant is left in the residual, which must not be taken for a level that stalls.
TEST(AmgCheck, SingularMatricesContract) {
  const GlobalIndex n = 40;
  const auto layout = even(n);
  const auto a =
      suan::generate_rows<float>(layout, layout, [n](GlobalIndex i, RowWriter<float>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, i > 0 && i + 1 < n ? 2.0F : 1.0F);
        if (i + 1 < n) row.add(i + 1, -1);
      });
  const Amg<float> m(a, {.first_aggregates = "small", .coarse_rows = 5});
  EXPECT_THAT(m.check().factors, Each(Lt(0.6)));
}

TEST(AmgCheck, AggregatesAreThoseOfTheFinestLevel) {
  const GlobalIndex n = 9;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, suan::test::isotropic());
    const Amg<double> m(a, {.first_aggregates = "small", .coarse_rows = 20});
    const auto own = m.aggregates();
    ASSERT_EQ(own.size(), static_cast<std::size_t>(layout.local_size()));
    const auto expected = suan::aggregate(suan::strength(a, suan::make_nodes(a, 1), 0.08));
    const auto of = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), expected.of);
    for (std::size_t i = 0; i < own.size(); ++i) EXPECT_EQ(own[i], of(i));
    const auto all = everywhere(own);
    EXPECT_EQ(static_cast<GlobalIndex>(std::set(all.begin(), all.end()).size()),
              m.report().levels[1].rows);
  }
  const auto small = suan::test::grid3d<double>(even(27), 3, suan::test::isotropic());
  EXPECT_THAT(Amg<double>(small).aggregates(), Each(suan::Aggregates::none));
}

TEST(AmgCheck, RowsOfANodeHaveOneAggregate) {
  const suan::test::Cantilever beam{.x = 6, .y = 3, .z = 3};
  const auto a = beam.matrix();
  const auto modes =
      suan::rigid_body_modes<double>(a.row_layout(), 3, beam.coordinates(a.row_layout()));
  const Amg<double> m(a, modes, {.block_size = 3, .coarse_rows = 50});
  const auto of = m.aggregates();
  ASSERT_EQ(of.size(), static_cast<std::size_t>(a.row_layout().local_size()));
  for (std::size_t i = 0; i < of.size(); ++i) {
    EXPECT_EQ(of[i], of[i - i % 3]);
    EXPECT_GE(of[i], 0);
  }
}

}  // namespace
