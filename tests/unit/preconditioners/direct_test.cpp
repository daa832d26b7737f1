// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/direct.hpp"

#include "direct_cases.hpp"

namespace {

using suan::Direct;
using suan::GlobalIndex;
using suan::InvalidArgument;
using suan::LocalIndex;
using suan::MultiVector;
using suan::RowWriter;
using suan::Vector;
using suan::test::dense;
using suan::test::eps;
using suan::test::error_of;
using suan::test::even;
using suan::test::expect_solves;
using suan::test::number;
using suan::test::saddle_point;
using suan::test::unsymmetric;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class DirectTest : public testing::Test {};
using DirectScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(DirectTest, DirectScalars);

TYPED_TEST(DirectTest, ByHand) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  // Zero in the corner; the inverse of [0 2 0; 4 0 0; 0 1 1] is [0 1/4 0; 1/2 0 0; -1/2 0 1].
  const auto layout = even(3);
  const auto a = dense<T>(layout, {{T(0), T(2), T(0)}, {T(4), T(0), T(0)}, {T(0), T(1), T(1)}});
  const Direct<T> m(a);
  const auto b = suan::generate<T>(layout, [](GlobalIndex i) {
    return T(static_cast<float>(i == 0 ? 6 : i == 1 ? 4 : 5));
  });
  Vector<T> x(layout);
  m.apply(b, x);
  const auto found = x.gather();
  const float expected[] = {1, 3, 2};
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_LE(Kokkos::abs(found[i] - T(expected[i])), 8 * eps<T>);
  }
  EXPECT_FALSE(m.is_symmetric());
  // det = -8
  const auto determinant = m.determinant();
  EXPECT_LE(
      std::abs(std::ldexp(1.0, static_cast<int>(determinant.exponent)) * determinant.mantissa +
               8.0),
      64 * eps<T>);
  EXPECT_EQ(m.name(), "direct");
}

TYPED_TEST(DirectTest, UnsymmetricWithZerosOnTheDiagonal) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  for (const auto& layout : suan::test::smoother_layouts(90)) {
    const auto a = unsymmetric<T>(layout);
    const Direct<T> m(a);
    EXPECT_FALSE(m.is_symmetric());
    expect_solves(a, m);
  }
}

TYPED_TEST(DirectTest, SymmetricIndefinite) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  for (const auto& layout : suan::test::smoother_layouts(100)) {
    const auto a = saddle_point<T>(layout, 20);
    const Direct<T> m(a);
    EXPECT_TRUE(m.is_symmetric());
    expect_solves(a, m);
    if constexpr (!suan::is_complex<T>) {
      const auto inertia = m.inertia();
      EXPECT_EQ(inertia.positive, 80);
      EXPECT_EQ(inertia.negative, 20);
      EXPECT_EQ(inertia.zero, 0);
    } else {
      EXPECT_THROW(m.inertia(), InvalidArgument);
    }
    // The same by L U.
    const Direct<T> general(a, {.symmetry = "general"});
    EXPECT_FALSE(general.is_symmetric());
    expect_solves(a, general);
    EXPECT_THROW(general.inertia(), InvalidArgument);
    EXPECT_LT(m.report().entries, general.report().entries);
    const double one = std::abs(m.determinant().mantissa);
    const double other = std::abs(general.determinant().mantissa);
    const auto apart = static_cast<int>(m.determinant().exponent - general.determinant().exponent);
    EXPECT_NEAR(std::ldexp(one, apart) / other, 1, 1e4 * eps<T>);
  }
}

TYPED_TEST(DirectTest, HermitianMatricesAreNoSymmetricOnes) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  const auto a = suan::test::definite<T>(even(60), 1, 0.5);
  const Direct<T> m(a);
  EXPECT_EQ(m.is_symmetric(), !suan::is_complex<T>);
  expect_solves(a, m);
  if constexpr (suan::is_complex<T>) {
    EXPECT_THAT([&] { Direct<T>(a, {.symmetry = "symmetric"}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("without conjugates")));
  }
}

