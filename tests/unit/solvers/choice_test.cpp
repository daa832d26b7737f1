// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the library chooses for matrices that look like others, and what it does where the choice
// was wrong.
#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::Reason;
using suan::Vector;
using testing::HasSubstr;

/// Diffusion and convection between two ends that a penalty on the diagonal holds.
suan::DistributedMatrix<double> with_penalty(GlobalIndex size, double penalty, double convection) {
  const auto layout = Layout::even(size, suan::Communicator::world());
  return suan::generate_rows<double>(layout, layout,
                                     [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                       const bool end = i == 0 || i == size - 1;
                                       if (i > 0) row.add(i - 1, -1 - convection);
                                       row.add(i, end ? penalty : 2.0);
                                       if (i + 1 < size) row.add(i + 1, -1 + convection);
                                     });
}

TEST(Choice, PenaltiesHideNoAsymmetry) {
  // Of few rows, all are examined; of many, a sample, and products.
  for (const GlobalIndex size : {90, 30000}) {
    for (const double penalty : {1.0, 1e8, 1e20, 1e30}) {
      EXPECT_FALSE(suan::probe(with_penalty(size, penalty, 0.3)).hermitian) << penalty;
      EXPECT_TRUE(suan::probe(with_penalty(size, penalty, 0)).hermitian) << penalty;
    }
  }
  for (const double penalty : {1e8, 1e30}) {
    const auto a = with_penalty(90, penalty, 0.3);
    const auto b = suan::generate<double>(
        a.row_layout(), [](GlobalIndex i) { return i == 0 || i == 89 ? 0.0 : 1.0; });
    Vector<double> x(a.row_layout());
    suan::SolveOptions options;
    options.solver.set("restart", 100);
    const auto report = suan::solve(a, b, x, options);
    EXPECT_EQ(report.solver, "gmres");
    EXPECT_TRUE(report.converged()) << report.detail;
  }
}

TEST(Choice, AsymmetryAcrossRanksIsSeen) {
  // Only the entries between the first and the last row differ: on other ranks when there are any.
  const auto layout = Layout::even(64, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i == 63) row.add(0, -1.0);
        row.add(i, 4 + static_cast<double>(i % 3));
        if (i == 0) row.add(63, -0.5);
      });
  EXPECT_FALSE(suan::probe(a).hermitian);
}

TEST(Choice, SkewAndSlightlyAsymmetricMatricesAreNotForCg) {
  const auto layout = Layout::even(80, suan::Communicator::world());
  const auto tridiagonal = [&](double diagonal, double upper) {
    return suan::generate_rows<double>(layout, layout,
                                       [=](GlobalIndex i, suan::RowWriter<double>& row) {
                                         if (i > 0) row.add(i - 1, -1);
                                         row.add(i, diagonal);
                                         if (i < 79) row.add(i + 1, upper);
                                       });
  };
  EXPECT_FALSE(suan::probe(tridiagonal(0.0, 1.0)).hermitian);  // skew
  EXPECT_FALSE(suan::probe(tridiagonal(3.0, 1.0)).hermitian);  // skew and a diagonal
  EXPECT_FALSE(suan::probe(tridiagonal(3.0, -1 - 1e-10)).hermitian);
  EXPECT_TRUE(suan::probe(tridiagonal(3.0, -1 - 1e-15)).hermitian);
}

TEST(Choice, ComplexDiagonalsAreRealUpToRounding) {
  using suan::Complex;
  const auto layout = Layout::even(60, suan::Communicator::world());
  const auto matrix = [&](double imaginary) {
    return suan::generate_rows<Complex>(
        layout, layout, [=](GlobalIndex i, suan::RowWriter<Complex>& row) {
          if (i > 0) row.add(i - 1, Complex(0, 1));
          row.add(i, Complex(3 + static_cast<double>(i % 2), imaginary));
          if (i < 59) row.add(i + 1, Complex(0, -1));
        });
  };
  const auto rounded = suan::probe(matrix(1e-18));
  EXPECT_TRUE(rounded.hermitian);
  EXPECT_TRUE(rounded.diagonal_positive);
  EXPECT_FALSE(suan::probe(matrix(1e-3)).hermitian);
}

