// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The steps of classical multigrid: strength, splitting, interpolation.
#include <gmock/gmock.h>

#include "classical_cases.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Real;
using suan::multigrid::Splitting;
using suan::test::ClassicalLevel;
using suan::test::Row;
using testing::ElementsAre;

template <class T>
class ClassicalTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ClassicalTest, Scalars);

/// The strong columns of each row, on one rank.
std::vector<std::vector<LocalIndex>> strong_of(const std::vector<Row>& rows, double theta) {
  const auto layout = Layout::serial(static_cast<GlobalIndex>(rows.size()));
  const ClassicalLevel<double> level(suan::test::from_rows<double>(layout, rows), theta);
  const auto offsets = suan::test::to_host<suan::Offset>(level.graph.offsets);
  const auto neighbours = suan::test::to_host<LocalIndex>(level.graph.neighbours);
  std::vector<std::vector<LocalIndex>> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    result.emplace_back(neighbours.begin() + offsets[i], neighbours.begin() + offsets[i + 1]);
  }
  return result;
}

TEST(ClassicalStrength, CountsNegativeCouplingsBesideTheLargest) {
  const std::vector<Row> rows = {
      {{0, 6}, {1, -4}, {2, 5}, {3, -1}, {4, -0.99}},  // 1 is a quarter of 4, and 0.99 is less
      {{0, -1}, {1, 1}},
      {{0, 5}, {2, 6}},             // nothing negative
      {{0, -1}, {1, -8}, {3, 91}},  // a row sum of 82/91 of the diagonal: above 0.9
      {{0, -1}, {1, -8}, {4, 89}},  // 80/89: below
  };
  EXPECT_THAT(strong_of(rows, 0.25), ElementsAre(ElementsAre(1, 3), ElementsAre(0), ElementsAre(),
                                                 ElementsAre(), ElementsAre(1)));
  EXPECT_THAT(strong_of(rows, 0), ElementsAre(ElementsAre(1, 3, 4), ElementsAre(0), ElementsAre(),
                                              ElementsAre(), ElementsAre(0, 1)));
}

TEST(Splitting, IsThatOfItsDescription) {
  for (const std::uint32_t seed : {1u, 2u}) {
    const auto rows = suan::test::random_rows(300, seed);
    const auto expected =
        suan::test::reference_splitting(suan::test::strong_columns(rows, 0.25, 0.9));
    for (const auto& layout : suan::test::layouts(300)) {
      const ClassicalLevel<double> level(suan::test::from_rows<double>(layout, rows));
      EXPECT_EQ(level.fates(), expected);
      EXPECT_EQ(level.splitting.coarse.global_size(),
                1 + *std::max_element(expected.begin(), expected.end()));
    }
  }
}

TEST(Splitting, LeavesAboutAFifthOfAGrid) {
  const GlobalIndex n = 14;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, suan::test::isotropic());
    const auto fates = ClassicalLevel<double>(a).fates();
    const auto coarse = [&](GlobalIndex i) { return fates[static_cast<std::size_t>(i)] >= 0; };
    const auto coarse_beside = [&](GlobalIndex i) {
      int count = 0;
      for (const GlobalIndex step : {GlobalIndex{1}, n, n * n}) {
        if (i / step % n > 0) count += coarse(i - step) ? 1 : 0;
        if (i / step % n + 1 < n) count += coarse(i + step) ? 1 : 0;
      }
      return count;
    };
    GlobalIndex points = 0;
    GlobalIndex far = 0;
    for (GlobalIndex i = 0; i < n * n * n; ++i) {
      const int beside = coarse_beside(i);
      EXPECT_FALSE(coarse(i) && beside > 0);
      points += coarse(i) ? 1 : 0;
      far += !coarse(i) && beside == 0 ? 1 : 0;
    }
    EXPECT_GT(points, n * n * n / 7);  // what one per point and its neighbours would be
    EXPECT_LT(points, n * n * n / 4);
    EXPECT_LT(far, n * n * n / 12);  // others have a coarse point beside them
  }
}

