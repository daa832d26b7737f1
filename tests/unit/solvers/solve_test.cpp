// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solve.hpp"

#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"
#include "systems.hpp"

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::Reason;
using suan::Vector;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class ProbeTest : public testing::Test {};
using ProbeScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(ProbeTest, ProbeScalars);

TYPED_TEST(ProbeTest, TellsMatricesApart) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto spd = suan::probe(suan::test::hermitian<T>(300));
  EXPECT_TRUE(spd.hermitian);
  EXPECT_TRUE(spd.diagonal_positive);
  EXPECT_TRUE(spd.diagonal_varies);
  EXPECT_FALSE(suan::probe(suan::poisson2d<T>(9, 9, world)).diagonal_varies);
  EXPECT_FALSE(suan::probe(suan::convection_diffusion2d<T>(9, 9, 1, world)).hermitian);
  const auto zero =
      suan::probe(suan::test::diagonal<T>(9, [](GlobalIndex i) { return i == 8 ? T(0) : T(1); }));
  EXPECT_FALSE(zero.diagonal_nonzero);
}

TEST(Probe, FindsOneAsymmetricEntryAmongThousands) {
  const auto layout = Layout::even(3000, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, 2);
        if (i + 1 < 3000) row.add(i + 1, i == 1500 ? -1.0 + 1e-6 : -1.0);
      });
  EXPECT_FALSE(suan::probe(a).hermitian);
}

TEST(Solve, ChoosesAndSaysWhy) {
  const auto world = suan::Communicator::world();
  const auto solved = [](const suan::Operator<double>& a) {
    const auto b = suan::ones(a.row_layout());
    Vector<double> x(a.row_layout());
    return suan::solve(a, b, x);
  };
  auto report = solved(suan::test::hermitian<double>(200));
  EXPECT_EQ(report.solver, "cg");
  EXPECT_EQ(report.preconditioner, "jacobi");
  EXPECT_THAT(report.choice, AllOf(HasSubstr("Hermitian"), HasSubstr("varies")));
  report = solved(suan::poisson2d<double>(12, 12, world));
  EXPECT_EQ(report.preconditioner, "none");
  EXPECT_THAT(report.choice, HasSubstr("constant"));
  report = solved(suan::convection_diffusion2d<double>(12, 12, 1, world));
  EXPECT_EQ(report.solver, "gmres");
  EXPECT_TRUE(report.converged());
}

TEST(Solve, WhatIsGivenIsNotChosen) {
  const auto a = suan::poisson2d<double>(12, 12, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::SolveOptions options;
  options.solver = "gmres";
  options.preconditioner = "block_jacobi";
  options.format = "csr";
  const auto report = suan::solve(a, b, x, options);
  EXPECT_EQ(report.solver, "gmres");
  EXPECT_EQ(report.preconditioner, "block_jacobi");
  EXPECT_EQ(report.format, "csr");
  EXPECT_EQ(report.choice, "");
  EXPECT_TRUE(report.converged());
}

// The format changes neither the answer nor, by itself, the memory by much.
TEST(Solve, NumbersThatFitFewerBitsAreReadInFewer) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson3d<double>(24, 24, 24, world);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = suan::solve(a, b, x);
  if (SUAN_HAVE_CUDA == 0) {
    EXPECT_EQ(report.format, "sell");
    EXPECT_THAT(report.choice, HasSubstr("sell"));
  }
  EXPECT_TRUE(report.converged());
  suan::SolveOptions options;
  options.format = "csr";
  Vector<double> y(a.row_layout());
  EXPECT_EQ(suan::solve(a, b, y, options).format, "csr");
  suan::axpy(-1.0, x, y);
  EXPECT_LT(suan::norm2(y), 1e-6 * suan::norm2(x));
  // Values that need all their bits and columns in no order: a copy would be as large as csr.
  const auto layout = suan::Layout::even(2000, world);
  const auto rough = suan::generate_rows<double>(
      layout, layout, [](suan::GlobalIndex i, suan::RowWriter<double>& row) {
        const suan::GlobalIndex other = (i * 7919) % 2000;
        if (other < i) row.add(other, 0.1);
        row.add(i, 10.0 + 1.0 / static_cast<double>(3 + i));
        if (other > i) row.add(other, 0.1);
      });
  const auto c = suan::ones(layout);
  Vector<double> z(layout);
  EXPECT_EQ(suan::solve(rough, c, z).format, "csr");
  options.format = "sell";
  EXPECT_EQ(suan::solve(rough, c, z, options).format, "sell");
  EXPECT_EQ(suan::solve(suan::optimize(rough, {.format = "sell"}), c, z, options).format, "sell");
  // A matrix of one rank takes formats as well; what has no entries cannot.
  const auto serial = suan::poisson2d<double>(9, 9);
  const auto d = suan::ones(serial.row_layout());
  Vector<double> u(serial.row_layout());
  EXPECT_EQ(suan::solve(serial.local(), d, u, options).format, "sell");
  const suan::FunctionOperator<double> function(
      layout, layout, [](const Vector<double>& v, Vector<double>& w) { suan::copy(v, w); });
  EXPECT_THROW(suan::solve(function, c, z, options), suan::NotSupported);
  options.format = "csr";
  EXPECT_EQ(suan::solve(suan::optimize(rough, {.format = "sell"}), c, z, options).format, "csr");
}

