// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/chebyshev.hpp"

#include "smoother_cases.hpp"

namespace {

using suan::Chebyshev;
using suan::ChebyshevOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Guess;
using suan::Layout;
using suan::Vector;
using testing::HasSubstr;

template <class T>
suan::test::MakeSmoother<T> chebyshev(const ChebyshevOptions& options) {
  return [=](const DistributedMatrix<T>& a) { return std::make_unique<Chebyshev<T>>(a, options); };
}

template <class T>
class ChebyshevTest : public testing::Test {};
using ChebyshevScalars = testing::Types<float, suan::Complex>;
TYPED_TEST_SUITE(ChebyshevTest, ChebyshevScalars);

TYPED_TEST(ChebyshevTest, KeepsWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(chebyshev<TypeParam>({}));
  suan::test::expect_smoother<TypeParam>(chebyshev<TypeParam>({.degree = 3, .kind = "first"}));
}

TEST(Chebyshev, ConvergesForEveryDegree) {
  const auto a = suan::test::definite<double>(Layout::even(40, suan::Communicator::world()), 3);
  for (std::int64_t degree = 1; degree <= 6; ++degree) {
    SCOPED_TRACE(degree);
    for (const char* kind : {"first", "fourth"}) {
      suan::test::expect_convergent(Chebyshev<double>(a, {.degree = degree, .kind = kind}));
    }
  }
}

TEST(Chebyshev, RefusesWhatEverySmootherRefuses) {
  suan::test::expect_refusals(chebyshev<double>({}));
  const auto a = suan::test::definite<double>(Layout::even(10, suan::Communicator::world()), 3);
  EXPECT_THROW(Chebyshev<double>(a, {.degree = 0}), suan::InvalidArgument);
  EXPECT_THROW(Chebyshev<double>(a, {.degree = 7}), suan::InvalidArgument);
}

/// Pairs of rows [1 c; c 1], whose eigenvalues are 1 +- c.
DistributedMatrix<double> pairs(GlobalIndex size) {
  const auto layout = Layout::even(size, suan::Communicator::world());
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, auto& row) {
    const GlobalIndex other = i % 2 == 0 ? i + 1 : i - 1;
    const double c = static_cast<double>(i / 2 + 1) / static_cast<double>(size / 2 + 1);
    row.add(std::min(i, other), i < other ? 1 : c);
    row.add(std::max(i, other), i < other ? c : 1);
  });
}

/// The factor by which a smoother with the bound `bound` multiplies the error of the eigenvalue.
double fourth_kind_of_degree_2(double eigenvalue, double bound) {
  // p_2 of the fourth kind with weights, written out: d_0 = 4/3 r / bound, r_1 = r - z d_0,
  // d_1 = d_0 / 5 + 12/5 r_1 / bound.
  const double z = eigenvalue / bound;
  const double d0 = 4.0 / 3 * z;
  const double d1 = d0 / 5 + 12.0 / 5 * z * (1 - d0);
  return 1 - 1.02387287570313 * d0 - 1.26408905371085 * d1;
}

double first_kind_of_degree_2(double eigenvalue, double bound) {
  const double low = bound / 10;
  const auto t2 = [](double x) { return 2 * x * x - 1; };
  const double at = (bound + low - 2 * eigenvalue) / (bound - low);
  return t2(at) / t2((bound + low) / (bound - low));
}

TEST(Chebyshev, IsThePolynomialOfItsKind) {
  const GlobalIndex n = 20;
  const auto a = pairs(n);
  const Vector<double> zero(a.row_layout());
  for (const std::string kind : {"fourth", "first"}) {
    const Chebyshev<double> smoother(a, {.kind = kind});
    // Sums and differences of pairs are eigenvectors.
    for (const double sign : {1.0, -1.0}) {
      auto x = suan::generate<double>(a.row_layout(),
                                      [=](GlobalIndex i) { return i % 2 == 0 ? 1.0 : sign; });
      smoother.smooth(zero, x, Guess::given);
      const auto all = x.gather();
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double c = static_cast<double>(i / 2 + 1) / static_cast<double>(n / 2 + 1);
        const double eigenvalue = 1 + sign * c;
        const double factor = kind == "fourth"
                                  ? fourth_kind_of_degree_2(eigenvalue, smoother.bound())
                                  : first_kind_of_degree_2(eigenvalue, smoother.bound());
        EXPECT_NEAR(all[i], (i % 2 == 0 ? 1.0 : sign) * factor, 1e-13) << kind << i;
      }
    }
  }
}

TEST(Chebyshev, KeepsTheBoundWhenAsked) {
  const auto layout = Layout::even(20, suan::Communicator::world());
  const auto first = suan::test::definite<double>(layout, 1);
  const auto second = suan::test::definite<double>(layout, 2);
  Chebyshev<double> fresh(first);
  Chebyshev<double> kept(first, {.bound = {.reuse_bound = true}});
  const double bound = kept.bound();
  EXPECT_THAT(fresh.update(second), HasSubstr("anew"));
  EXPECT_THAT(kept.update(second), HasSubstr("kept"));
  EXPECT_EQ(kept.bound(), bound);
  EXPECT_NE(fresh.bound(), bound);
}

}  // namespace
