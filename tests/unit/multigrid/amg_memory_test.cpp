// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory of multigrid, counted in all allocations: what was forecast, and what happens where
// less is allowed, or there.
#include <gmock/gmock.h>

#include <fstream>
#include <iostream>

#include "amg_cases.hpp"
#include "core/pooled.hpp"
#include "elasticity_case.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/vector/blas1.hpp"
#include "support/counted_memory.hpp"
#include "support/little_memory.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::MultiVector;
using suan::Vector;
using suan::test::bytes;
using suan::test::even;
using suan::test::peak;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct Problem {
  DistributedMatrix<double> a;
  MultiVector<double> near_null{};
};

Amg<double> make(const Problem& problem, const AmgOptions& options) {
  return problem.near_null.columns() > 0 ? Amg<double>(problem.a, problem.near_null, options)
                                         : Amg<double>(problem.a, options);
}

Problem grid(GlobalIndex n, const std::function<double(GlobalIndex, GlobalIndex, int)>& coupling) {
  return {suan::test::grid3d<double>(even(n * n * n), n, coupling)};
}

/// The Laplacian with 27 points.
Problem box(GlobalIndex n) {
  const auto layout = even(n * n * n);
  return {
      suan::generate_rows<double>(layout, layout, [n](GlobalIndex i, suan::RowWriter<double>& row) {
        for (GlobalIndex dz = -1; dz <= 1; ++dz) {
          for (GlobalIndex dy = -1; dy <= 1; ++dy) {
            for (GlobalIndex dx = -1; dx <= 1; ++dx) {
              const GlobalIndex x = i % n + dx;
              const GlobalIndex y = i / n % n + dy;
              const GlobalIndex z = i / n / n + dz;
              if (x < 0 || x >= n || y < 0 || y >= n || z < 0 || z >= n) continue;
              const GlobalIndex j = x + n * (y + n * z);
              row.add(j, j == i ? 26 : -1);
            }
          }
        }
      })};
}

Problem convection(GlobalIndex n) {
  const auto layout = even(n * n * n);
  return {
      suan::generate_rows<double>(layout, layout, [n](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i >= n * n) row.add(i - n * n, -1.5);
        if (i / n % n > 0) row.add(i - n, -2);
        if (i % n > 0) row.add(i - 1, -3);
        row.add(i, 9.5);
        if (i % n + 1 < n) row.add(i + 1, -1);
        if (i / n % n + 1 < n) row.add(i + n, -1);
        if (i + n * n < n * n * n) row.add(i + n * n, -1);
      })};
}

Problem elasticity() {
  const suan::test::Cantilever beam{20, 12, 12};
  auto a = beam.matrix();
  const auto& rows = a.row_layout();
  auto modes = suan::rigid_body_modes<double>(rows, 3, beam.coordinates(rows));
  return {std::move(a), std::move(modes)};
}

/// Of all ranks together.
struct Counted {
  double hierarchy;
  double peak;
  double pooled;  // what products keep for the next one, whose it is
};

/// With the vectors that the first use makes.
template <class Make>
Counted count(const Make& set_up) {
  const auto pooled = suan::detail::kept_bytes();
  const std::int64_t before = bytes;
  peak = before;
  const auto amg = set_up();
  const std::int64_t highest = peak;
  const auto& rows = amg.row_layout();
  const auto and_vectors = [&] {
    const std::int64_t now = bytes;
    const Vector<double> b(rows);
    Vector<double> x(rows);
    const std::int64_t own = bytes - now;
    amg.apply(b, x);
    return bytes - own;
  }();
  const auto& comm = rows.comm();
  const auto more = static_cast<double>(suan::detail::kept_bytes() - pooled);
  return {comm.sum(static_cast<double>(and_vectors - before) - more),
          comm.sum(static_cast<double>(highest - before)), comm.sum(more)};
}

/// Twice the share of rows that a rank knows of others: their lists are not counted, and how many
/// products fetch is known only then. Rows are few here.
double share_of_ghosts(const DistributedMatrix<double>& a) {
  const std::int64_t ghosts = a.exchange().map()->ghosts();
  return 2 * static_cast<double>(a.comm().sum(ghosts)) / static_cast<double>(a.global_rows());
}

/// Within 15 % of what was counted, and `more`.
void expect_near(std::int64_t forecast, double counted, const char* what,
                 const DistributedMatrix<double>& a, double more = 0) {
  EXPECT_NEAR(static_cast<double>(forecast), counted, (0.15 + share_of_ghosts(a)) * counted + more)
      << what;
}

void expect_forecast(const char* name, const Problem& problem, AmgOptions options = {}) {
  SCOPED_TRACE(name);
  options.coarse_rows = 60;
  suan::AmgReport report;
  const auto counted = count([&] {
    auto amg = make(problem, options);
    report = amg.report();
    return amg;
  });
  expect_near(report.forecast.peak, counted.peak, "peak", problem.a, counted.pooled);
  expect_near(report.forecast.hierarchy, counted.hierarchy, "hierarchy", problem.a);
  expect_near(report.memory.hierarchy, counted.hierarchy, "hierarchy as made", problem.a);
  if (testing::Test::HasFailure() && problem.a.comm().is_root()) std::cout << report;
}

