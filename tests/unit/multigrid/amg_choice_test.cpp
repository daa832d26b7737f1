// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What multigrid chooses by itself, what it leaves to the user, and what it says it cannot do.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::RowWriter;
using suan::test::even;
using suan::test::iterations;
using testing::Contains;
using testing::HasSubstr;
using testing::Le;
using testing::ThrowsMessage;

double hashed(GlobalIndex k) {
  auto z = static_cast<std::uint64_t>(k) * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return static_cast<double>((z ^ (z >> 27)) >> 11) * 0x1p-53;
}

/// Entries of a row in any order.
template <class T, class Fill>
DistributedMatrix<T> from_rows(const Layout& layout, const Fill& fill) {
  return suan::generate_rows<T>(layout, layout, [&](GlobalIndex i, RowWriter<T>& row) {
    std::map<GlobalIndex, double> entries;
    fill(i, entries);
    for (const auto& [j, value] : entries) row.add(j, T(static_cast<suan::Real<T>>(value)));
  });
}

/// The Laplacian of a graph whose vertices have edges to three earlier ones, most of them to a few
/// of the first; a tenth of the diagonal is added to it.
template <class T>
DistributedMatrix<T> graph_with_hubs(const Layout& layout) {
  const auto n = static_cast<std::size_t>(layout.global_size());
  std::vector<std::vector<GlobalIndex>> neighbours(n);
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t e = 0; e < 4; ++e) {
      const double u = hashed(static_cast<GlobalIndex>(4 * i + e));
      const auto j = static_cast<std::size_t>(static_cast<double>(i) * u * u * u);
      neighbours[i].push_back(static_cast<GlobalIndex>(j));
      neighbours[j].push_back(static_cast<GlobalIndex>(i));
    }
  }
  for (auto& list : neighbours) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return from_rows<T>(layout, [&](GlobalIndex i, std::map<GlobalIndex, double>& row) {
    const auto& list = neighbours[static_cast<std::size_t>(i)];
    for (const GlobalIndex j : list) row[j] = -1;
    row[i] = 1.1 * static_cast<double>(list.size());
  });
}

template <class T>
class AmgChoiceTest : public testing::Test {};
using ChoiceScalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AmgChoiceTest, ChoiceScalars);

TYPED_TEST(AmgChoiceTest, HubsOfGraphsStayOut) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(4000)) {
    const auto a = graph_with_hubs<T>(layout);
    const Amg<T> m(a, {.coarse_rows = 100});
    EXPECT_TRUE(m.options().coarsening == "aggregation");
    EXPECT_FALSE(m.options().smooth_prolongator);
    EXPECT_THAT(m.report().notes, Contains(HasSubstr("times the mean number of entries")));
    EXPECT_LT(m.report().operator_complexity(), 2);
    EXPECT_THAT(iterations(a, m), Le(12));
    const auto of = m.aggregates();
    if (layout.first() == 0 && !of.empty()) {
      EXPECT_EQ(of[0], -1);
    }
    // What was named stays, whatever it costs.
    const Amg<T> named(
        a, {.coarsening = "aggregation", .first_aggregates = "small", .coarse_rows = 100});
    EXPECT_TRUE(named.options().smooth_prolongator);
    EXPECT_GT(named.report().operator_complexity(), 2);
  }
}

// A row that is connected to all others makes no level dense, whatever the way.
TEST(AmgChoice, AFullRowStaysOutOfTheAggregates) {
  const GlobalIndex n = 40;
  for (const auto& layout : suan::test::layouts(n * n + 1)) {
    const auto a =
        from_rows<double>(layout, [=](GlobalIndex i, std::map<GlobalIndex, double>& row) {
          if (i == n * n) {
            for (GlobalIndex j = 0; j < n * n; ++j) row[j] = -0.01;
            row[i] = 0.01 * n * n + 1;
            return;
          }
          if (i % n > 0) row[i - 1] = -1;
          if (i % n + 1 < n) row[i + 1] = -1;
          if (i >= n) row[i - n] = -1;
          if (i + n < n * n) row[i + n] = -1;
          row[i] = static_cast<double>(row.size()) + 0.011;
          row[n * n] = -0.01;
        });
    const Amg<double> m(a, {.coarse_rows = 50});
    EXPECT_TRUE(m.options().smooth_prolongator);
    EXPECT_LT(m.report().operator_complexity(), 2);
    EXPECT_THAT(iterations(a, m), Le(20));
  }
}

