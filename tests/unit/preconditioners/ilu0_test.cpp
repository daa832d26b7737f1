// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/ilu0.hpp"

#include "smoother_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/solvers/gmres.hpp"

namespace {

using suan::Csr;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Guess;
using suan::Ilu0;
using suan::InvalidArgument;
using suan::Layout;
using suan::LocalIndex;
using suan::RowWriter;
using suan::Vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
std::unique_ptr<suan::Smoother<T>> ilu0(const DistributedMatrix<T>& a) {
  return std::make_unique<Ilu0<T>>(a);
}

template <class T>
class Ilu0Test : public testing::Test {};
using Ilu0Scalars = testing::Types<float, double, suan::ComplexFloat, suan::Complex>;
TYPED_TEST_SUITE(Ilu0Test, Ilu0Scalars);

// Rows that no diagonal dominates, and entries of all signs.
TYPED_TEST(Ilu0Test, KeepsWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(ilu0<TypeParam>);
}

TEST(Ilu0, RefusesWhatEverySmootherRefuses) { suan::test::expect_refusals(ilu0<double>); }

/// 5 x 5 of which (1, 3), (3, 1) and more are filled in by Gauss.
const std::vector<std::vector<double>> small = {
    {4, 0, -1, 0, -2}, {0, 5, 0, -1, 0}, {-2, 0, 6, 0, 0}, {0, -1, 1, 4, -1}, {-1, 2, 0, -1, 8}};

Csr<double> stored(const std::vector<std::vector<double>>& dense) {
  std::vector<suan::Offset> offsets = {0};
  std::vector<LocalIndex> indices;
  std::vector<double> values;
  for (const auto& row : dense) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (row[j] == 0) continue;
      indices.push_back(static_cast<LocalIndex>(j));
      values.push_back(row[j]);
    }
    offsets.push_back(static_cast<suan::Offset>(indices.size()));
  }
  const auto n = static_cast<LocalIndex>(dense.size());
  return Csr<double>::from_host(n, n, offsets, indices, values);
}

/// (L U) y, by the textbook.
std::vector<double> times_factors(std::vector<std::vector<double>> a,
                                  const std::vector<double>& y) {
  const std::size_t n = a.size();
  const auto pattern = a;
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (pattern[i][k] == 0) continue;
      a[i][k] /= a[k][k];
      for (std::size_t j = k + 1; j < n; ++j) {
        if (pattern[i][j] != 0) a[i][j] -= a[i][k] * a[k][j];
      }
    }
  }
  std::vector<double> middle(n);
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) middle[i] += a[i][j] * y[j];
  }
  for (std::size_t i = 0; i < n; ++i) {
    result[i] = middle[i];
    for (std::size_t j = 0; j < i; ++j) result[i] += a[i][j] * middle[j];
  }
  return result;
}

TEST(Ilu0, HasTheFactorsOfTheTextbook) {
  const DistributedMatrix<double> a(stored(small));
  const Ilu0<double> m(a);
  const std::vector<double> y = {1, -2, 3, 0.5, -1};
  const auto b = Vector<double>::from_host(a.row_layout(), times_factors(small, y));
  Vector<double> x(a.row_layout());
  m.apply(b, x);
  const auto found = x.to_host();
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(found[i], y[i], 1e-14);
}

// Without fill-in to drop it is Gauss, whatever the order of the rows in levels.
TEST(Ilu0, IsExactWhereNothingIsDropped) {
  const auto layout = Layout::serial(1000);
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, 1.5);
    row.add(i, 4);
    if (i < 999) row.add(i + 1, -1);
  });
  const auto b = suan::random_vector<double>(layout, 1);
  Vector<double> x(layout);
  Vector<double> r(layout);
  Ilu0<double>(a).apply(b, x);
  EXPECT_LT(a.residual(b, x, r), 1e-14 * 1000);
}

TEST(Ilu0, NamesRowsWithoutPivot) {
  auto no_pivot = small;
  no_pivot[2][2] = 0.5;  // what is subtracted from it
  EXPECT_THAT([&] { Ilu0<double> m{DistributedMatrix<double>(stored(no_pivot))}; },
              ThrowsMessage<InvalidArgument>(HasSubstr("pivot of row 2 is 0")));
  no_pivot[3][3] = 0;
  EXPECT_THAT([&] { Ilu0<double> m{DistributedMatrix<double>(stored(no_pivot))}; },
              ThrowsMessage<InvalidArgument>(HasSubstr("row 3 has no diagonal entry")));
}

TEST(Ilu0, NamesPivotsThatAreNotPositiveOnAllRanks) {
  const auto layout = Layout::even(40, suan::Communicator::world());
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, i == 23 ? -3 : 3);
    if (i < 39) row.add(i + 1, -1);
  });
  EXPECT_THAT([&] { Ilu0<double> m(a); }, ThrowsMessage<InvalidArgument>(HasSubstr("row 23 is")));
}

TEST(Ilu0, PreconditionsGmresForConvection) {
  const auto a = suan::convection_diffusion2d<double>(40, 40, 10, suan::Communicator::world());
  const auto b = suan::ones(a.row_layout());
  const auto iterations = [&](const suan::Operator<double>& m) {
    Vector<double> x(a.row_layout());
    const auto report = suan::Gmres<double>(suan::GmresOptions{}).solve(a, m, b, x);
    EXPECT_TRUE(report.converged());
    return report.iterations;
  };
  EXPECT_LE(2 * iterations(Ilu0<double>(a)), iterations(suan::Identity<double>(a.row_layout())));
}

TEST(Ilu0, KeepsTheStructure) {
  const auto layout = Layout::even(40, suan::Communicator::world());
  auto a = suan::test::definite<double>(layout, 1);
  Ilu0<double> smoother(a);
  const auto other = suan::test::definite<double>(layout, 1, 0.5);
  a.update_values(other.local().view().values, other.remote().matrix.view().values);
  EXPECT_THAT(smoother.update(a), HasSubstr("structure was kept"));
  const auto b = suan::random_vector(layout, 3);
  Vector<double> x(layout);
  Vector<double> fresh(layout);
  smoother.smooth(b, x, Guess::zero);
  Ilu0<double>(other).smooth(b, fresh, Guess::zero);
  EXPECT_EQ(x.to_host(), fresh.to_host());
  // In arrays of its own.
  EXPECT_THAT(smoother.update(suan::test::definite<double>(layout, 1)),
              HasSubstr("structure was kept"));
  EXPECT_THAT(smoother.update(suan::test::definite<double>(layout, 2)), HasSubstr("made anew"));
}

}  // namespace