TEST(AmgMemory, IsForecast) {
  constexpr GlobalIndex n = 32;
  expect_forecast("7 points", grid(n, suan::test::isotropic()));
  expect_forecast("27 points", box(n));
  expect_forecast("anisotropic",
                  grid(n, [](GlobalIndex, GlobalIndex, int d) { return d == 0 ? 1000.0 : 1.0; }));
  // In blocks of 4^3 cells, with harmonic means between them.
  const auto stiffness = [](GlobalIndex cell) {
    const auto block = cell % n / 4 * 7 + cell / n % n / 4 * 13 + cell / n / n / 4 * 29;
    return block % 5 < 2 ? 1e6 : 1.0;
  };
  expect_forecast("jumps", grid(n, [=](GlobalIndex i, GlobalIndex j, int) {
                    return 2 / (1 / stiffness(i) + 1 / stiffness(j));
                  }));
  expect_forecast("convection", convection(n));
  expect_forecast("elasticity", elasticity(), {.block_size = 3});
  expect_forecast("in double precision", grid(n, suan::test::isotropic()), {.precision = "same"});
  expect_forecast("not smoothed", grid(n, suan::test::isotropic()),
                  {.cycle = "k", .smooth_prolongator = false});
  expect_forecast("classical", grid(n, suan::test::isotropic()), {.coarsening = "classical"});
}

TEST(AmgMemory, ABudgetIsKept) {
  const auto problem = grid(24, suan::test::isotropic());
  AmgOptions options{.first_aggregates = "small", .coarse_rows = 60};
  const auto usual = make(problem, options).report();
  AmgOptions cheap = options;
  cheap.smooth_prolongator = false;
  cheap.cycle = "k";
  const auto least = make(problem, cheap).report().forecast.peak;
  ASSERT_LT(static_cast<double>(least), 0.9 * static_cast<double>(usual.forecast.peak));
  const auto has_note = Contains(HasSubstr("to need less memory"));
  options.memory = usual.forecast.peak + 1;
  EXPECT_THAT(make(problem, options).report().notes, testing::Not(has_note));
  AmgOptions large = options;
  large.first_aggregates = "large";
  options.memory = make(problem, large).report().forecast.peak + 1;
  ASSERT_LT(options.memory, usual.forecast.peak);
  EXPECT_THAT(make(problem, options).report().notes,
              Contains(AllOf(HasSubstr("first level are large"), HasSubstr("memory allows"))));
  options.memory = least + 1;
  suan::AmgReport report;
  const auto counted = count([&] {
    auto amg = make(problem, options);
    report = amg.report();
    EXPECT_LE(suan::test::iterations<double>(problem.a, amg), 60);
    EXPECT_TRUE(amg.varies());
    return amg;
  });
  EXPECT_THAT(report.notes, Contains(AllOf(HasSubstr("not smoothed"), HasSubstr("memory allows"))));
  EXPECT_LE(static_cast<double>(report.forecast.peak), static_cast<double>(options.memory));
  expect_near(report.forecast.hierarchy, counted.hierarchy, "hierarchy", problem.a);

  // Classical multigrid coarsens faster.
  options = {.coarsening = "classical", .coarse_rows = 60};
  const auto classical = make(problem, options).report();
  options.memory = classical.forecast.peak * 19 / 20;
  const auto cheaper = make(problem, options).report();
  EXPECT_THAT(cheaper.notes, Contains(HasSubstr("aggressive_levels")));
  EXPECT_LT(cheaper.levels[1].rows, classical.levels[1].rows);
}

// On all ranks alike, and without harm to what there is.
TEST(AmgMemory, IsRefusedWithTheNumbers) {
  const auto problem = grid(16, suan::test::isotropic());
  for (const char* precision : {"auto", "single", "same"}) {
    for (const char* coarsening : {"aggregation", "classical"}) {
      const AmgOptions options{.coarsening = coarsening, .precision = precision, .memory = 1 << 14};
      EXPECT_THAT(
          [&] { make(problem, options); },
          ThrowsMessage<suan::OutOfMemory>(
              AllOf(HasSubstr("would need about"), HasSubstr("memory allows"), HasSubstr("KiB"))));
    }
  }
  EXPECT_THROW(make(problem, {.memory = -1}), suan::InvalidArgument);
  EXPECT_GT(suan::test::iterations<double>(problem.a, make(problem, {})), 0);
}

// Memory that ends on one rank, wherever in the set-up that is, ends the set-up on all; what was
// there before works as before, and so does the next set-up.
TEST(AmgMemory, LittleOnOneRankIsAnErrorOnAll) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the limit is the host's";
  if (!std::ifstream("/proc/self/statm")) GTEST_SKIP() << "there is no /proc/self/statm here";
  const auto problem = grid(64, suan::test::isotropic());
  const AmgOptions options{.coarse_rows = 60};
  auto amg = make(problem, options);
  const auto x = suan::random_vector(problem.a.row_layout(), 1);
  Vector<double> before(problem.a.row_layout());
  Vector<double> after(problem.a.row_layout());
  amg.apply(x, before);
  // The first rank has the coarse levels, the last one none.
  for (const int rank : {0, problem.a.comm().size() - 1}) {
    int failed = 0;
    for (const std::size_t mib : {1, 4, 12, 24}) {
      const suan::test::LittleMemory little(mib, rank);
      try {
        make(problem, options);
      } catch (const suan::OutOfMemory&) {
        ++failed;
      }
      try {
        amg.update(problem.a);
      } catch (const suan::OutOfMemory&) {
        ++failed;
      }
    }
    EXPECT_GT(failed, 2) << rank;
    EXPECT_EQ(problem.a.comm().max(failed), failed) << rank;
  }
  amg.apply(x, after);
  EXPECT_EQ(after.to_host(), before.to_host());
  amg.update(problem.a);
  amg.apply(x, after);
  EXPECT_EQ(after.to_host(), before.to_host());
}

}  // namespace