TYPED_TEST(DirectTest, SeveralRightHandSides) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  for (const auto& layout : suan::test::smoother_layouts(50)) {
    const auto a = unsymmetric<T>(layout);
    const Direct<T> m(a);
    for (const LocalIndex columns : {4, 0, 1, 7}) {
      const auto b = suan::test::random_vectors<T>(layout, columns);
      auto y = suan::test::random_vectors<T>(layout, columns, 40);
      const auto before = y;
      MultiVector<T> x(layout, columns);
      m.apply(b, x);
      m.apply(T(2), b, T(-1), y);
      for (LocalIndex j = 0; j < columns; ++j) {
        EXPECT_LE(error_of(a, b.column(j), x.column(j)), 1e4 * eps<T>);
        auto expected = before.column(j);
        suan::axpby(T(2), x.column(j), T(-1), expected);
        suan::axpy(T(-1), y.column(j), expected);
        EXPECT_LE(suan::norm2(expected), 1e4 * eps<T> * suan::norm2(x.column(j)));
      }
    }
  }
}

TYPED_TEST(DirectTest, AnUpdateKeepsTheAnalysis) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  const auto layout = even(70);
  Direct<T> m(unsymmetric<T>(layout, 1));
  const auto other = unsymmetric<T>(layout, 20, 8);
  EXPECT_THAT(m.update(other), HasSubstr("analysis was kept"));
  expect_solves(other, m);
  const auto symmetric = saddle_point<T>(layout, 10);
  EXPECT_THAT(m.update(symmetric), HasSubstr("made anew"));
  EXPECT_TRUE(m.is_symmetric());
  expect_solves(symmetric, m);
  // What fails changes nothing.
  const auto zero = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
    if (i != 33) row.add(i, T(1));
  });
  EXPECT_THROW(m.update(zero), InvalidArgument);
  expect_solves(symmetric, m);
}

TYPED_TEST(DirectTest, UnitsDoNotMatter) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  const auto layout = even(40);
  const bool is_single = suan::test::is_single<T>;
  for (const double unit : {is_single ? 1e-30 : 1e-290, is_single ? 1e30 : 1e290}) {
    const auto a = suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
      const auto times = [=](double x) { return number<T>(unit * x, 0); };
      if (i > 0) row.add(i - 1, times(-1));
      row.add(i, times(3));
      if (i < 39) row.add(i + 1, times(-0.5));
    });
    const Direct<T> m(a);
    const auto b = suan::random_vector<T>(layout, 5);
    Vector<T> small(layout);
    suan::axpy(number<T>(unit, 0), b, small);
    Vector<T> x(layout);
    m.apply(small, x);
    EXPECT_LE(error_of(a, small, x), 100 * eps<T>);
  }
}

TYPED_TEST(DirectTest, EstimatesErrors) {
  using T = TypeParam;
  SUAN_NEEDS_MUMPS();
  for (const auto& layout : suan::test::smoother_layouts(60)) {
    // diag(1, 2, 4, ...) with one more entry: errors are small whatever the condition number.
    const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
      if (i > 0) row.add(0, T(0.5F));
      row.add(i, T(static_cast<float>(1 << i % 5)));
    });
    const Direct<T> m(a);
    const auto expected = suan::random_vector<T>(layout, 8);
    Vector<T> b(layout);
    Vector<T> x(layout);
    a.apply(expected, b);
    const auto errors = m.errors(b, x);
    EXPECT_LE(errors.residual, 100 * eps<T>);
    EXPECT_LE(errors.backward_error, 100 * eps<T>);
    EXPECT_GE(errors.condition, 1);
    suan::axpy(T(-1), expected, x);
    EXPECT_LE(suan::norm_inf(x), 10 * (errors.forward_error + eps<T>)*suan::norm_inf(expected));
    expect_solves(a, m);  // as before
  }
}

// One of very many rows has no mirror images, as where an unknown was fixed: a sample of rows and
// sums in single precision, which probe() looks at, do not tell.
TEST(Direct, OneRowWithoutMirrorImagesIsEnough) {
  SUAN_NEEDS_MUMPS();
  constexpr GlobalIndex size = 400009;
  constexpr GlobalIndex fixed = 200003;
  const auto layout = even(size);
  const auto a =
      suan::generate_rows<float>(layout, layout, [](GlobalIndex i, RowWriter<float>& row) {
        if (i > 0 && i != fixed) row.add(i - 1, -1);
        row.add(i, i == fixed ? 1.0F : 4.0F);
        if (i + 1 < size && i != fixed) row.add(i + 1, -1);
      });
  const Direct<float> m(a);
  EXPECT_FALSE(m.is_symmetric());
  suan::test::expect_solves(a, m);
  // A tree as deep as there are rows, which MUMPS goes through recursively.
  suan::test::expect_solves(a, Direct<float>(a, {.ordering = "amd"}));
}

}  // namespace