/// Bilinear elements on n^2 points, for a conductivity of 1 along the diagonal of the cells and
/// `across` it. Most entries to points along the other diagonal are positive.
DistributedMatrix<double> tilted(GlobalIndex n, double across) {
  const auto layout = even(n * n);
  const double mean = 0.5 * (1 + across);
  const double mixed = 0.5 * (1 - across);
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    for (GlobalIndex dy = -1; dy <= 1; ++dy) {
      for (GlobalIndex dx = -1; dx <= 1; ++dx) {
        const GlobalIndex x = i % n + dx;
        const GlobalIndex y = i / n + dy;
        if (x < 0 || y < 0 || x >= n || y >= n) continue;
        const double stiff[] = {8.0 / 3, -1.0 / 3, -1.0 / 3};
        row.add(x + n * y, mean * stiff[std::abs(dx) + std::abs(dy)] -
                               0.5 * mixed * static_cast<double>(dx * dy));
      }
    }
  });
}

TEST(AmgChoice, PositiveEntriesAreNoStrongConnections) {
  const auto a = tilted(60, 1e-3);
  const Amg<double> m(a, {.coarse_rows = 100});
  EXPECT_THAT(m.report().notes, Contains(HasSubstr("positive entries beside the diagonal")));
  // With the coarse points that no other point needs.
  const Amg<double> sparing(a, {.coarsening = "classical", .coarse_rows = 100});
  EXPECT_GT(m.report().levels[1].rows, sparing.report().levels[1].rows);
  EXPECT_LT(iterations<double>(a, m), iterations<double>(a, sparing));
  const Amg<double> by_aggregation(a, {.coarsening = "aggregation", .coarse_rows = 100});
  EXPECT_EQ(by_aggregation.options().strength, "signed");
  const Amg<double> absolute(
      a, {.coarsening = "aggregation", .strength = "absolute", .coarse_rows = 100});
  EXPECT_EQ(absolute.options().strength, "absolute");
  EXPECT_LE(iterations<double>(a, by_aggregation), iterations<double>(a, absolute) + 2);
  // Longer rows.
  const Amg<double> beam(suan::test::Cantilever{.x = 8, .y = 4, .z = 4}.matrix());
  EXPECT_TRUE(beam.options().coarsening == "aggregation");
  EXPECT_EQ(beam.options().strength, "signed");
  // Not of a Laplacian.
  const Amg<double> usual(suan::poisson2d<double>(60, 60), {.coarse_rows = 100});
  EXPECT_TRUE(usual.options().coarsening == "aggregation");
  EXPECT_EQ(usual.options().strength, "absolute");
}

TEST(AmgChoice, WhatWasGivenDecides) {
  const auto a = tilted(36, 1e-3);  // on 1 to 4 ranks whole nodes of 2 rows
  const auto chosen = [&](const AmgOptions& options) {
    return Amg<double>(a, options).options().coarsening.type();
  };
  EXPECT_EQ(chosen({.coarsening = "aggregation"}), "aggregation");
  EXPECT_EQ(chosen({.coarsening = "classical"}), "classical");
  EXPECT_EQ(chosen({.theta = 0.1}), "aggregation");
  EXPECT_EQ(chosen({.strength = "absolute"}), "aggregation");
  EXPECT_EQ(chosen({.block_size = 2}), "aggregation");
  EXPECT_EQ(chosen({.smooth_prolongator = false}), "aggregation");
  EXPECT_EQ(chosen({.first_aggregates = "small"}), "aggregation");
  EXPECT_EQ(chosen({.relaxed_vectors = 1}), "aggregation");
  const Amg<double> m(a, suan::constant_vectors<double>(a.row_layout(), 1));
  EXPECT_TRUE(m.options().coarsening == "aggregation");
  EXPECT_THAT(m.report().notes, Contains(HasSubstr("near null space were given")));
}

// Large ones on the first level where rows are short, and not where there are several vectors.
TEST(AmgChoice, OfTheSizeOfAggregates) {
  const GlobalIndex n = 24;
  const auto a = suan::test::grid3d<double>(suan::test::layouts(n * n * n).front(), n,
                                            suan::test::isotropic());
  const auto with = [&a](const char* size) {
    return Amg<double>(a, {.first_aggregates = size, .coarse_rows = 100});
  };
  const auto large = with("auto");
  const auto is_noted = Contains(HasSubstr("aggregates of the first level are large"));
  EXPECT_THAT(large.report().notes, is_noted);
  EXPECT_EQ(large.report().levels[1].rows, with("large").report().levels[1].rows);
  const auto small = with("small");
  EXPECT_THAT(small.report().notes, testing::Not(is_noted));
  EXPECT_LT(2 * large.report().levels[1].rows, small.report().levels[1].rows);
  EXPECT_LE(iterations<double>(a, large), iterations<double>(a, small) + 4);
  const Amg<double> modes(a, suan::constant_vectors<double>(a.row_layout(), 2), {});
  EXPECT_THAT(modes.report().notes, testing::Not(is_noted));
}

