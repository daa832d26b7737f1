// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Whole hierarchies of classical multigrid.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/solve.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::ClassicalOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Real;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using suan::test::iterations;
using testing::AllOf;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::ThrowsMessage;

template <class T>
class ClassicalAmgTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ClassicalAmgTest, Scalars);

// The counts of prototypes (one block of Gauss-Seidel, up to 128^3 points) are 12 and 13.
TYPED_TEST(ClassicalAmgTest, SolvesPoisson) {
  using T = TypeParam;
  const GlobalIndex n = 16;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    const Amg<T> m(a, {.coarsening = "classical", .coarse_rows = 50});
    EXPECT_LT(m.report().operator_complexity(), 2.3);
    EXPECT_GE(m.report().levels.size(), 3u);
    EXPECT_THAT(iterations(a, m), AllOf(Gt(0), Le(14)));
  }
}

TEST(ClassicalAmg, SolvesWithA27PointStencil) {
  const auto a = suan::poisson3d_27pt<double>(14, 14, 14, suan::Communicator::world());
  const Amg<double> m(a, {.coarsening = "classical", .coarse_rows = 50});
  EXPECT_THAT(iterations<double>(a, m), Le(12));
}

TEST(ClassicalAmg, FollowsStrongDirections) {
  const GlobalIndex n = 16;
  const auto anisotropic = [](GlobalIndex, GlobalIndex, int d) { return d == 2 ? 1000.0 : 1.0; };
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, anisotropic);
  const Amg<double> m(a, {.coarsening = "classical", .coarse_rows = 100});
  EXPECT_THAT(iterations<double>(a, m), Le(12));
}

/// A coupling from the coefficients of two cells.
template <class Coefficient>
auto between(const Coefficient& coefficient) {
  return [coefficient](GlobalIndex i, GlobalIndex j, int) {
    const double left = coefficient(i);
    const double right = coefficient(j);
    return 2 * left * right / (left + right);
  };
}

TEST(ClassicalAmg, SolvesWithCoefficientsThatJump) {
  const GlobalIndex n = 16;
  const auto jumps = between([n](GlobalIndex k) {
    return (k % n / 4 + k / n % n / 4 + k / n / n / 4) % 2 == 0 ? 1e6 : 1.0;
  });
  const auto log_normal = between([](GlobalIndex k) {
    const auto one = [](std::uint64_t bits) { return 0.5 * (1 + suan::detail::unit(bits)); };
    const auto seed = suan::detail::mixed(static_cast<std::uint64_t>(k));
    const double radius = std::sqrt(-2 * std::log(1 - one(seed)));
    return std::exp(2 * radius * std::cos(2 * M_PI * one(suan::detail::mixed(seed))));
  });
  const auto layout = even(n * n * n);
  for (const auto& a : {suan::test::grid3d<double>(layout, n, jumps),
                        suan::test::grid3d<double>(layout, n, log_normal)}) {
    const Amg<double> m(a, {.coarsening = "classical", .coarse_rows = 100});
    EXPECT_THAT(iterations<double>(a, m), Le(14));
    const Amg<double> aggregated(a, {.coarse_rows = 100});
    EXPECT_LT(iterations<double>(a, m), iterations<double>(a, aggregated));
  }
}

// The cycle must be Hermitian and positive definite, or CG is not legal.
TYPED_TEST(ClassicalAmgTest, ItsCycleIsHermitianAndPositive) {
  using T = TypeParam;
  const GlobalIndex n = 10;
  const double eps = std::numeric_limits<Real<T>>::epsilon();
  const auto a = suan::test::grid3d<T>(even(n * n * n), n, suan::test::isotropic());
  const Amg<T> m(a, {.coarsening = "classical", .coarse_rows = 20, .precision = "same"});
  const auto x = suan::random_vector<T>(a.row_layout(), 1);
  const auto y = suan::random_vector<T>(a.row_layout(), 2);
  Vector<T> mx(a.row_layout());
  Vector<T> my(a.row_layout());
  m.apply(x, mx);
  m.apply(y, my);
  const T difference = suan::dot(x, my) - suan::dot(mx, y);
  EXPECT_LT(suan::test::magnitude(difference),
            100 * eps * static_cast<double>(suan::norm2(x) * suan::norm2(my)));
  EXPECT_GT(suan::real_part(suan::dot(x, mx)), 0);
}

