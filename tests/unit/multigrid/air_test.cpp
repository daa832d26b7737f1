// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Approximate ideal restriction: its parts, and whole hierarchies.
#include <gmock/gmock.h>

#include <set>

#include "../preconditioners/smoother_cases.hpp"
#include "amg_cases.hpp"
#include "classical_cases.hpp"
#include "multigrid/air_filter.hpp"
#include "multigrid/air_interpolation.hpp"
#include "multigrid/air_restriction.hpp"
#include "multigrid/fc_jacobi.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/solvers/gmres.hpp"

namespace {

using suan::AirOptions;
using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Real;
using suan::RowWriter;
using suan::Vector;
using suan::multigrid::NearlyIdeal;
using suan::test::all_entries;
using suan::test::ClassicalLevel;
using suan::test::even;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Points = std::set<GlobalIndex>;

/// The fine points within the distance of a coarse one.
Points near_points_of(GlobalIndex i, LocalIndex distance,
                      const std::vector<std::vector<GlobalIndex>>& strong,
                      const std::vector<GlobalIndex>& fates) {
  Points found;
  const auto is_fine = [&](GlobalIndex j) { return fates[static_cast<std::size_t>(j)] < 0; };
  for (const GlobalIndex j : strong[static_cast<std::size_t>(i)]) {
    if (!is_fine(j)) continue;
    found.insert(j);
    for (const GlobalIndex k : strong[static_cast<std::size_t>(j)]) {
      if (distance > 1 && is_fine(k)) found.insert(k);
    }
  }
  return found;
}

template <class T>
class AirTest : public testing::Test {};
using AirScalars = testing::Types<float, double, suan::ComplexFloat, suan::Complex>;
TYPED_TEST_SUITE(AirTest, AirScalars);

TYPED_TEST(AirTest, CoarseRowsAreFreeOfThePointsThatTheyReach) {
  using T = TypeParam;
  const GlobalIndex n = 90;
  const auto rows = suan::test::random_rows(n, 5);
  const auto strong = suan::test::strong_columns(rows, 0.25, 1);
  for (const auto& layout : suan::test::layouts(n)) {
    const ClassicalLevel<T> level(suan::test::from_rows<T>(layout, rows), 0.25, 1);
    const auto fates = level.fates();
    for (const auto& options : {NearlyIdeal{1, 100}, NearlyIdeal{2, 100}, NearlyIdeal{2, 3}}) {
      const auto r =
          suan::multigrid::ideal_restriction(level.a, level.graph, level.splitting, options);
      ASSERT_EQ(r.global_rows(), level.splitting.coarse.global_size());
      std::vector<Points> reached(static_cast<std::size_t>(r.global_rows()));
      std::vector<T> own(reached.size());
      for (const auto& entry : all_entries(r)) {
        const auto at = static_cast<std::size_t>(entry.row);
        const bool is_own = fates[static_cast<std::size_t>(entry.column)] == entry.row;
        if (is_own) own[at] = entry.value;
        if (!is_own) reached[at].insert(entry.column);
      }
      const double eps = std::numeric_limits<Real<T>>::epsilon();
      for (const auto& entry : all_entries(suan::multiply(r, level.a))) {
        if (reached[static_cast<std::size_t>(entry.row)].count(entry.column) == 0) continue;
        EXPECT_LT(suan::test::magnitude(entry.value), 2000 * eps);
      }
      for (GlobalIndex i = 0; i < n; ++i) {
        const GlobalIndex number = fates[static_cast<std::size_t>(i)];
        if (number < 0) continue;
        const auto at = static_cast<std::size_t>(number);
        EXPECT_EQ(own[at], T(1));
        const auto all = near_points_of(i, options.distance, strong, fates);
        if (options.most >= 100) {
          EXPECT_EQ(reached[at], all);
        } else {
          EXPECT_LE(reached[at].size(), 3u);  // fewer where the solution has zeros
          EXPECT_TRUE(
              std::includes(all.begin(), all.end(), reached[at].begin(), reached[at].end()));
        }
      }
    }
  }
}

TYPED_TEST(AirTest, RestrictionAndInterpolationHaveTheSameBitsOnAnyNumberOfRanks) {
  using T = TypeParam;
  const GlobalIndex n = 200;
  const auto rows = suan::test::random_rows(n, 8);
  const auto made = [&](const Layout& layout) {
    const ClassicalLevel<T> level(suan::test::from_rows<T>(layout, rows), 0.25, 1);
    const auto r =
        suan::multigrid::ideal_restriction(level.a, level.graph, level.splitting, {2, 5});
    const auto p = suan::multigrid::one_point_interpolation(level.a, level.graph, level.splitting);
    return std::pair(all_entries(r), all_entries(p));
  };
  // On a communicator of its own each rank has all rows; what it adds to the others' is the same.
  const ClassicalLevel<T> whole(suan::test::from_rows<T>(Layout::serial(n), rows), 0.25, 1);
  const auto r = suan::multigrid::ideal_restriction(whole.a, whole.graph, whole.splitting, {2, 5});
  const auto p = suan::multigrid::one_point_interpolation(whole.a, whole.graph, whole.splitting);
  const auto ranks = static_cast<std::size_t>(suan::Communicator::world().size());
  for (const auto& layout : suan::test::layouts(n)) {
    const auto [restriction, interpolation] = made(layout);
    const auto expected_r = all_entries(r);
    const auto expected_p = all_entries(p);
    ASSERT_EQ(restriction.size() * ranks, expected_r.size());
    ASSERT_EQ(interpolation.size() * ranks, expected_p.size());
    for (std::size_t k = 0; k < restriction.size(); ++k) {
      EXPECT_EQ(restriction[k], expected_r[k * ranks]);
    }
    for (std::size_t k = 0; k < interpolation.size(); ++k) {
      EXPECT_EQ(interpolation[k], expected_p[k * ranks]);
    }
  }
}

// 0 - 3 is a chain in which 1 and 3 see no coarse point; 4 sees two, 5 is alone.
TEST(OnePointInterpolation, ByHand) {
  const std::vector<suan::test::Row> rows = {{{0, 2}, {1, -1}},
                                             {{0, -1}, {1, 2}},
                                             {{1, -1}, {2, 2}},
                                             {{2, -1}, {3, 2}},
                                             {{0, -1}, {1, -0.5}, {4, 2}},
                                             {{5, 1}},
                                             {{0, -1}, {4, -2}, {6, 3}}};
  ClassicalLevel<double> level(suan::test::from_rows<double>(even(7), rows), 0.1, 1);
  level.take({0, -1, -1, -1, 1, -2, -1});
  const auto p = suan::multigrid::one_point_interpolation(level.a, level.graph, level.splitting);
  std::vector<std::pair<GlobalIndex, GlobalIndex>> found;
  for (const auto& entry : all_entries(p)) {
    EXPECT_EQ(entry.value, 1);
    found.emplace_back(entry.row, entry.column);
  }
  // Point 3 is three steps away from a coarse one.
  EXPECT_THAT(found, testing::ElementsAre(std::pair(0, 0), std::pair(1, 0), std::pair(2, 0),
                                          std::pair(4, 1), std::pair(6, 1)));
}

// In row 0 two entries go; in row 1 they would take more than half of the diagonal; row 2 has no
// diagonal entry.
TYPED_TEST(AirTest, SmallEntriesAreAddedToTheDiagonal) {
  using T = TypeParam;
  const std::vector<suan::test::Row> rows = {{{0, 4}, {1, -0.375}, {2, -2}, {3, 0.25}},
                                             {{0, -0.25}, {1, 0.5}, {2, -0.125}, {3, -2}},
                                             {{0, -2}, {1, 0.25}},
                                             {{3, 1}}};
  for (const auto& layout : suan::test::layouts(4)) {
    const auto a = suan::test::from_rows<T>(layout, rows);
    const auto found = all_entries(suan::multigrid::lumped(a, 0.25));
    std::vector<suan::test::Row> left(4);
    for (const auto& entry : found) {
      left[static_cast<std::size_t>(entry.row)][entry.column] =
          static_cast<double>(suan::real_part(entry.value));
    }
    EXPECT_EQ(left[0], (suan::test::Row{{0, 3.875}, {2, -2}}));
    for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_EQ(left[i], rows[i]);
  }
}

template <class T>
suan::test::MakeSmoother<T> fc_jacobi(std::int64_t sweeps) {
  return [=](const DistributedMatrix<T>& a) {
    std::vector<GlobalIndex> fates(static_cast<std::size_t>(a.global_rows()),
                                   suan::multigrid::Splitting::fine);
    GlobalIndex number = 0;
    for (std::size_t i = 0; i < fates.size(); i += 3) fates[i] = number++;
    ClassicalLevel<T> level(a, 0.25, 1);
    level.take(fates);
    return std::make_unique<suan::multigrid::FcJacobi<T>>(a, level.splitting, sweeps);
  };
}

TYPED_TEST(AirTest, FcJacobiKeepsWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(fc_jacobi<TypeParam>(2));
  suan::test::expect_smoother<TypeParam>(fc_jacobi<TypeParam>(1));
}

// Of 1-D upwind differences, whose rows dominate: two sweeps over fine points, then one over
// coarse ones, without damping.
TEST(FcJacobi, ByHand) {
  const auto layout = Layout::serial(5);
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, 2);
  });
  ClassicalLevel<double> level(a, 0.25, 1);
  level.take({0, -1, -1, 1, -1});
  const suan::multigrid::FcJacobi<double> smoother(a, level.splitting, 2);
  const auto b = Vector<double>::from_host(layout, std::vector<double>{4, 4, 4, 4, 4});
  Vector<double> x(layout);
  smoother.smooth(b, x, suan::Guess::zero);
  EXPECT_EQ(x.to_host(), (std::vector<double>{2, 2, 3, 3.5, 2}));
  smoother.smooth_adjoint(b, x, suan::Guess::zero);
  EXPECT_EQ(x.to_host(), (std::vector<double>{2, 3, 3.5, 2, 3}));
}

