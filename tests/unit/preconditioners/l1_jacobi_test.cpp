// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/l1_jacobi.hpp"

#include "smoother_cases.hpp"
#include "suan/preconditioners/spai0.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Guess;
using suan::Layout;
using suan::Vector;
using testing::HasSubstr;

template <class T>
suan::test::MakeSmoother<T> l1_jacobi(const std::string& damping) {
  return [=](const DistributedMatrix<T>& a) {
    return std::make_unique<suan::L1Jacobi<T>>(a, suan::L1JacobiOptions{.damping = damping});
  };
}

template <class T>
suan::test::MakeSmoother<T> spai0() {
  return [](const DistributedMatrix<T>& a) { return std::make_unique<suan::Spai0<T>>(a); };
}

template <class T>
class DiagonalSmoothersTest : public testing::Test {};
using DiagonalSmoothersScalars = testing::Types<float, suan::Complex>;
TYPED_TEST_SUITE(DiagonalSmoothersTest, DiagonalSmoothersScalars);

TYPED_TEST(DiagonalSmoothersTest, KeepWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(l1_jacobi<TypeParam>("row_sums"));
  suan::test::expect_smoother<TypeParam>(l1_jacobi<TypeParam>("spectrum"));
  suan::test::expect_smoother<TypeParam>(spai0<TypeParam>());
}

TEST(DiagonalSmoothers, RefuseWhatEverySmootherRefuses) {
  suan::test::expect_refusals(l1_jacobi<double>("row_sums"));
  suan::test::expect_refusals(l1_jacobi<double>("spectrum"));
  suan::test::expect_refusals(spai0<double>());
}

/// -1, 4 or 8, 2 in each row, with neighbours on other ranks.
DistributedMatrix<double> banded(GlobalIndex size) {
  const auto layout = Layout::even(size, suan::Communicator::world());
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, i % 2 == 0 ? 4 : -8);
    if (i + 1 < size) row.add(i + 1, 2);
  });
}

TEST(L1Jacobi, AddsHalfOfTheOtherEntriesAwayFromZero) {
  const auto a = banded(20);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::L1Jacobi<double>(a).smooth(b, x, Guess::zero);
  const auto all = x.gather();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double others = (i > 0 ? 0.5 : 0) + (i + 1 < 20 ? 1 : 0);
    EXPECT_EQ(all[i], 1 / (i % 2 == 0 ? 4 + others : -8 - others)) << i;
  }
}

TEST(L1Jacobi, KeepsTheBoundOfTheSpectrumWhenAsked) {
  const auto layout = Layout::even(20, suan::Communicator::world());
  suan::L1Jacobi<double> fresh(suan::test::definite<double>(layout, 1), {.damping = "spectrum"});
  suan::L1Jacobi<double> kept(suan::test::definite<double>(layout, 1),
                              {.damping = "spectrum", .bound = {.reuse_bound = true}});
  EXPECT_THAT(fresh.update(suan::test::definite<double>(layout, 2)), HasSubstr("anew"));
  EXPECT_THAT(kept.update(suan::test::definite<double>(layout, 2)), HasSubstr("kept"));
  const auto b = suan::ones(layout);
  Vector<double> x(layout);
  Vector<double> y(layout);
  fresh.smooth(b, x, Guess::zero);
  kept.smooth(b, y, Guess::zero);
  EXPECT_GT(suan::norm_inf(suan::test::difference(x, y)), 1e-6);
}

TEST(Spai0, IsTheNearestDiagonalWhereThatConverges) {
  const auto a = banded(20);
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::Spai0<double>(a).smooth(b, x, Guess::zero);
  const auto all = x.gather();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double diagonal = i % 2 == 0 ? 4 : -8;
    const double squares = diagonal * diagonal + (i > 0 ? 1 : 0) + (i + 1 < 20 ? 4 : 0);
    EXPECT_NEAR(all[i], diagonal / squares, 1e-15) << i;
  }
}

TEST(Spai0, IsScaledWhereTheNearestDiagonalDiverges) {
  // One on the diagonal, 1/5 elsewhere, 26 rows: M_ii = 1/2, and M A has the eigenvalue 3, which is
  // also its row sum.
  const auto layout = Layout::even(26, suan::Communicator::world());
  const auto a = suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
    for (GlobalIndex j = 0; j < 26; ++j) row.add(j, i == j ? 1 : 0.2);
  });
  const suan::Spai0<double> smoother(a);
  const auto b = suan::ones(layout);
  Vector<double> x(layout);
  smoother.smooth(b, x, Guess::zero);
  for (const double element : x.to_host()) EXPECT_NEAR(element, 0.5 * 1.6 / 3, 1e-14);
  suan::test::expect_convergent(smoother);
}

// Row sums of at most 2.2 spare Lanczos. The second difference, divided by 2: row sums of 2.
TEST(SpectralBound, OfDiagonallyDominantMatricesIsTheRowSum) {
  for (const GlobalIndex n : {3, 40, 300}) {
    const auto layout = Layout::even(n, suan::Communicator::world());
    const auto a = suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
      if (i > 0) row.add(i - 1, -1e30);
      row.add(i, 2e30);
      if (i + 1 < n) row.add(i + 1, -1e30);
    });
    auto d = suan::ones(layout);
    suan::scale(0.5e-30, d);
    EXPECT_NEAR(suan::spectral_bound<double>(a, std::as_const(d).view(), 12), 2, 1e-12);
  }
}

TEST(SpectralBound, IsJustAboveTheSpectralRadius) {
  // The square of the second difference, whose eigenvalues are the squares of 2 - 2 cos(pi k / (n +
  // 1)), times 1e30 and divided by 6; the signs of the entries do not matter.
  for (const GlobalIndex n : {20, 40, 300}) {
    const auto layout = Layout::even(n, suan::Communicator::world());
    const auto a = suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
      if (i > 1) row.add(i - 2, 1e30);
      if (i > 0) row.add(i - 1, 4e30);
      row.add(i, i == 0 || i + 1 == n ? 5e30 : 6e30);
      if (i + 1 < n) row.add(i + 1, 4e30);
      if (i + 2 < n) row.add(i + 2, 1e30);
    });
    auto d = suan::ones(layout);
    suan::scale(1e-30 / 6, d);
    const double pi = std::acos(-1.0);
    const double root = 2 - 2 * std::cos(pi * static_cast<double>(n) / static_cast<double>(n + 1));
    const double largest = root * root / 6;
    const double bound = suan::spectral_bound<double>(a, std::as_const(d).view(), 12);
    EXPECT_GE(bound, largest * (1 - 1e-12)) << n;
    EXPECT_LE(bound, 1.1 * largest * (1 + 1e-5)) << n;
  }
  const auto layout = Layout::even(0, suan::Communicator::world());
  const auto none = suan::generate_rows<double>(layout, layout, [](GlobalIndex, auto&) {});
  EXPECT_GT(suan::spectral_bound<double>(none, {}, 12), 0);
}

}  // namespace
