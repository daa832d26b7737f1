// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/operator.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/matrix/csr.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Csr;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Vector;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Csr<double> make(LocalIndex rows, LocalIndex columns, std::vector<Offset> offsets,
                 std::vector<LocalIndex> indices, std::vector<double> values) {
  return Csr<double>::from_host(rows, columns, offsets, indices, values);
}

TEST(Csr, RefusesArraysThatDoNotFit) {
  EXPECT_THAT(
      [] {
        make(2, 2, {0, 1}, {0}, {1});
      },
      ThrowsMessage<suan::DimensionMismatch>(HasSubstr("2 row offsets, but 3")));
  EXPECT_THAT(
      [] {
        make(1, 1, {0, 1}, {0}, {1, 2});
      },
      ThrowsMessage<suan::DimensionMismatch>(HasSubstr("1 columns, but 2 values")));
  EXPECT_THAT(
      [] {
        make(1, 1, {0, 2}, {0}, {1});
      },
      ThrowsMessage<suan::DimensionMismatch>(HasSubstr("from 0 to 2")));
  EXPECT_THAT(
      [] {
        make(3, 3, {0, 2, 1, 2}, {0, 1}, {1, 2});
      },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 1")));
  EXPECT_THAT(
      [] {
        make(2, 2, {0, 1, 2}, {0, 2}, {1, 2});
      },
      ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr("row 1"), HasSubstr("outside [0, 2)"))));
  EXPECT_THROW(make(2, 2, {0, 1, 2}, {0, -1}, {1, 2}), suan::InvalidArgument);
}

TEST(Csr, KnowsWhetherItIsSorted) {
  EXPECT_TRUE(make(2, 3, {0, 2, 3}, {0, 2, 1}, {1, 2, 3}).sorted());
  EXPECT_FALSE(make(1, 3, {0, 2}, {2, 0}, {1, 2}).sorted());
  EXPECT_FALSE(make(1, 3, {0, 2}, {1, 1}, {1, 2}).sorted());
}

TEST(Csr, DiagonalSumsDuplicatesAndKnowsWhatIsMissing) {
  const auto d = make(3, 3, {0, 3, 3, 4}, {0, 1, 0, 2}, {1, 5, 2, 7}).diagonal();
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), d);
  EXPECT_EQ(host(0), 3);
  EXPECT_EQ(host(1), 0);
  EXPECT_EQ(host(2), 7);
  EXPECT_THROW(make(1, 2, {0, 0}, {}, {}).diagonal(), suan::InvalidArgument);
}

TEST(Csr, CountsItsBytes) {
  const auto a = make(2, 2, {0, 1, 2}, {0, 1}, {1, 2});
  EXPECT_EQ(a.memory_bytes(), 3 * 8 + 2 * 4 + 2 * 8);
  EXPECT_EQ(a.bytes_per_apply(), a.memory_bytes() + 4 * 8);
}

TEST(Operator, RefusesVectorsThatDoNotFit) {
  const auto a = make(2, 3, {0, 1, 2}, {0, 2}, {1, 2});
  const Vector<double> x3(Layout::serial(3));
  const Vector<double> x4(Layout::serial(4));
  Vector<double> y2(Layout::serial(2));
  Vector<double> y3(Layout::serial(3));
  EXPECT_NO_THROW(a.apply(x3, y2));
  EXPECT_THAT([&] { a.apply(x4, y2); },
              ThrowsMessage<suan::DimensionMismatch>(
                  AllOf(HasSubstr("x has 4 elements"), HasSubstr("has 3 elements"))));
  EXPECT_THROW(a.apply(x3, y3), suan::DimensionMismatch);
  EXPECT_THROW(a.apply_dot(x3, y3), suan::DimensionMismatch);
}

TEST(Operator, RefusesSharedElements) {
  const auto a = make(2, 2, {0, 1, 2}, {0, 1}, {1, 2});
  const auto layout = Layout::serial(2);
  Vector<double> x(layout);
  Vector<double> same(layout, x.view());
  EXPECT_THAT([&] { a.apply(x, same); }, ThrowsMessage<suan::InvalidArgument>(HasSubstr("share")));

  const suan::DeviceView<double> array("suan::test", 4);
  const auto part = [&](std::size_t first) {
    return Vector<double>(layout, Kokkos::subview(array, std::pair(first, first + 2)));
  };
  auto moved = part(1);
  EXPECT_THROW(a.apply(part(0), moved), suan::InvalidArgument);
  EXPECT_THROW(a.residual(part(2), part(0), moved), suan::InvalidArgument);
  auto behind = part(2);
  EXPECT_NO_THROW(a.apply(part(0), behind));
}

TEST(Operator, ResidualAndItsNormWhereSquaresLeaveTheRange) {
  const auto a = make(2, 2, {0, 1, 2}, {0, 1}, {1, 2});
  const auto layout = Layout::serial(2);
  for (const double size : {1.0, 1e200, 1e-200}) {
    const Vector<double> b = Vector<double>::from_host(layout, std::vector{3 * size, 4 * size});
    Vector<double> r(layout);
    EXPECT_DOUBLE_EQ(a.residual(b, Vector<double>(layout), r), 5 * size);
    EXPECT_EQ(r.to_host(), b.to_host());
  }
}

TEST(Identity, IsTheIdentity) {
  const auto layout = Layout::serial(3);
  const suan::Identity<double> identity(layout);
  const auto x = suan::random_vector<double>(layout, 1);
  Vector<double> y(layout);
  identity.apply(x, y);
  EXPECT_EQ(x.to_host(), y.to_host());
  EXPECT_TRUE(identity.access().is_identity());
}

TEST(FunctionOperator, HasAllFormsOfAProduct) {
  const auto layout = Layout::serial(2);
  const suan::FunctionOperator<double> twice(
      layout, layout,
      [](const Vector<double>& x, Vector<double>& y) { suan::axpby(2.0, x, 0.0, y); });
  const auto x = Vector<double>::from_host(layout, std::vector<double>{1, 2});
  auto y = suan::ones(layout);
  twice.apply(3, x, -1, y);
  EXPECT_EQ(y.to_host(), (std::vector<double>{5, 11}));
  EXPECT_EQ(twice.apply_dot(x, y), 10);
  Vector<double> r(layout);
  EXPECT_DOUBLE_EQ(twice.residual(suan::ones(layout), x, r), std::sqrt(1.0 + 9.0));
  EXPECT_THROW(suan::FunctionOperator<double>(layout, layout, nullptr), suan::InvalidArgument);
}

}  // namespace
