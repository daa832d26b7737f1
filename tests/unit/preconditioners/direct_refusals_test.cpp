// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the direct solver refuses and reports.
#include <sstream>

#include "direct_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/gmres.hpp"

namespace {

using suan::Communicator;
using suan::Direct;
using suan::GlobalIndex;
using suan::InvalidArgument;
using suan::RowWriter;
using suan::Vector;
using suan::test::error_of;
using suan::test::even;
using suan::test::expect_solves;
using suan::test::hashed;
using suan::test::unsymmetric;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Direct, WithoutRows) {
  SUAN_NEEDS_MUMPS();
  const auto layout = even(0);
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex, RowWriter<double>&) {});
  const Direct<double> m(a);
  Vector<double> x(layout);
  m.apply(suan::ones(layout), x);
  EXPECT_EQ(m.determinant().mantissa * 2.0, 1.0);
  EXPECT_EQ(m.inertia().positive, 0);
  std::ostringstream out;
  out << m.report();
  EXPECT_THAT(out.str(), HasSubstr("without rows"));
}

TEST(Direct, EachOrdering) {
  SUAN_NEEDS_MUMPS();
  const auto a = suan::poisson2d<double>(20, 20, Communicator::world());
  for (const std::string ordering : {"auto", "amd", "amf", "qamd", "pord", "metis", "scotch"}) {
    SCOPED_TRACE(ordering);
    try {
      const Direct<double> m(a, {.ordering = ordering});
      EXPECT_TRUE(ordering == "auto" || m.report().ordering == ordering);
      expect_solves(a, m);
    } catch (const suan::NotSupported& error) {
      EXPECT_THAT(ordering, testing::AnyOf("pord", "metis", "scotch"));
      EXPECT_THAT(error.what(), AllOf(HasSubstr("no ordering"), HasSubstr(ordering)));
    }
  }
  EXPECT_THROW(Direct<double>(a, {.ordering = "best"}), InvalidArgument);
}

TEST(Direct, NamesRowsOfSingularMatrices) {
  SUAN_NEEDS_MUMPS();
  const auto layout = even(30);
  // The Laplacian of a path, without boundary; pivots are exact.
  const auto path = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, i == 0 || i == 29 ? 1 : 2);
    if (i < 29) row.add(i + 1, -1);
  });
  for (const std::string symmetry : {"symmetric", "general"}) {
    EXPECT_THAT([&] { Direct<double>(path, {.symmetry = symmetry}); },
                ThrowsMessage<InvalidArgument>(
                    AllOf(HasSubstr("singular to rounding: row "), HasSubstr("one_solution"))));
    const Direct<double> m(path, {.symmetry = symmetry, .singular = "one_solution"});
    EXPECT_EQ(m.report().null_pivots, 1);
    EXPECT_EQ(m.determinant().mantissa, 0.0);
    Vector<double> b(layout);
    path.apply(suan::random_vector(layout, 3), b);  // consistent
    Vector<double> x(layout);
    m.apply(b, x);
    EXPECT_LE(error_of(path, b, x), 1e-12);
    if (symmetry == "symmetric") {
      EXPECT_EQ(m.inertia().positive, 29);
      EXPECT_EQ(m.inertia().zero, 1);
    }
  }
}

TEST(Direct, SingularByStructure) {
  SUAN_NEEDS_MUMPS();
  const auto layout = even(24);
  const auto with = [&](GlobalIndex zero_row, GlobalIndex zero_column) {
    return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
      for (GlobalIndex j = 0; j < 24; ++j) {
        if (i == zero_row || j == zero_column) continue;
        if (i == j || j == (5 * i + 2) % 24) row.add(j, 1.0 + hashed(i, j, 1) / 4);
      }
    });
  };
  EXPECT_THAT([&] { Direct<double>(with(17, -1)); },
              ThrowsMessage<InvalidArgument>(HasSubstr("row 17 of A is zero")));
  EXPECT_THAT([&] { Direct<double>(with(-1, 11)); },
              ThrowsMessage<InvalidArgument>(HasSubstr("singular")));
  // Rows 0, 1 and 2 have entries in columns 0 and 1 alone.
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i < 3) {
      row.add(0, 2.0 + static_cast<double>(i));
      row.add(1, 3.0 - static_cast<double>(i * i));
    } else {
      row.add(i - 1, 0.5);
      row.add(i, 2.0);
    }
  });
  EXPECT_THAT([&] { Direct<double> m(a); }, ThrowsMessage<InvalidArgument>(HasSubstr("singular")));
}