// Hermitian with a positive diagonal, and indefinite all the same: [1 2; 2 1] in blocks.
TEST(Solve, GoesOnWithGmresWhenCgFindsTheMatrixIndefinite) {
  const auto layout = Layout::even(60, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        const GlobalIndex begin = i - i % 2;
        row.add(begin, i == begin ? 1 : 2);
        row.add(begin + 1, i == begin ? 2 : 1);
      });
  const auto b = suan::random_vector<double>(layout, 4);
  Vector<double> x(layout);
  const auto report = suan::solve(a, b, x);
  EXPECT_EQ(report.solver, "gmres");
  EXPECT_THAT(report.choice, HasSubstr("indefinite"));
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.history.size(), static_cast<std::size_t>(report.iterations) + 1);

  suan::SolveOptions options;
  options.solver = "cg";
  Vector<double> y(layout);
  EXPECT_EQ(suan::solve(a, b, y, options).reason, Reason::indefinite_matrix);
}

TEST(Solve, MatrixFreeOperators) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson2d<double>(15, 15, world);
  const suan::FunctionOperator<double> f(
      a.row_layout(), a.row_layout(),
      [&](const Vector<double>& x, Vector<double>& y) { a.apply(x, y); });
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  const auto report = suan::solve(f, b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.solver, "cg");
  EXPECT_EQ(report.preconditioner, "none");
}

TEST(Solve, ShapesThatDoNotMatchNameBothOperands) {
  const auto a = suan::poisson1d<double>(10);
  const auto b = suan::ones(Layout::serial(9));
  Vector<double> x(Layout::serial(10));
  EXPECT_THAT([&] { suan::solve(a, b, x); },
              ThrowsMessage<suan::DimensionMismatch>(
                  AllOf(HasSubstr("9 elements"), HasSubstr("10 elements"))));
  const auto layout = Layout::serial(3);
  const auto wide = suan::generate_rows<double>(
      layout, Layout::serial(4),
      [](GlobalIndex i, suan::RowWriter<double>& row) { row.add(i, 1); });
  Vector<double> y(Layout::serial(4));
  EXPECT_THAT(
      [&] { suan::solve(wide, suan::ones(layout), y); },
      ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr("3 rows"), HasSubstr("4 columns"))));
}

TEST(Solve, UnknownNamesAndBadValuesAreRefused) {
  const auto a = suan::poisson1d<double>(10);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::SolveOptions options;
  options.solver = "gc";
  EXPECT_THAT([&] { suan::solve(a, b, x, options); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("did you mean cg")));
  options = {};
  options.krylov().rtol = -1;
  EXPECT_THROW(suan::solve(a, b, x, options), suan::InvalidArgument);
}

}  // namespace
