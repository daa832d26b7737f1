// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coarsest level by a sparse factorisation.
#include <gmock/gmock.h>

#include <map>

#include "multigrid/sparse_coarsest.hpp"
#include "multigrid_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Amg;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Real;
using suan::RowWriter;
using suan::Vector;
using suan::multigrid::SparseCoarsest;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class SparseCoarsestTest : public testing::Test {};
using CoarsestScalars = testing::Types<float, double, suan::ComplexFloat, suan::Complex>;
TYPED_TEST_SUITE(SparseCoarsestTest, CoarsestScalars);

/// Five points on n x n, and a long-range entry in some rows; `slant` makes it unsymmetric.
template <class T>
DistributedMatrix<T> plane(const Layout& layout, GlobalIndex n, double slant, double shift) {
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const auto value = [](double x) { return T(static_cast<Real<T>>(x)); };
    const GlobalIndex last = n * n - 1;
    std::map<GlobalIndex, double> entries;
    double sum = 0;
    const auto add = [&](bool is_there, GlobalIndex j, double x) {
      if (is_there) entries[j] = -x;
      if (is_there) sum += x;
    };
    add(i >= n, i - n, 1);
    add(i % n > 0, i - 1, 1 + slant);
    add(i % n < n - 1, i + 1, 1);
    add(i + n <= last, i + n, 1);
    add(i % 17 == 0 && last - i != i, last - i, 0.5);
    add(last % 17 != 0 && (last - i) % 17 == 0 && last - i != i, last - i, 0.5);
    entries[i] = sum + shift;
    for (const auto& [column, entry] : entries) row.add(column, value(entry));
  });
}

/// Relative to the solution, of a matrix that is well-conditioned.
template <class T>
void expect_solved(const SparseCoarsest<T>& inverse, const DistributedMatrix<T>& a) {
  const auto expected = suan::random_vector<T>(a.row_layout(), 1);
  Vector<T> b(a.row_layout());
  a.apply(expected, b);
  MultiVector<T> several(a.row_layout(), 3);
  for (suan::LocalIndex j = 0; j < 3; ++j) several.set_column(j, b);
  MultiVector<T> solved(a.row_layout(), 3);
  inverse.solve(several, solved);
  Vector<T> x(a.row_layout());
  inverse.solve(b, x);
  const auto distance = [&](Vector<T> y) {
    suan::axpy(T(-1), expected, y);
    return suan::norm2(y) / suan::norm2(expected);
  };
  const auto tolerance = 1000 * std::numeric_limits<Real<T>>::epsilon();
  EXPECT_LT(distance(x), tolerance);
  for (suan::LocalIndex j = 0; j < 3; ++j) EXPECT_LT(distance(solved.column(j)), tolerance);
}

TYPED_TEST(SparseCoarsestTest, SolvesOnAnyNumberOfRanks) {
  using T = TypeParam;
  const GlobalIndex n = 23;
  for (const auto& layout : suan::test::layouts(n * n)) {
    const auto hermitian = plane<T>(layout, n, 0, 0.1);
    expect_solved(SparseCoarsest<T>(hermitian, true), hermitian);
    const auto other = plane<T>(layout, n, 0.7, 0.1);
    expect_solved(SparseCoarsest<T>(other, false), other);
  }
}

TYPED_TEST(SparseCoarsestTest, RefusesSingularMatrices) {
  using T = TypeParam;
  const auto layout = suan::test::layouts(400).front();
  for (const bool hermitian : {true, false}) {
    EXPECT_THAT([&] { SparseCoarsest<T>(plane<T>(layout, 20, 0, 0), hermitian); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("singular")));
  }
}

/// The Laplacian on n x n points, whose least eigenvalue is below 0.05 from n = 20 on, shifted.
template <class T>
DistributedMatrix<T> shifted(GlobalIndex n, double shift) {
  const auto layout = suan::test::layouts(n * n).front();
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const T one(Real<T>(1));
    if (i >= n) row.add(i - n, -one);
    if (i % n > 0) row.add(i - 1, -one);
    row.add(i, T(static_cast<Real<T>>(4 - shift)));
    if (i % n < n - 1) row.add(i + 1, -one);
    if (i + n < n * n) row.add(i + n, -one);
  });
}

// As the dense factorisation does, which smaller levels have.
TYPED_TEST(SparseCoarsestTest, RefusesHermitianMatricesThatAreIndefinite) {
  using T = TypeParam;
  for (const GlobalIndex n : {20, 70}) {
    const auto a = shifted<T>(n, 0.06);
    EXPECT_THAT([&] { SparseCoarsest<T>(a, true); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
    EXPECT_THAT([&] { Amg<T>(a, {.levels = 1}); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
    EXPECT_NO_THROW(SparseCoarsest<T>(a, false));
  }
}

// Of one level, so that nothing but the factorisation is left.
TEST(Amg, SolvesALargeLastLevelBySparseFactors) {
  const GlobalIndex n = 70;
  const auto layout = suan::test::layouts(n * n).front();
  const auto b = suan::random_vector<double>(layout, 1);
  const auto residual = [&](const DistributedMatrix<double>& a, const Amg<double>& m) {
    Vector<double> x(layout);
    Vector<double> r(layout);
    m.apply(b, x);
    return a.residual(b, x, r) / suan::norm2(b);
  };
  for (const double slant : {0.0, 0.7}) {
    const auto a = plane<double>(layout, n, slant, 0.1);
    const Amg<double> m(a, {.levels = 1, .precision = "same"});
    EXPECT_EQ(m.report().levels.back().smoother, slant == 0 ? "sparse ldl" : "sparse lu");
    EXPECT_LT(residual(a, m), 1e-11);
    EXPECT_GT(m.bytes_per_apply(), a.bytes_per_apply());
  }
  // Singular: its errors are smoothed, and a note says why.
  const Amg<double> smoothed(plane<double>(layout, n, 0, 0), {.levels = 1, .precision = "same"});
  EXPECT_EQ(smoothed.report().levels.back().smoother, "chebyshev");
  EXPECT_THAT(smoothed.report().notes,
              testing::Contains(HasSubstr("smoothed only: it is singular")));
  const Amg<double> large(shifted<double>(174, 0), {.levels = 1, .precision = "same"});
  EXPECT_EQ(large.report().levels.back().smoother, "chebyshev");
  EXPECT_THAT(large.report().notes,
              testing::Contains(HasSubstr("smoothed only: it has more than 30000 rows")));
}

}  // namespace
