// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/amg.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Real;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using suan::test::iterations;
using testing::AllOf;
using testing::HasSubstr;
using testing::Le;

template <class T>
class AmgTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(AmgTest, Scalars);

TYPED_TEST(AmgTest, SolvesPoisson) {
  using T = TypeParam;
  const GlobalIndex n = 16;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    const Amg<T> m(a, {.coarse_rows = 50});
    EXPECT_LT(m.report().operator_complexity(), 1.8);
    EXPECT_GE(m.report().levels.size(), 3u);
    const auto count = iterations(a, m);
    EXPECT_THAT(count, AllOf(testing::Gt(0), Le(16)));
  }
}

// The cycle must be Hermitian and positive definite, or CG is not legal.
template <class T>
void expect_hermitian_and_positive(const std::string& precision, double eps) {
  const GlobalIndex n = 10;
  const auto a = suan::test::grid3d<T>(even(n * n * n), n, suan::test::isotropic());
  const Amg<T> m(a, {.coarse_rows = 20, .precision = precision});
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const auto x = suan::random_vector<T>(a.row_layout(), seed);
    const auto y = suan::random_vector<T>(a.row_layout(), seed + 100);
    Vector<T> mx(a.row_layout());
    Vector<T> my(a.row_layout());
    m.apply(x, mx);
    m.apply(y, my);
    const T left = suan::dot(x, my);
    const T right = suan::dot(mx, y);
    const auto scale = static_cast<double>(suan::norm2(x) * suan::norm2(my));
    EXPECT_LT(suan::test::magnitude(T(left - right)), 100 * eps * scale);
    EXPECT_GT(suan::real_part(suan::dot(x, mx)), 0);
    // y = alpha M x + beta y
    auto z = y;
    m.apply(T(2), x, T(-1), z);
    suan::axpby(T(2), mx, T(-1), my = y);
    suan::axpby(T(-1), my, T(1), z);
    EXPECT_LT(suan::norm_inf(z), 100 * eps * scale);
  }
}

TYPED_TEST(AmgTest, ItsCycleIsHermitianAndPositive) {
  using T = TypeParam;
  expect_hermitian_and_positive<T>("same", std::numeric_limits<Real<T>>::epsilon());
  expect_hermitian_and_positive<T>("single", std::numeric_limits<float>::epsilon());
}

void expect_the_same_on_any_number_of_ranks(const std::string& precision, double tolerance) {
  const GlobalIndex n = 14;
  const auto rough = [](GlobalIndex i, GlobalIndex j, int) {
    return 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17));
  };
  // Gauss-Seidel's blocks are those of the ranks.
  const AmgOptions options{.coarse_rows = 30, .precision = precision, .smoother = "l1_jacobi"};
  const auto serial = Layout::serial(n * n * n);
  const auto on_one = suan::test::grid3d<double>(serial, n, rough);
  const Amg<double> one(on_one, options);
  Vector<double> expected(serial);
  one.apply(suan::random_vector(serial, 3), expected);
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const Amg<double> m(suan::test::grid3d<double>(layout, n, rough), options);
    ASSERT_EQ(m.report().levels.size(), one.report().levels.size());
    for (std::size_t k = 0; k < m.report().levels.size(); ++k) {
      EXPECT_EQ(m.report().levels[k].rows, one.report().levels[k].rows);
      EXPECT_EQ(m.report().levels[k].entries, one.report().levels[k].entries);
      // Of all entries and sums that it comes from.
      EXPECT_EQ(m.report().levels[k].radius, one.report().levels[k].radius);
    }
    Vector<double> y(layout);
    m.apply(suan::random_vector(layout, 3), y);
    const auto all = suan::test::everywhere(y.to_host());
    const auto reference = expected.to_host();
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], reference[i], tolerance);
  }
}

TEST(Amg, IsTheSameOnAnyNumberOfRanks) {
  expect_the_same_on_any_number_of_ranks("same", 1e-12);
  expect_the_same_on_any_number_of_ranks("single", 1e-5);
}

TEST(Amg, FollowsStrongDirections) {
  const GlobalIndex n = 16;
  const auto anisotropic = [](GlobalIndex, GlobalIndex, int d) { return d == 2 ? 100.0 : 1.0; };
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, anisotropic);
  EXPECT_THAT(iterations<double>(a, Amg<double>(a, {.coarse_rows = 100})), Le(22));
}

TEST(Amg, SolvesWithCoefficientsThatJump) {
  const GlobalIndex n = 16;
  const auto jumps = [n](GlobalIndex i, GlobalIndex j, int) {
    const auto stiff = [n](GlobalIndex k) {
      return (k % n / 4 + k / n % n / 4 + k / n / n / 4) % 2 == 0;
    };
    return stiff(i) && stiff(j) ? 1e6 : (stiff(i) || stiff(j) ? 2.0 : 1.0);
  };
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, jumps);
  EXPECT_THAT(iterations<double>(a, Amg<double>(a, {.coarse_rows = 100})), Le(30));
}

