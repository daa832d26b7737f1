// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/transpose.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/transform.hpp"
#include "support/sparse.hpp"

namespace {

using suan::Csr;
using suan::ExecutionSpace;
using suan::LocalIndex;
using suan::Offset;
using suan::test::HostArrays;
using suan::test::to_host;
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

/// Row by row into lists per column.
template <class T>
HostArrays<T> reference(const HostArrays<T>& a, bool conjugated) {
  std::vector<std::vector<std::pair<LocalIndex, T>>> lists(static_cast<std::size_t>(a.columns));
  for (LocalIndex i = 0; i < a.rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (auto k = static_cast<std::size_t>(a.offsets[row]);
         k < static_cast<std::size_t>(a.offsets[row + 1]); ++k) {
      lists[static_cast<std::size_t>(a.indices[k])].emplace_back(
          i, conjugated ? suan::conjugate(a.values[k]) : a.values[k]);
    }
  }
  HostArrays<T> result{a.columns, a.rows};
  for (const auto& list : lists) {
    for (const auto& [i, value] : list) {
      result.indices.push_back(i);
      result.values.push_back(value);
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

TYPED_TEST(TransposeTest, TinyMatrixByHand) {
  using T = TypeParam;
  // [1 0 2; 0 0 0; 4 3 0], its last row not in order
  const HostArrays<T> a{3, 3, {0, 2, 2, 4}, {0, 2, 1, 0}, {T(1), T(2), T(3), T(4)}};
  const auto at = suan::transpose(a.csr());
  EXPECT_TRUE(at.sorted());
  EXPECT_EQ(to_host(at),
            (HostArrays<T>{3, 3, {0, 2, 3, 4}, {0, 2, 2, 0}, {T(1), T(4), T(3), T(2)}}));
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
      const auto expected = reference(a, conjugated);
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
  EXPECT_EQ(to_host(plan.transpose(a.csr())), reference(a, false));
}

TYPED_TEST(TransposeTest, TwiceIsTheMatrixItself) {
  using T = TypeParam;
  const auto a = suan::test::irregular_sorted<T>(1500, 900, 30, 7);
  EXPECT_EQ(to_host(suan::transpose(suan::transpose(a.csr()))), a);
}

/// Whether there is an entry (i, j), and (j, i) then.
using Near = bool (*)(LocalIndex i, LocalIndex j);
/// A band, and one row and column that are full. Most mirrors are where they are guessed.
bool in_band(LocalIndex i, LocalIndex j) {
  const LocalIndex distance = std::abs(i - j);
  return distance <= 1 || distance == 100 || i == 7 || j == 7;
}
/// Three unknowns at each point of a line, and some points that are linked to the first. Two of
/// three mirrors are elsewhere.
bool in_blocks(LocalIndex i, LocalIndex j) {
  const LocalIndex p = i / 3;
  const LocalIndex q = j / 3;
  return std::abs(p - q) <= 1 || (p == 0 && q % 5 == 0) || (q == 0 && p % 5 == 0);
}

/// Entries (i, j) and (j, i) alike in place and not in value. `edit(i, columns)` may change the
/// columns of row i.
template <class T, class Edit>
HostArrays<T> mirrored(LocalIndex n, Near near, const Edit& edit) {
  HostArrays<T> a{n, n};
  for (LocalIndex i = 0; i < n; ++i) {
    std::vector<LocalIndex> columns;
    for (LocalIndex j = 0; j < n; ++j) {
      if (near(i, j)) columns.push_back(j);
    }
    edit(i, columns);
    for (const LocalIndex j : columns) {
      a.indices.push_back(j);
      a.values.push_back(T(static_cast<float>((3 * i + 5 * j) % 64 + 1)));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

TYPED_TEST(TransposeTest, MirroredEntriesShareTheStructure) {
  using T = TypeParam;
  for (const Near near : {in_band, in_blocks}) {
    const auto a = mirrored<T>(3000, near, [](LocalIndex, auto&) {});
    const auto csr = a.csr();
    for (const auto& space : suan::test::instances()) {
      const auto at = suan::kernels::transpose(space, csr.view(), true);
      EXPECT_EQ(to_host(at), reference(a, true));
      EXPECT_EQ(at.indices.data(), csr.view().indices.data());
      const suan::kernels::TransposePlan<T> plan(space, csr.view());
      EXPECT_EQ(to_host(plan.apply(space, csr.view().values, true)), reference(a, true));
    }
  }
}

// Each of these looks mirrored to whoever sees a sample of the rows.
TYPED_TEST(TransposeTest, OneFlawIsFound) {
  using T = TypeParam;
  constexpr LocalIndex n = 3000;
  constexpr LocalIndex flawed = 2999;
  std::vector<HostArrays<T>> all;
  for (const Near near : {in_band, in_blocks}) {
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) columns.pop_back();  // the diagonal: no other row misses it
      if (i == flawed) columns.erase(columns.begin());
    }));
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) std::swap(columns.front(), columns.back());
    }));
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) columns.push_back(columns.back());
    }));
  }
  for (const auto& a : all) {
    const auto csr = a.csr();
    for (const auto& space : suan::test::instances()) {
      EXPECT_EQ(to_host(suan::kernels::transpose(space, csr.view(), false)), reference(a, false));
    }
    EXPECT_EQ(to_host(suan::Transposition<T>(csr).transpose(csr)), reference(a, false));
  }
}