TEST(AmgChoice, NodesAreMentioned) {
  const auto layout =
      Layout::from_local_size(Layout::even(300, even(1).comm()).local_size() * 2, even(1).comm());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        for (GlobalIndex v = i / 2 - 1; v <= i / 2 + 1; ++v) {
          if (v < 0 || v >= 300) continue;
          for (GlobalIndex j = 2 * v; j < 2 * v + 2; ++j) row.add(j, i == j ? 6 : -1);
        }
      });
  EXPECT_THAT(Amg<double>(a).report().notes, Contains(HasSubstr("nodes of 2 unknowns")));
  EXPECT_THAT(Amg<double>(a, {.block_size = 2}).report().notes,
              testing::Not(Contains(HasSubstr("nodes of"))));
}

TEST(AmgChoice, OptionsThatTheCoarseningCannotUseAreRefused) {
  const auto a = suan::poisson2d<double>(10, 10);
  const auto with = [&](const AmgOptions& options) { return [=] { Amg<double>(a, options); }; };
  EXPECT_THAT(
      with({.coarsening = "classical", .strength = "signed"}),
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("strength signed is for aggregation")));
  EXPECT_THAT(with({.coarsening = "classical", .smooth_prolongator = false}),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("smooth_prolongator")));
  EXPECT_THAT(with({.coarsening = "classical", .first_aggregates = "large"}),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("first_aggregates")));
  EXPECT_THAT(with({.coarsening = "classical", .relaxed_vectors = 2}),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("relaxed_vectors")));
  EXPECT_THAT(with({.strength = "signed", .relaxed_vectors = 1}),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("1 vectors of the near null space")));
  EXPECT_THAT(with({.strength = "signed", .block_size = 2}),
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("block_size is 2")));
}

TEST(AmgChoice, SaysWhatItCannotDo) {
  const GlobalIndex n = 60;
  const auto layout = even(n);
  // Waves: -u'' - k^2 u, which is negative for u = 1.
  const auto waves =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, 2 - 0.1);
        if (i + 1 < n) row.add(i + 1, -1);
      });
  EXPECT_THAT([&] { Amg<double> m(waves); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("as in Helmholtz problems")));
  // Constraints in every third row.
  const auto saddle =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i % 3 < 2) row.add(i, 2);
        if (i % 3 < 2) row.add(i - i % 3 + 2, 1);
        if (i % 3 == 2) row.add(i - 2, 1);
        if (i % 3 == 2) row.add(i - 1, 1);
      });
  EXPECT_THAT([&] { Amg<double> m(saddle); }, ThrowsMessage<suan::InvalidArgument>(
                                                  HasSubstr("20 of 60 diagonal entries are zero")));
  // Not Hermitian: allowed, and said.
  const auto upwind =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -2);
        row.add(i, 1.9);
      });
  EXPECT_THAT(Amg<double>(upwind).report().notes, Contains(HasSubstr("Hermitian part")));
  // Singular, and said.
  const auto ring =
      from_rows<double>(layout, [](GlobalIndex i, std::map<GlobalIndex, double>& row) {
        row[(i + n - 1) % n] = -1;
        row[i] = 2;
        row[(i + 1) % n] = -1;
      });
  EXPECT_THAT(Amg<double>(ring).report().notes, Contains(HasSubstr("A is singular")));
}

// Strength "auto" would be signed there, which is for one vector.
TEST(AmgChoice, RelaxedVectorsAreNoScalarProblem) {
  const GlobalIndex n = 400;
  const auto a = from_rows<double>(suan::test::layouts(n).front(),
                                   [=](GlobalIndex i, std::map<GlobalIndex, double>& row) {
                                     row[i] = 4;
                                     for (const GlobalIndex d : {1, 2}) {
                                       const double value = d == 1 ? -1.0 : 0.6;
                                       if (i >= d) row[i - d] = value;
                                       if (i + d < n) row[i + d] = value;
                                     }
                                   });
  const Amg<double> scalar(a, {.coarsening = "aggregation", .coarse_rows = 20});
  ASSERT_EQ(scalar.options().strength, "signed");
  const Amg<double> m(a, {.relaxed_vectors = 2, .coarse_rows = 20});
  EXPECT_EQ(m.options().strength, "absolute");
  EXPECT_GT(iterations<double>(a, m), 0);
}

}  // namespace