TEST(Amg, SolvesElasticityWithRigidBodyModes) {
  const suan::test::Cantilever beam{.x = 8, .y = 8, .z = 8};
  const auto a = beam.matrix();
  const auto modes =
      suan::rigid_body_modes<double>(a.row_layout(), 3, beam.coordinates(a.row_layout()));
  const AmgOptions options{.block_size = 3, .coarse_rows = 100};
  const Amg<double> with_modes(a, modes, options);
  const Amg<double> translations(a, options);
  const auto count = iterations<double>(a, with_modes);
  EXPECT_THAT(count, Le(30));
  EXPECT_LT(count, iterations<double>(a, translations));
  // Units of the vectors do not matter.
  auto scaled = modes;
  for (suan::LocalIndex j = 0; j < modes.columns(); ++j) {
    auto column = modes.column(j);
    suan::scale(std::pow(10.0, 40 * j - 100), column);
    scaled.set_column(j, column);
  }
  EXPECT_EQ(iterations<double>(a, Amg<double>(a, scaled, options)), count);
}

TEST(Amg, SolvesWithEverySmoother) {
  const GlobalIndex n = 12;
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, suan::test::isotropic());
  for (const char* smoother :
       {"l1_jacobi", "spai0", "chebyshev", "gauss_seidel", "multicolor_gauss_seidel", "ilu0"}) {
    const Amg<double> m(a, {.first_aggregates = "small", .coarse_rows = 50, .smoother = smoother});
    EXPECT_EQ(m.report().levels.front().smoother, smoother);
    EXPECT_THAT(iterations<double>(a, m), Le(16)) << smoother;
  }
}

// Neumann's problem in two pieces that are not connected: singular on each.
TEST(Amg, SolvesConsistentSingularSystems) {
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
      const Amg<double> m(a, {.coarse_rows = 10});
      Vector<double> b(layout);
      a.apply(suan::random_vector(layout, 5), b);
      Vector<double> x(layout);
      const auto report = suan::Cg<double>({.rtol = 1e-8}).solve(a, m, b, x);
      EXPECT_TRUE(report.converged()) << suan::to_string(report.reason);
      EXPECT_LT(report.iterations, 60);
      EXPECT_EQ(suan::first_not_finite(x), -1);
    }
  }
}

TEST(Amg, PrintsATable) {
  const auto a = suan::test::grid3d<double>(even(12 * 12 * 12), 12, suan::test::isotropic());
  std::ostringstream out;
  out << Amg<double>(a, {.coarse_rows = 50}).report();
  EXPECT_THAT(out.str(), AllOf(HasSubstr("1728"), HasSubstr("chebyshev"), HasSubstr("ldl"),
                               HasSubstr("operator complexity")));
}

TEST(Amg, IsKnownByName) {
  const auto a = suan::test::grid3d<double>(even(8 * 8 * 8), 8, suan::test::isotropic());
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::SolveOptions options;
  options.preconditioner = {"amg", AmgOptions{.coarse_rows = 40, .smoother = "spai0"}};
  const auto report = suan::solve(a, b, x, options);
  EXPECT_TRUE(report.converged());
  EXPECT_LT(report.iterations, 20);
}

TEST(Amg, SmallAndEmptyMatrices) {
  for (const GlobalIndex n : {GlobalIndex{0}, GlobalIndex{1}, GlobalIndex{5}}) {
    const auto layout = even(n);
    const auto a = suan::generate_rows<double>(
        layout, layout, [](GlobalIndex i, RowWriter<double>& row) { row.add(i, 4); });
    const Amg<double> m(a);
    const auto x = suan::ones(layout);
    Vector<double> y(layout);
    m.apply(x, y);
    for (const double value : y.to_host()) EXPECT_DOUBLE_EQ(value, 0.25);
  }
}

TEST(Amg, TakesSeveralVectorsAsEachOfThem) {
  const GlobalIndex n = 10;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, suan::test::isotropic());
    const Amg<double> m(a, {.coarse_rows = 50, .precision = "same"});
    const MultiVector<double> none(layout, 0);
    MultiVector<double> result(layout, 0);
    Amg<double>(a).apply(none, result);
    for (const suan::LocalIndex columns : {0, 1, 3}) {
      MultiVector<double> x(layout, columns);
      MultiVector<double> y(layout, columns);
      for (suan::LocalIndex j = 0; j < columns; ++j) {
        x.set_column(j, suan::random_vector(layout, static_cast<std::uint64_t>(j)));
        y.set_column(j, suan::random_vector(layout, static_cast<std::uint64_t>(j) + 10));
      }
      auto sum = y;
      m.apply(x, y);
      m.apply(2.0, x, -1.0, sum);
      for (suan::LocalIndex j = 0; j < columns; ++j) {
        Vector<double> one(layout);
        m.apply(x.column(j), one);
        auto difference = y.column(j);
        suan::axpy(-1.0, one, difference);
        EXPECT_LT(suan::norm_inf(difference), 1e-13);
        auto sum_of_one = suan::random_vector(layout, static_cast<std::uint64_t>(j) + 10);
        m.apply(2.0, x.column(j), -1.0, sum_of_one);
        suan::axpy(-1.0, sum.column(j), sum_of_one);
        EXPECT_LT(suan::norm_inf(sum_of_one), 1e-13);
      }
    }
  }
}

}  // namespace