TEST(ClassicalAmg, IsTheSameOnAnyNumberOfRanks) {
  const GlobalIndex n = 14;
  const auto rough = [](GlobalIndex i, GlobalIndex j, int) {
    return 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17));
  };
  for (const std::int64_t aggressive : {0, 1}) {
    const AmgOptions options{
        .coarsening = {"classical", ClassicalOptions{.aggressive_levels = aggressive}},
        .coarse_rows = 30,
        .precision = "same",
        .smoother = "l1_jacobi"};  // Gauss-Seidel's blocks are those of the ranks
    const auto serial = Layout::serial(n * n * n);
    const Amg<double> one(suan::test::grid3d<double>(serial, n, rough), options);
    Vector<double> expected(serial);
    one.apply(suan::random_vector(serial, 3), expected);
    for (const auto& layout : suan::test::layouts(n * n * n)) {
      const Amg<double> m(suan::test::grid3d<double>(layout, n, rough), options);
      ASSERT_EQ(m.report().levels.size(), one.report().levels.size());
      for (std::size_t k = 0; k < m.report().levels.size(); ++k) {
        const auto& level = m.report().levels[k];
        EXPECT_EQ(level.rows, one.report().levels[k].rows);
        EXPECT_EQ(level.entries, one.report().levels[k].entries);
        EXPECT_EQ(level.interpolation_entries, one.report().levels[k].interpolation_entries);
      }
      Vector<double> y(layout);
      m.apply(suan::random_vector(layout, 3), y);
      const auto all = suan::test::everywhere(y.to_host());
      const auto reference = expected.to_host();
      for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], reference[i], 1e-12);
    }
  }
}

TEST(ClassicalAmg, CoarsensAggressively) {
  const GlobalIndex n = 16;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, suan::test::isotropic());
    const Amg<double> usual(a, {.coarsening = "classical", .coarse_rows = 50});
    const Amg<double> m(a, {.coarsening = {"classical", ClassicalOptions{.aggressive_levels = 1}},
                            .coarse_rows = 50});
    EXPECT_GT(m.report().levels[0].rows, 8 * m.report().levels[1].rows);
    EXPECT_LT(m.report().operator_complexity(), 1.6);
    EXPECT_LE(m.report().levels[0].interpolation_entries, 4 * n * n * n);
    EXPECT_THAT(iterations<double>(a, m), Le(25));
    EXPECT_LT(usual.report().levels[0].rows, 5 * usual.report().levels[1].rows);
  }
}

/// Two Laplacians of different directions in turns, coupled with `coupling` on the diagonal block.
DistributedMatrix<double> two_unknowns(const Layout& layout, GlobalIndex n, double coupling) {
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    const GlobalIndex point = i / 2;
    const bool second = i % 2 == 1;
    const double along_x = second ? 1 : 100;
    const double along_y = second ? 100 : 1;
    if (point / n > 0) row.add(i - 2 * n, -along_y);
    if (point % n > 0) row.add(i - 2, -along_x);
    if (second) row.add(i - 1, coupling);
    row.add(i, 262);
    if (!second) row.add(i + 1, coupling);
    if (point % n + 1 < n) row.add(i + 2, -along_x);
    if (point / n + 1 < n) row.add(i + 2 * n, -along_y);
  });
}

