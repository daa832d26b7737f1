// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Every operator gives the same result for several vectors at once as for each of them.
#include <gtest/gtest.h>

#include "suan/matrix/assembly.hpp"
#include "suan/matrix/transposed.hpp"
#include "suan/matrix/triangular.hpp"
#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"

namespace suan {
namespace {

/// Diagonally dominant, with rows of different lengths.
template <Scalar T>
DistributedMatrix<T> matrix(const Layout& layout) {
  return generate_rows<T>(layout, layout, [&](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex step = i % 5; step > 0; --step) {
      if (i - step >= 0) row.add(i - step, T(0.25));
    }
    row.add(i, T(static_cast<float>(10 + i % 4)));
    for (GlobalIndex step = 1; step <= i % 5; ++step) {
      if (i + 3 * step < layout.global_size()) row.add(i + 3 * step, T(-0.5));
    }
  });
}

template <class T>
class SeveralVectorsTest : public testing::Test {
 public:
  /// A few roundings on the way, of terms that are at most as large as 40 times the elements.
  static void expect_as_each(const Operator<T>& a) {
    SCOPED_TRACE(a.name());
    constexpr Real<T> tolerance = 40 * 40 * std::numeric_limits<Real<T>>::epsilon();
    for (const LocalIndex columns : {0, 1, 4, 11}) {
      const auto x = test::random_vectors<T>(a.column_layout(), columns, 5);
      const auto y = test::random_vectors<T>(a.row_layout(), columns, 50);
      auto plain = y;
      Kokkos::deep_copy(plain.view(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
      a.apply(x, plain);
      auto general = y;
      a.apply(T(2), x, T(-3), general);
      for (LocalIndex j = 0; j < columns; ++j) {
        SCOPED_TRACE(j);
        Vector<T> expected(a.row_layout());
        a.apply(x.column(j), expected);
        expect_near(plain.column(j), expected, tolerance);
        expected = y.column(j);
        a.apply(T(2), x.column(j), T(-3), expected);
        expect_near(general.column(j), expected, tolerance);
      }
    }
  }
  static void expect_near(Vector<T> x, const Vector<T>& y, Real<T> tolerance) {
    axpy(T(-1), y, x);
    EXPECT_LE(norm_inf(x), tolerance);
  }
};
using SeveralVectorsScalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SeveralVectorsTest, SeveralVectorsScalars);

TYPED_TEST(SeveralVectorsTest, OnAllRanks) {
  using T = TypeParam;
  const auto layout = Layout::even(211, Communicator::world());
  const auto a = matrix<T>(layout);
  this->expect_as_each(a);
  this->expect_as_each(Identity<T>(layout));
  this->expect_as_each(Jacobi<T>(a));
  this->expect_as_each(BlockJacobi<T>(a));
  this->expect_as_each(BlockJacobi<T>(a, {.block_size = 7}));
  this->expect_as_each(FunctionOperator<T>(
      layout, layout, [](const Vector<T>& x, Vector<T>& y) { axpby(T(3), x, T(0), y); }));
}

TYPED_TEST(SeveralVectorsTest, OnOneRank) {
  using T = TypeParam;
  const auto layout = Layout::serial(211);
  const auto a = std::make_shared<DistributedMatrix<T>>(matrix<T>(layout));
  this->expect_as_each(a->local());
  this->expect_as_each(TransposedOperator<T>(a->local()));
  const auto lower = generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
    if (i > 4) row.add(i - 5, T(-0.5));
    row.add(i, T(static_cast<float>(2 + i % 3)));
  });
  this->expect_as_each(TriangularSolver<T>(lower.local()));
}

// A solver inside of another operator; its tolerance is that of its answer.
TEST(SeveralVectors, SolversAreOperatorsToo) {
  const auto layout = Layout::even(60, Communicator::world());
  const auto a = std::make_shared<DistributedMatrix<double>>(
      generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, 3);
        if (i < 59) row.add(i + 1, -1);
      }));
  const SolverOperator<double> inverse(std::make_shared<Cg<double>>(CgOptions{.rtol = 1e-14}), a,
                                       nullptr);
  SeveralVectorsTest<double>::expect_as_each(inverse);
}

TEST(SeveralVectors, RefusesWhatDoesNotFit) {
  const auto layout = Layout::even(20, Communicator::world());
  const Identity<double> identity(layout);
  MultiVector<double> x(layout, 3);
  MultiVector<double> fewer(layout, 2);
  MultiVector<double> longer(Layout::even(21, Communicator::world()), 3);
  EXPECT_THROW(identity.apply(x, fewer), DimensionMismatch);
  EXPECT_THROW(identity.apply(longer, x), DimensionMismatch);
  EXPECT_THROW(identity.apply(x, longer), DimensionMismatch);
  if (layout.comm().size() == 1) {
    EXPECT_THROW(identity.apply(x, x), InvalidArgument);
  }
}

}  // namespace
}  // namespace suan