// Coarse points three apart: two thirds of the nearer one and one third of the other.
TYPED_TEST(ClassicalTest, InterpolatesLinearlyBetweenPointsThreeApart) {
  using T = TypeParam;
  const GlobalIndex n = 10;
  std::vector<Row> rows;
  std::vector<GlobalIndex> fates;
  for (GlobalIndex i = 0; i < n; ++i) {
    Row row = {{i, 2}};
    if (i > 0) row[i - 1] = -1;
    if (i + 1 < n) row[i + 1] = -1;
    rows.push_back(row);
    fates.push_back(i % 3 == 0 ? i / 3 : Splitting::fine);
  }
  for (const auto& layout : suan::test::layouts(n)) {
    ClassicalLevel<T> level(suan::test::from_rows<T>(layout, rows));
    level.take(fates);
    const auto entries = suan::test::all_entries(level.interpolation());
    ASSERT_EQ(entries.size(), 16u);
    for (const auto& entry : entries) {
      const double distance = std::abs(static_cast<double>(entry.row - 3 * entry.column));
      EXPECT_LT(suan::test::magnitude(T(entry.value - T(static_cast<Real<T>>(1 - distance / 3)))),
                4 * std::numeric_limits<Real<T>>::epsilon());
    }
  }
}

/// The formula, with dense sums.
Row reference_row(const std::vector<Row>& rows, const std::vector<std::vector<GlobalIndex>>& strong,
                  const std::vector<GlobalIndex>& fates, GlobalIndex i) {
  const auto fate = [&](GlobalIndex j) { return fates[static_cast<std::size_t>(j)]; };
  const auto strong_of_row = [&](GlobalIndex j) -> const std::vector<GlobalIndex>& {
    return strong[static_cast<std::size_t>(j)];
  };
  const auto at = [&](GlobalIndex k, GlobalIndex l) {
    const auto& row = rows[static_cast<std::size_t>(k)];
    return row.count(l) > 0 ? row.at(l) : 0.0;
  };
  if (fate(i) >= 0) return {{fate(i), 1}};
  if (fate(i) == Splitting::decoupled) return {};
  Row near;
  for (const GlobalIndex j : strong_of_row(i)) {
    if (fate(j) >= 0) near[j] = 0;
    if (fate(j) != Splitting::fine) continue;
    for (const GlobalIndex l : strong_of_row(j)) {
      if (fate(l) >= 0) near[l] = 0;
    }
  }
  double diagonal = at(i, i);
  for (const auto& [j, value] : rows[static_cast<std::size_t>(i)]) {
    const bool is_strong = std::count(strong_of_row(i).begin(), strong_of_row(i).end(), j) > 0;
    if (j == i || fate(j) == Splitting::decoupled) continue;
    if (near.count(j) > 0) {
      near[j] += value;
      continue;
    }
    double sum = std::min(at(j, i), 0.0);
    for (const auto& [l, unused] : near) sum += std::min(at(j, l), 0.0);
    if (fate(j) != Splitting::fine || !is_strong || sum == 0) {
      diagonal += value;
      continue;
    }
    diagonal += value * std::min(at(j, i), 0.0) / sum;
    for (auto& [l, total] : near) total += value * std::min(at(j, l), 0.0) / sum;
  }
  Row result;
  for (const auto& [j, total] : near) result[fate(j)] = -total / diagonal;
  return result;
}

TYPED_TEST(ClassicalTest, AgreesWithTheFormula) {
  using T = TypeParam;
  const GlobalIndex n = 120;
  const auto rows = suan::test::random_rows(n, 7);
  const auto strong = suan::test::strong_columns(rows, 0.25, 0.9);
  const auto fates = suan::test::reference_splitting(strong);
  for (const auto& layout : suan::test::layouts(n)) {
    const ClassicalLevel<T> level(suan::test::from_rows<T>(layout, rows));
    const auto p = level.interpolation();
    std::size_t compared = 0;
    const auto entries = suan::test::all_entries(p);
    for (GlobalIndex i = 0; i < n; ++i) {
      double size = 1;
      const auto expected = reference_row(rows, strong, fates, i);
      for (const auto& [column, value] : expected) size += std::abs(value);
      for (const auto& [column, value] : expected) {
        ASSERT_LT(compared, entries.size());
        const auto& entry = entries[compared++];
        EXPECT_EQ(entry.row, i);
        EXPECT_EQ(entry.column, column);
        // Some dozen sums, and a denominator that cancellation leaves a tenth of its terms.
        EXPECT_LT(suan::test::magnitude(T(entry.value - T(static_cast<Real<T>>(value)))),
                  400 * size * std::numeric_limits<Real<T>>::epsilon());
      }
    }
    EXPECT_EQ(compared, entries.size());
  }
}