// Entry (b, f - 1) has no mirror. When it is met, the only column of row f - 1 has been found
// already, and behind it stands row f, which begins with b. Where the work of two threads is
// divided at f, nothing else is wrong.
TYPED_TEST(TransposeTest, AnEntryOfTheNextRowIsNoMirror) {
  using T = TypeParam;
  constexpr LocalIndex a = 4;
  constexpr LocalIndex b = 7;
  constexpr LocalIndex f = 1500;
  constexpr LocalIndex blocks = 2 * f - 12;
  for (LocalIndex n = blocks; n <= blocks + 60; ++n) {
    // Blocks of three rows without the four, whose mirrors are not where they are guessed; then
    // rows of one entry, which move the place where the work is divided.
    const auto columns_of = [&](LocalIndex i) -> std::vector<LocalIndex> {
      if (i == a) return {f - 1};
      if (i == b) return {f - 1, f};
      if (i == f - 1) return {a};
      if (i == f) return {b};
      if (i >= blocks) return {i};
      std::vector<LocalIndex> columns;
      for (LocalIndex j = i / 3 * 3; j < i / 3 * 3 + 3; ++j) {
        if (j != a && j != b && j != f - 1 && j != f) columns.push_back(j);
      }
      return columns;
    };
    HostArrays<T> flawed{n, n};
    for (LocalIndex i = 0; i < n; ++i) {
      for (const LocalIndex j : columns_of(i)) {
        flawed.indices.push_back(j);
        flawed.values.push_back(T(static_cast<float>((3 * i + 5 * j) % 64 + 1)));
      }
      flawed.offsets.push_back(static_cast<Offset>(flawed.indices.size()));
    }
    for (const auto& space : suan::test::instances()) {
      EXPECT_EQ(to_host(suan::kernels::transpose(space, flawed.csr().view(), false)),
                reference(flawed, false))
          << n;
    }
  }
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
  EXPECT_EQ(to_host(column), reference(row, false));
  EXPECT_EQ(to_host(suan::transpose(column)), reference(to_host(column), false));
}

TYPED_TEST(TransposeTest, SameBitsEachTime) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(4000, 3000, 30, 8).csr();
  const auto expected = to_host(suan::transpose(a));
  for (int k = 0; k < 20; ++k) EXPECT_EQ(to_host(suan::transpose(a)), expected);
}

}  // namespace