// Couplings between unknowns change neither the points nor the weights.
TEST(ClassicalAmg, TreatsUnknownsOneByOne) {
  const GlobalIndex n = 24;
  for (const auto& layout : suan::test::layouts(2 * n * n, 2)) {
    const AmgOptions options{
        .coarsening = "classical", .block_size = 2, .coarse_rows = 20, .precision = "same"};
    const Amg<double> alone(two_unknowns(layout, n, 0), options);
    const auto a = two_unknowns(layout, n, -30);
    const Amg<double> coupled(a, options);
    EXPECT_EQ(coupled.report().levels[1].rows, alone.report().levels[1].rows);
    EXPECT_EQ(coupled.report().levels[0].interpolation_entries,
              alone.report().levels[0].interpolation_entries);
    // The couplings are half of what the unknowns have beside their neighbours: without them the
    // condition is 3 times what it would be, some 7.
    EXPECT_THAT(iterations<double>(a, coupled), Le(24));
  }
}

TEST(ClassicalAmg, UpdatesForOtherValuesKeepTheCoarsePoints) {
  const GlobalIndex n = 10;
  const auto scaled = [](double factor) {
    return [factor](GlobalIndex i, GlobalIndex j, int) {
      return factor * (1 + 0.1 * std::sin(static_cast<double>(i + j)));
    };
  };
  const auto along = [](GlobalIndex, GlobalIndex, int d) { return d == 2 ? 1.0 : 1e-3; };
  for (const std::int64_t aggressive : {0, 1}) {
    for (const auto& layout : suan::test::layouts(n * n * n)) {
      const auto a = suan::test::grid3d<double>(layout, n, scaled(1));
      const auto other = suan::test::grid3d<double>(layout, n, scaled(1024));
      const AmgOptions options{
          .coarsening = {"classical", ClassicalOptions{.aggressive_levels = aggressive}},
          .coarse_rows = 50,
          .precision = "same"};
      Amg<double> m(a, options);
      const auto before = m.report();
      EXPECT_THAT(m.update(other), HasSubstr("coarse points were kept"));
      Vector<double> y(layout);
      Vector<double> z(layout);
      const auto x = suan::random_vector(layout, 1);
      m.apply(x, y);
      Amg<double>(other, options).apply(x, z);
      EXPECT_EQ(y.to_host(), z.to_host());
      // Of other directions: the same points, which are not the best.
      const auto turned = suan::test::grid3d<double>(layout, n, along);
      m.update(turned);
      const auto needed = iterations<double>(turned, m);
      EXPECT_GT(needed, 0);
      EXPECT_LE(needed, 60);
      if (layout.comm().size() > 1) {
        const auto serial = suan::Layout::serial(n * n * n);
        Amg<double> on_one(suan::test::grid3d<double>(serial, n, scaled(1)), options);
        const auto alone = suan::test::grid3d<double>(serial, n, along);
        on_one.update(suan::test::grid3d<double>(serial, n, scaled(1024)));
        on_one.update(alone);
        EXPECT_EQ(iterations<double>(alone, on_one), needed);
      }
      for (std::size_t k = 0; k < before.levels.size(); ++k) {
        EXPECT_EQ(m.report().levels[k].rows, before.levels[k].rows);
      }
    }
  }
}

TEST(ClassicalAmg, SolvesConsistentSingularSystems) {
  const GlobalIndex n = 900;
  for (const GlobalIndex cut : {GlobalIndex{7}, GlobalIndex{450}}) {
    for (const auto& layout : suan::test::layouts(n)) {
      const auto a =
          suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
            const bool left = i > 0 && i != cut;
            const bool right = i + 1 < n && i + 1 != cut;
            if (left) row.add(i - 1, -1);
            row.add(i, (left ? 1 : 0) + (right ? 1 : 0));
            if (right) row.add(i + 1, -1);
          });
      const Amg<double> m(a, {.coarsening = "classical", .coarse_rows = 10});
      Vector<double> b(layout);
      a.apply(suan::random_vector(layout, 5), b);
      Vector<double> x(layout);
      const auto report = suan::Cg<double>({.rtol = 1e-8}).solve(a, m, b, x);
      EXPECT_TRUE(report.converged()) << suan::to_string(report.reason);
      EXPECT_LT(report.iterations, 30);
    }
  }
}