TEST(Direct, RefusesWhatItCannotUse) {
  SUAN_NEEDS_MUMPS();
  const auto layout = even(20);
  const auto infinite = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    row.add(i, i == 13 ? std::numeric_limits<double>::quiet_NaN() : 1.0);
  });
  EXPECT_THAT([&] { Direct<double> m(infinite); },
              ThrowsMessage<InvalidArgument>(AllOf(HasSubstr("row 13"), HasSubstr("not finite"))));
  EXPECT_THAT([&] { Direct<double>(unsymmetric<double>(layout), {.symmetry = "symmetric"}); },
              ThrowsMessage<InvalidArgument>(HasSubstr("mirror images")));
  const suan::FunctionOperator<double> function(
      layout, layout, [](const Vector<double>& x, Vector<double>& y) { suan::copy(x, y); });
  EXPECT_THAT([&] { Direct<double> m(function); },
              ThrowsMessage<suan::NotSupported>(HasSubstr("no accessible entries")));
  const auto wide = suan::generate_rows<double>(layout, even(21),
                                                [](GlobalIndex i, auto& row) { row.add(i, 1); });
  EXPECT_THROW(Direct<double> m(wide), suan::DimensionMismatch);
  const auto a = unsymmetric<double>(layout);
  EXPECT_THROW(Direct<double>(a, {.pivot_threshold = 2}), InvalidArgument);
  if (layout.comm().size() > 1) {
    const std::int64_t memory = std::int64_t(1) << (40 + layout.comm().rank());
    EXPECT_THAT([&] { Direct<double>(a, {.memory = memory}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("memory")));
  }
}

TEST(Direct, TooLittleMemoryIsRefusedWithNumbers) {
  SUAN_NEEDS_MUMPS();
  const auto a = suan::poisson2d<double>(60, 60, Communicator::world());
  EXPECT_THAT([&] { Direct<double>(a, {.memory = 1000}); },
              ThrowsMessage<suan::OutOfMemory>(
                  AllOf(HasSubstr("would need about"), HasSubstr("memory allows 0.977 KiB"))));
  const Direct<double> m(a, {.memory = std::int64_t(1) << 30});
  EXPECT_GT(m.report().forecast_bytes, 0);
  expect_solves(a, m);
}

TEST(Direct, ReportsAndRefinesInGmres) {
  SUAN_NEEDS_MUMPS();
  const auto a = suan::convection_diffusion2d<double>(30, 31, 10, Communicator::world());
  const Direct<double> m(a);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::GmresOptions options;
  options.krylov.rtol = 1e-13;
  const auto solved = suan::Gmres<double>(options).solve(a, m, b, x);
  EXPECT_TRUE(solved.converged());
  EXPECT_LE(solved.iterations, 2);
  const auto& report = m.report();
  EXPECT_EQ(report.rows, 930);
  EXPECT_EQ(report.entries, a.global_entries());
  EXPECT_GT(report.factor_entries, report.entries);
  EXPECT_GT(report.flops, 0);
  EXPECT_EQ(report.ranks, a.comm().size());
  std::ostringstream out;
  out << report;
  EXPECT_THAT(out.str(), AllOf(HasSubstr("L U by MUMPS 5."), HasSubstr("930 rows")));
  EXPECT_THAT(report.to_json(-1), HasSubstr("\"factors\":\"L U\""));
  EXPECT_GT(m.bytes_per_apply(), 8 * report.factor_entries);
}

}  // namespace