TEST(Choice, GmresGoesOnWhereCgGetsNowhere) {
  // A function without entries that the products of the look see as symmetric, and which is not:
  // the first calls answer with the symmetric part.
  const auto world = suan::Communicator::world();
  const auto a = suan::convection_diffusion2d<double>(12, 12, 40, world);
  const auto symmetric = suan::poisson2d<double>(12, 12, world);
  int calls = 0;
  const suan::FunctionOperator<double> f(a.row_layout(), a.row_layout(),
                                         [&](const Vector<double>& x, Vector<double>& y) {
                                           if (++calls <= 2) {
                                             symmetric.apply(x, y);
                                           } else {
                                             a.apply(x, y);
                                           }
                                         });
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::SolveOptions options;
  options.solver.set("restart", 200);
  const auto report = suan::solve(f, b, x, options);
  EXPECT_EQ(report.solver, "gmres");
  EXPECT_THAT(report.choice, HasSubstr("gmres continued"));
  EXPECT_TRUE(report.converged()) << report.detail;
  EXPECT_LE(report.iterations, options.krylov().max_iterations);
  EXPECT_LE(suan::test::relative_residual(a, b, x), 1.001e-8);
}

TEST(Choice, VanishingDiagonalEntriesAreNotDividedBy) {
  const auto layout = Layout::even(30, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, i == 17 ? 1e-300 : 2.0 + static_cast<double>(i % 3));
        if (i < 29) row.add(i + 1, -1);
      });
  const auto b = suan::ones(layout);
  Vector<double> x(layout);
  const auto report = suan::solve(a, b, x);
  // CG, which then finds it indefinite, goes without one.
  EXPECT_THAT(report.choice, HasSubstr("row 17"));
  EXPECT_THAT(report.choice, HasSubstr(": none"));
  EXPECT_EQ(report.preconditioner, suan::have_direct() ? "direct" : "none");
  EXPECT_TRUE(report.converged()) << report.detail;
}

TEST(Failures, XIsNeverWorseThanTheGuess) {
  // CG on a matrix that it is not for: the residual grows.
  const auto a = suan::convection_diffusion2d<double>(20, 20, 200, suan::Communicator::world());
  const auto b = suan::random_vector<double>(a.row_layout(), 3);
  suan::SolveOptions options;
  options.solver = "cg";
  options.preconditioner = "none";
  for (const bool zero : {true, false}) {
    Vector<double> x(a.row_layout());
    if (!zero) x = suan::random_vector<double>(a.row_layout(), 4);
    const auto guess = x.to_host();
    const auto report = suan::solve(a, b, x, options);
    ASSERT_FALSE(report.converged());
    EXPECT_LE(report.true_residual_norm, report.initial_residual_norm);
    Vector<double> r(a.row_layout());
    EXPECT_NEAR(a.residual(b, x, r), report.true_residual_norm, 1e-9);
  }
}

TEST(Failures, SharedElementsAreRefused) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson1d<double>(40, world);
  auto x = suan::ones(a.row_layout());
  const auto same = testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("share elements"));
  EXPECT_THAT([&] { suan::solve(a, x, x); }, same);
  for (const double value : x.to_host()) EXPECT_EQ(value, 1);
  // Views of one array that overlap by one element on one rank alone.
  const auto n = static_cast<std::size_t>(x.local_size());
  const suan::DeviceView<double> memory("memory", 2 * n + 1);
  Kokkos::deep_copy(memory, 1.0);
  const std::size_t second = world.is_root() && n > 0 ? n - 1 : n;
  const Vector<double> left(a.row_layout(),
                            Kokkos::subview(memory, std::pair<std::size_t, std::size_t>(0, n)));
  Vector<double> right(a.row_layout(), Kokkos::subview(memory, std::pair(second, second + n)));
  EXPECT_THAT([&] { suan::solve(a, left, right); }, same);
  for (const suan::LocalIndex columns : {1, 2, 4}) {
    suan::MultiVector<double> many(a.row_layout(), columns);
    EXPECT_THAT([&] { suan::solve(a, many, many); }, same);
  }
  // Different columns of one array share nothing.
  const suan::RowMajor<double> array("array", n, 2);
  Kokkos::deep_copy(array, 1.0);
  const auto column = [&](std::size_t j) {
    return suan::RowMajor<double>(
        Kokkos::subview(array, Kokkos::ALL, std::pair<std::size_t, std::size_t>(j, j + 1)));
  };
  const suan::MultiVector<double> b(a.row_layout(), column(0));
  suan::MultiVector<double> y(a.row_layout(), column(1));
  EXPECT_TRUE(suan::solve(a, b, y).front().converged());
}

}  // namespace
