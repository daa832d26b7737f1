// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/transpose.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/transform.hpp"
#include "support/sparse.hpp"
#include "transpose_reference.hpp"

namespace {

using suan::Csr;
using suan::ExecutionSpace;
using suan::LocalIndex;
using suan::Offset;
using suan::test::HostArrays;
using suan::test::to_host;
using suan::test::transpose_reference;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Transposition, RefusesAnotherSizeAndAnotherStructure) {
  const auto a = HostArrays<double>{2, 3, {0, 2, 3}, {0, 2, 1}, {1, 2, 3}}.csr();
  const suan::Transposition<double> plan(a);
  EXPECT_THAT(([&] {
                plan.transpose(HostArrays<double>{2, 2, {0, 0, 0}}.csr());
              }),
              ThrowsMessage<suan::DimensionMismatch>(
                  AllOf(HasSubstr("A (2 x 2, 0 entries)"), HasSubstr("2 x 3"))));
  const auto moved = HostArrays<double>{2, 3, {0, 2, 3}, {0, 2, 2}, {1, 2, 3}}.csr();
  EXPECT_THAT([&] { plan.transpose(moved); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("only values may change")));
  const auto other_rows = HostArrays<double>{2, 3, {0, 1, 3}, {0, 2, 1}, {1, 2, 3}}.csr();
  EXPECT_THROW(plan.conjugate_transpose(other_rows), suan::InvalidArgument);
}

template <class T>
class TransposeTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TransposeTest, Scalars);

TYPED_TEST(TransposeTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 4 3 0], its last row not in order
  const HostArrays<T> a{3, 3, {0, 2, 2, 4}, {0, 2, 1, 0}, {T(1), T(2), T(3), T(4)}};
  const auto at = suan::transpose(a.csr());
  EXPECT_TRUE(at.sorted());
  EXPECT_EQ(to_host(at),
            (HostArrays<T>{3, 3, {0, 2, 3, 4}, {0, 2, 2, 0}, {T(1), T(4), T(3), T(2)}}));
}

TEST(Transpose, OutlivesArraysThatItDoesNotOwn) {
  const std::vector<Offset> offsets{0, 2, 4};
  std::vector<LocalIndex> indices{0, 1, 0, 1};
  const std::vector<double> values{1, 2, 3, 4};
  const auto wrap = [](const auto& array) {
    using T = typename std::decay_t<decltype(array)>::value_type;
    return Kokkos::create_mirror_view_and_copy(suan::MemorySpace(),
                                               suan::HostView<const T>(array.data(), array.size()));
  };
  const Csr<double> a(2, 2, wrap(offsets), wrap(indices), wrap(values));
  const auto at = suan::transpose(a);
  const suan::Transposition<double> plan(a);
  indices = {1, 1, 1, 1};
  const HostArrays<double> expected{2, 2, offsets, {0, 1, 0, 1}, {1, 3, 2, 4}};
  EXPECT_EQ(to_host(at), expected);
  EXPECT_EQ(to_host(plan.transpose(HostArrays<double>{2, 2, offsets, {0, 1, 0, 1}, values}.csr())),
            expected);
}

TEST(ConjugateTranspose, ChangesTheSignOfImaginaryParts) {
  using suan::Complex;
  const HostArrays<Complex> a{1, 2, {0, 2}, {0, 1}, {Complex(1, 2), Complex(3, -4)}};
  EXPECT_EQ(to_host(suan::conjugate_transpose(a.csr())).values,
            (std::vector<Complex>{Complex(1, -2), Complex(3, 4)}));
  EXPECT_EQ(to_host(suan::transpose(a.csr())).values, a.values);
}

TYPED_TEST(TransposeTest, AgreesWithTheReferenceOnAnyNumberOfThreads) {
  using T = TypeParam;
  for (const auto& [rows, columns, longest] :
       {std::tuple{3001, 2003, 40}, {20, 30011, 100}, {30011, 7, 5}}) {
    const auto a = suan::test::irregular<T>(rows, columns, longest, 5);
    const auto csr = a.csr();
    const suan::Transposition<T> plan(csr);
    for (const bool conjugated : {false, true}) {
      const auto expected = transpose_reference(a, conjugated);
      for (const auto& space : suan::test::instances()) {
        EXPECT_EQ(to_host(suan::kernels::transpose(space, csr.view(), conjugated)), expected);
        const suan::kernels::TransposePlan<T> kernel(space, csr.view());
        EXPECT_EQ(to_host(kernel.apply(space, csr.view().values, conjugated)), expected);
      }
      EXPECT_EQ(to_host(conjugated ? plan.conjugate_transpose(csr) : plan.transpose(csr)),
                expected);
    }
  }
}

TYPED_TEST(TransposeTest, ThePlanTakesNewValues) {
  using T = TypeParam;
  auto a = suan::test::irregular<T>(500, 400, 20, 6);
  const suan::Transposition<T> plan(a.csr());
  for (auto& value : a.values) value = value * T(2) + T(1);
  EXPECT_EQ(to_host(plan.transpose(a.csr())), transpose_reference(a, false));
}

TYPED_TEST(TransposeTest, TwiceIsTheMatrixItself) {
  using T = TypeParam;
  const auto a = suan::test::irregular_sorted<T>(1500, 900, 30, 7);
  EXPECT_EQ(to_host(suan::transpose(suan::transpose(a.csr()))), a);
}

TYPED_TEST(TransposeTest, CornerShapes) {
  using T = TypeParam;
  EXPECT_EQ(to_host(suan::transpose(HostArrays<T>{}.csr())), HostArrays<T>{});
  EXPECT_EQ(to_host(suan::transpose(HostArrays<T>{0, 2}.csr())), (HostArrays<T>{2, 0, {0, 0, 0}}));
  EXPECT_EQ(to_host(suan::transpose(HostArrays<T>{2, 0, {0, 0, 0}}.csr())), (HostArrays<T>{0, 2}));
  // Duplicates stay, in their order.
  const HostArrays<T> twice{1, 2, {0, 3}, {1, 1, 0}, {T(1), T(2), T(3)}};
  EXPECT_EQ(to_host(suan::transpose(twice.csr())),
            (HostArrays<T>{2, 1, {0, 1, 3}, {0, 0, 0}, {T(3), T(1), T(2)}}));
}

TYPED_TEST(TransposeTest, OneLongRowAndOneLongColumn) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> row{1, n, {0, n}, std::vector<LocalIndex>(n), std::vector<T>(n, T(1))};
  for (LocalIndex j = 0; j < n; ++j) row.indices[static_cast<std::size_t>(j)] = n - 1 - j;
  row.values[7] = T(5);
  const auto column = suan::transpose(row.csr());
  EXPECT_EQ(to_host(column), transpose_reference(row, false));
  EXPECT_EQ(to_host(suan::transpose(column)), transpose_reference(to_host(column), false));
}

TYPED_TEST(TransposeTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(4000, 3000, 30, 8).csr();
  const auto expected = to_host(suan::transpose(a));
  for (int k = 0; k < 20; ++k) EXPECT_EQ(to_host(suan::transpose(a)), expected);
}

}  // namespace