/// Upwind differences of diffusion `epsilon` and a flow, on n x n points. Without a flow in a
/// circle it goes along (2, 1).
template <class T>
DistributedMatrix<T> upwind(const Layout& layout, GlobalIndex n, double epsilon, bool circle) {
  const double h = 1.0 / static_cast<double>(n + 1);
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex k, RowWriter<T>& out) {
    const double x = static_cast<double>(k % n + 1) * h;
    const double y = static_cast<double>(k / n + 1) * h;
    const double along_x = circle ? 4 * x * (x - 1) * (1 - 2 * y) * h : 2 * h;
    const double along_y = circle ? -4 * y * (y - 1) * (1 - 2 * x) * h : h;
    const double south = epsilon + std::max(along_y, 0.0);
    const double west = epsilon + std::max(along_x, 0.0);
    const double east = epsilon + std::max(-along_x, 0.0);
    const double north = epsilon + std::max(-along_y, 0.0);
    const auto value = [](double number) { return T(static_cast<Real<T>>(number)); };
    if (k >= n && south > 0) out.add(k - n, value(-south));
    if (k % n > 0 && west > 0) out.add(k - 1, value(-west));
    out.add(k, value(south + west + east + north));
    if (k % n < n - 1 && east > 0) out.add(k + 1, value(-east));
    if (k < n * n - n && north > 0) out.add(k + n, value(-north));
  });
}