TEST(ClassicalAmg, OnlySmoothsRowsThatDominate) {
  const auto layout = even(3000);
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, 50);
        if (i < 2999) row.add(i + 1, -1);
      });
  const Amg<double> m(a, {.coarsening = "classical"});
  EXPECT_EQ(m.report().levels.size(), 1u);
  EXPECT_THAT(m.report().notes, testing::Contains(HasSubstr("depend strongly on no others")));
  const ClassicalOptions none{.max_row_sum = 1};
  EXPECT_GT(Amg<double>(a, {.coarsening = {"classical", none}}).report().levels.size(), 1u);
}

TEST(ClassicalAmg, SolvesConvectionDiffusion) {
  const auto a = suan::convection_diffusion2d<double>(40, 40, 10, suan::Communicator::world());
  const Amg<double> m(a, {.coarsening = "classical", .coarse_rows = 100});
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = suan::Gmres<double>(suan::GmresOptions{}).solve(a, m, b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_LT(report.iterations, 40);
}

TEST(ClassicalAmg, IsKnownByName) {
  const auto a = suan::test::grid3d<double>(even(8 * 8 * 8), 8, suan::test::isotropic());
  const auto b = suan::ones(a.row_layout());
  suan::SolveOptions options;
  suan::SolveOptions::table().parse(options, {{"preconditioner", "amg"},
                                              {"coarsening", "classical"},
                                              {"theta", "0.5"},
                                              {"max-entries", "5"},
                                              {"coarse_rows", "40"}});
  Vector<double> x(a.row_layout());
  EXPECT_TRUE(suan::solve(a, b, x, options).converged());
  EXPECT_THAT(
      [&] {
        suan::SolveOptions::table().parse(options, {{"aggressive_levels", "-1"}});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("aggressive_levels")));
}

TEST(ClassicalAmg, RefusesWhatItCannotUse) {
  const auto layout = even(30);
  const auto matrix = [&](double diagonal) {
    return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
      if (i > 0) row.add(i - 1, -1);
      row.add(i, i == 17 ? diagonal : 2);
      if (i < 29) row.add(i + 1, -1);
    });
  };
  const AmgOptions options{.coarsening = "classical", .coarse_rows = 5};
  for (const double diagonal : {0.0, -3.0, std::nan("")}) {
    EXPECT_THAT([&] { Amg<double>(matrix(diagonal), options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 17")));
  }
  EXPECT_THAT([&] { Amg<double>(matrix(0.01), options); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
  const auto a = matrix(2);
  MultiVector<double> vectors(layout, 1);
  vectors.set_column(0, suan::generate<double>(
                            layout, [](GlobalIndex i) { return 1 + static_cast<double>(i % 2); }));
  EXPECT_THAT([&] { Amg<double>(a, vectors, options); },
              ThrowsMessage<suan::InvalidArgument>(
                  AllOf(HasSubstr("near null space"), HasSubstr("aggregation"))));
  MultiVector<double> two(layout, 2);
  two.set_column(0, suan::ones(layout));
  two.set_column(1, suan::ones(layout));
  EXPECT_THAT([&] { Amg<double>(a, two, options); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("near null space")));
  // Constants in any scaling are what it uses.
  vectors.set_column(0, suan::generate<double>(layout, [](GlobalIndex) { return -1e100; }));
  EXPECT_NO_THROW(Amg<double>(a, vectors, options));
  EXPECT_THAT([&] { Amg<double>(a, {.coarsening = "classic"}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("classical")));
  AmgOptions wrong;
  wrong.coarsening.set("max_entries", std::int64_t{4});
  EXPECT_THAT([&] { Amg<double>(a, wrong); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("max_entries")));
  EXPECT_THAT(
      [&] {
        Amg<double>(a, {.coarsening = {"classical", ClassicalOptions{.max_entries = 0}}});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("max_entries")));
}

}  // namespace
