// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/jacobi.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/assembly.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"

namespace {

using suan::GlobalIndex;
using suan::Layout;
using suan::Vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Powers of two on the diagonal, times a factor, and -1 beside it.
template <class T>
suan::DistributedMatrix<T> banded(GlobalIndex size, GlobalIndex zero_row = -1, float factor = 1) {
  const auto layout = Layout::even(size, suan::Communicator::world());
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, suan::RowWriter<T>& row) {
    if (i > 0) row.add(i - 1, T(-1));
    row.add(i, i == zero_row ? T(0) : T(factor * static_cast<float>(1 << (i % 5))));
    if (i + 1 < size) row.add(i + 1, T(-1));
  });
}

template <class T>
class JacobiTest : public testing::Test {};
using JacobiScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(JacobiTest, JacobiScalars);

TYPED_TEST(JacobiTest, DividesByTheDiagonal) {
  using T = TypeParam;
  const auto a = banded<T>(40);
  const suan::Jacobi<T> m(a);
  const auto x = suan::ones<T>(a.row_layout());
  auto y = suan::ones<T>(a.row_layout());
  m.apply(T(2), x, T(1), y);
  const auto all = y.gather();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i], T(1) + T(2.0f / static_cast<float>(1 << (i % 5))));
  }
}

TYPED_TEST(JacobiTest, AnUpdateIsAsGoodAsANewOne) {
  using T = TypeParam;
  const auto a = banded<T>(40);
  suan::Jacobi<T> m(a);
  const auto x = suan::ones<T>(a.row_layout());
  Vector<T> y(a.row_layout());
  Vector<T> z(a.row_layout());
  EXPECT_THAT(m.update(banded<T>(40, -1, 4)), HasSubstr("anew"));
  m.apply(x, y);
  suan::Jacobi<T>(a).apply(T(0.25f), x, T(0), z);
  EXPECT_EQ(y.gather(), z.gather());
  // What cannot be inverted changes nothing, nor does another size.
  EXPECT_THROW(m.update(banded<T>(40, 33)), suan::InvalidArgument);
  EXPECT_THROW(m.update(banded<T>(41)), suan::DimensionMismatch);
  m.apply(x, z);
  EXPECT_EQ(y.gather(), z.gather());
}

TYPED_TEST(JacobiTest, NamesTheRowOfAZeroOnAllRanks) {
  using T = TypeParam;
  const auto a = banded<T>(40, 33);
  EXPECT_THAT([&] { suan::Jacobi<T> m(a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 33")));
}

TYPED_TEST(JacobiTest, EntriesVanishBesideTheirRowsWhateverTheUnits) {
  using T = TypeParam;
  using R = suan::Real<T>;
  constexpr bool is_float = std::is_same_v<R, float>;
  const auto layout = Layout::even(20, suan::Communicator::world());
  const auto matrix = [&](double unit, double small) {
    return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, suan::RowWriter<T>& row) {
      const auto value = [&](double x) { return static_cast<T>(static_cast<R>(unit * x)); };
      if (i > 0) row.add(i - 1, value(-1.0));  // one of the two is on the same rank
      row.add(i, value(i == 13 ? small : 3.0));
      if (i + 1 < 20) row.add(i + 1, value(-1.0));
    });
  };
  const double huge = is_float ? 1e30 : 1e290;
  for (const double unit : {1.0, huge, 1 / huge}) {
    EXPECT_THAT([&] { suan::Jacobi<T> m(matrix(unit, is_float ? 1e-8 : 1e-17)); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 13")));
    EXPECT_NO_THROW(suan::Jacobi<T>(matrix(unit, 1e-5)));
  }
  // A whole row in other units is no reason.
  EXPECT_NO_THROW(suan::Jacobi<T>(
      suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, suan::RowWriter<T>& row) {
        row.add(i, static_cast<T>(static_cast<R>(i == 13 ? 3 / huge : 3.0)));
      })));
}

TEST(Jacobi, NeedsEntries) {
  const auto layout = Layout::serial(2);
  const suan::FunctionOperator<double> f(
      layout, layout, [](const Vector<double>& x, Vector<double>& y) { suan::copy(x, y); });
  EXPECT_THAT([&] { suan::Jacobi<double> m(f); },
              ThrowsMessage<suan::NotSupported>(HasSubstr("no accessible entries")));
}

}  // namespace