// Of a Hermitian matrix the mirror images of entries are as good as the entries.
TYPED_TEST(ClassicalTest, TakesMirrorImagesOfHermitianMatrices) {
  using T = TypeParam;
  const GlobalIndex n = 90;
  for (const auto& layout : suan::test::layouts(n)) {
    const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, auto& row) {
      for (const GlobalIndex step : {-7, -1, 0, 1, 7}) {
        const GlobalIndex j = i + step;
        if (j < 0 || j >= n) continue;
        const auto size = static_cast<Real<T>>(step == 0 ? -5 : 1 + (i + j) % 4);
        if constexpr (suan::is_complex<T>) {
          row.add(j, T(-size, step == 0 ? 0 : (step < 0 ? 0.25 : -0.25)));
        } else {
          row.add(j, -size);
        }
      }
    });
    const ClassicalLevel<T> level(a);
    EXPECT_EQ(suan::test::all_entries(level.interpolation({4, 0}, true)),
              suan::test::all_entries(level.interpolation({4, 0}, false)));
  }
}

// Where A maps constants to zero, P interpolates them, truncated or not.
TEST(ClassicalInterpolation, KeepsConstants) {
  const GlobalIndex n = 9;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, [n](GlobalIndex i, GlobalIndex j, int) {
      return i == j ? 0 : 1 + static_cast<double>((i + j) % 5);
    });
    const ClassicalLevel<double> level(a);
    for (const LocalIndex most : {1, 3, 4, 20, 1000}) {
      const auto p = level.interpolation({most, 0});
      suan::Vector<double> y(layout);
      p.apply(suan::ones(p.column_layout()), y);
      for (const double value : y.to_host()) EXPECT_NEAR(value, 1, 1e-13);
      std::map<GlobalIndex, LocalIndex> lengths;
      for (const auto& entry : suan::test::all_entries(p)) ++lengths[entry.row];
      for (const auto& [row, length] : lengths) EXPECT_LE(length, most);
    }
  }
}

TEST(ClassicalInterpolation, KeepsTheLargestEntries) {
  const auto rows = suan::test::random_rows(200, 3);
  for (const auto& layout : suan::test::layouts(200)) {
    const ClassicalLevel<double> level(suan::test::from_rows<double>(layout, rows));
    const auto full = suan::test::all_entries(level.interpolation());
    const auto cut = suan::test::all_entries(level.interpolation({3, 0.2}));
    std::size_t at = 0;
    for (std::size_t begin = 0; begin < full.size();) {
      std::size_t end = begin;
      while (end < full.size() && full[end].row == full[begin].row) ++end;
      std::vector<std::size_t> kept(end - begin);
      std::iota(kept.begin(), kept.end(), begin);
      const auto size = [&](std::size_t k) { return full[k].value * full[k].value; };
      std::stable_sort(kept.begin(), kept.end(),
                       [&](std::size_t k, std::size_t l) { return size(k) > size(l); });
      const double least = 0.2 * 0.2 * size(kept.front());
      if (kept.size() > 3) kept.resize(3);
      std::sort(kept.begin(), kept.end());
      for (const std::size_t k : kept) {
        if (size(k) < least) continue;
        ASSERT_LT(at, cut.size());
        EXPECT_EQ(cut[at].row, full[k].row);
        EXPECT_EQ(cut[at].column, full[k].column);
        ++at;
      }
      begin = end;
    }
    EXPECT_EQ(at, cut.size());
  }
}

TYPED_TEST(ClassicalTest, HasTheBitsOfOneRank) {
  using T = TypeParam;
  const GlobalIndex n = 7;
  const auto rough = [](GlobalIndex i, GlobalIndex j, int) {
    return 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17));
  };
  const auto grid_level = [&](const Layout& layout) {
    return ClassicalLevel<T>(suan::test::grid3d<T>(layout, n, rough));
  };
  const auto random = suan::test::random_rows(n * n * n, 5);
  const auto random_level = [&](const Layout& layout) {
    return ClassicalLevel<T>(suan::test::from_rows<T>(layout, random));
  };
  const auto serial = Layout::serial(n * n * n);
  for (const LocalIndex most : {4, 1000}) {
    // On one rank communication reaches nobody else: everywhere() is for the others.
    const auto on_grid = grid_level(serial).interpolation({most, 0});
    const auto at_random = random_level(serial).interpolation({most, 0});
    for (const auto& layout : suan::test::layouts(n * n * n)) {
      const auto compare = [&](const auto& one, const auto& several) {
        const auto found = suan::test::all_entries(several);
        const auto host = suan::test::to_host(one.local());
        ASSERT_EQ(found.size(), host.values.size());
        for (std::size_t k = 0; k < found.size(); ++k) {
          EXPECT_EQ(found[k].column, host.indices[k]);
          EXPECT_EQ(found[k].value, host.values[k]);
        }
      };
      compare(on_grid, grid_level(layout).interpolation({most, 0}));
      compare(at_random, random_level(layout).interpolation({most, 0}));
    }
  }
}

}  // namespace