template <class T>
std::int64_t air_iterations(const DistributedMatrix<T>& a, const suan::Operator<T>& m) {
  const auto b = suan::ones<T>(a.row_layout());
  Vector<T> x(a.row_layout());
  suan::GmresOptions options;
  options.krylov.rtol = std::is_same_v<Real<T>, float> ? 1e-4 : 1e-8;
  options.krylov.max_iterations = 200;
  const auto report = suan::Gmres<T>(options).solve(a, m, b, x);
  EXPECT_TRUE(report.converged()) << suan::to_string(report.reason) << report.detail;
  return report.iterations;
}

AmgOptions with_air(const AirOptions& air = {}) {
  return {.coarsening = {"air", air}, .coarse_rows = 50};
}

TYPED_TEST(AirTest, SolvesConvection) {
  using T = TypeParam;
  const GlobalIndex n = 48;
  for (const auto& layout : suan::test::layouts(n * n)) {
    for (const std::int64_t distance : {1, 2}) {
      const auto a = upwind<T>(layout, n, 0, false);
      const Amg<T> m(a, with_air({.distance = distance}));
      EXPECT_GE(m.report().levels.size(), 3u);
      EXPECT_LT(m.report().operator_complexity(), 3);
      EXPECT_LE(air_iterations(a, m), distance == 2 ? 15 : 22);
    }
  }
}

// Smoothed aggregation takes up to 80.
TEST(Air, SolvesFlowsInACircleWithAnyDiffusion) {
  const GlobalIndex n = 64;
  for (const double epsilon : {1.0, 1e-2, 1e-3, 1e-5}) {
    const auto a = upwind<double>(even(n * n), n, epsilon, true);
    Amg<double> m(a, with_air());
    EXPECT_THAT(m.report().notes, testing::Contains(HasSubstr("nearly ideal")));
    EXPECT_EQ(m.report().levels.front().smoother, "fc_jacobi");
    const auto made = air_iterations(a, m);
    EXPECT_LE(made, 40) << epsilon;
    EXPECT_THAT(m.update(a), HasSubstr("coarse points were kept"));
    EXPECT_EQ(air_iterations(a, m), made) << epsilon;
  }
}

TEST(Air, TakesTheSmootherThatIsNamed) {
  const GlobalIndex n = 40;
  const auto a = upwind<double>(even(n * n), n, 1e-2, true);
  auto options = with_air();
  options.smoother = "gauss_seidel";
  const Amg<double> m(a, options);
  EXPECT_EQ(m.report().levels.front().smoother, "gauss_seidel");
  EXPECT_LE(air_iterations(a, m), 40);
}

TEST(Air, CyclesOtherThanV) {
  const GlobalIndex n = 32;
  const auto a = upwind<double>(even(n * n), n, 1e-3, true);
  auto options = with_air();
  const auto with_v = air_iterations(a, Amg<double>(a, options));
  for (const char* cycle : {"w", "f", "k"}) {
    options.cycle = cycle;
    EXPECT_LE(air_iterations(a, Amg<double>(a, options)), with_v + 1) << cycle;
  }
}

TEST(Air, LevelsAreTheSameOnAnyNumberOfRanks) {
  const GlobalIndex n = 40;
  auto options = with_air();
  options.precision = "same";
  const auto serial = Layout::serial(n * n);
  const Amg<double> one(upwind<double>(serial, n, 1e-3, true), options);
  Vector<double> expected(serial);
  one.apply(suan::random_vector(serial, 3), expected);
  const auto host = expected.to_host();
  for (const auto& layout : suan::test::layouts(n * n)) {
    const Amg<double> m(upwind<double>(layout, n, 1e-3, true), options);
    ASSERT_EQ(m.report().levels.size(), one.report().levels.size());
    for (std::size_t k = 0; k < m.report().levels.size(); ++k) {
      EXPECT_EQ(m.report().levels[k].rows, one.report().levels[k].rows);
      EXPECT_EQ(m.report().levels[k].entries, one.report().levels[k].entries);
    }
    Vector<double> x(layout);
    m.apply(suan::random_vector(layout, 3), x);
    const auto found = x.gather();
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i], host[i], 1e-10 * (1 + std::abs(host[i])));
    }
  }
}

TEST(Air, RefusesWhatItIsNotFor) {
  const auto world = suan::Communicator::world();
  const auto hermitian = suan::poisson2d<double>(20, 20, world);
  EXPECT_THAT([&] { Amg<double>(hermitian, with_air()); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("not Hermitian")));
  const GlobalIndex n = 20;
  const auto a = upwind<double>(even(n * n), n, 0.1, true);
  auto options = with_air();
  options.block_size = 2;
  if (world.size() == 1 || n * n % (2 * world.size()) == 0) {
    EXPECT_THAT([&] { Amg<double>(a, options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("block_size is 2")));
  }
  suan::MultiVector<double> other(a.row_layout(), 1);
  other.set_column(0, suan::random_vector(a.row_layout(), 1));
  EXPECT_THAT([&] { Amg<double>(a, other, with_air()); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("cannot use another one")));
  EXPECT_THAT([&] { Amg<double>(a, with_air({.distance = 3})); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("distance")));
  // What it was set up for stays.
  Amg<double> m(a, with_air());
  EXPECT_THROW(m.update(suan::poisson2d<double>(20, 20, world)), suan::InvalidArgument);
  EXPECT_LE(air_iterations(a, m), 40);
}

}  // namespace
