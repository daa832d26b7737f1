// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Transposes of matrices with an entry (j, i) for each entry (i, j), and of those that nearly are
// so.
#include <gmock/gmock.h>

#include <cstdlib>

#include "suan/kernels/transpose.hpp"
#include "suan/matrix/transform.hpp"
#include "transpose_reference.hpp"

namespace {

using suan::LocalIndex;
using suan::Offset;
using suan::test::HostArrays;
using suan::test::to_host;
using suan::test::transpose_reference;

template <class T>
class MirroredTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(MirroredTest, Scalars);

/// Whether there is an entry (i, j), and (j, i) then.
using Near = bool (*)(LocalIndex i, LocalIndex j);
/// A band. Nearly all mirrors are where they are guessed, and rows are long enough for prefetching.
bool in_band(LocalIndex i, LocalIndex j) { return std::abs(i - j) <= 8; }
/// Bands, and one full row and column, which shifts all others by one position.
bool in_bands(LocalIndex i, LocalIndex j) {
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

/// A symmetric structure with unsymmetric values. `edit(i, columns)` may change the columns of row
/// i.
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

TYPED_TEST(MirroredTest, MirroredEntriesShareTheStructure) {
  using T = TypeParam;
  for (const Near near : {in_band, in_bands, in_blocks}) {
    const auto a = mirrored<T>(3000, near, [](LocalIndex, auto&) {});
    const auto csr = a.csr();
    for (const auto& space : suan::test::instances()) {
      const auto at = suan::kernels::transpose(space, csr.view(), true);
      EXPECT_EQ(to_host(at), transpose_reference(a, true));
      EXPECT_EQ(at.indices.data(), csr.view().indices.data());
      const suan::kernels::TransposePlan<T> plan(space, csr.view());
      EXPECT_EQ(to_host(plan.apply(space, csr.view().values, true)), transpose_reference(a, true));
    }
  }
}

// Each of these looks symmetric in the sample of rows, which are the multiples of 6.
TYPED_TEST(MirroredTest, OneFlawIsFound) {
  using T = TypeParam;
  constexpr LocalIndex n = 3000;
  constexpr LocalIndex flawed = 2999;
  std::vector<HostArrays<T>> all;
  for (const Near near : {in_band, in_bands, in_blocks}) {
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) columns.erase(columns.end() - 2);  // 2998
    }));
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) std::swap(columns[columns.size() - 2], columns.back());
    }));
    all.push_back(mirrored<T>(n, near, [](LocalIndex i, auto& columns) {
      if (i == flawed) columns.push_back(columns.back());
    }));
  }
  for (const auto& a : all) {
    const auto csr = a.csr();
    for (const auto& space : suan::test::instances()) {
      EXPECT_EQ(to_host(suan::kernels::transpose(space, csr.view(), false)),
                transpose_reference(a, false));
    }
    EXPECT_EQ(to_host(suan::Transposition<T>(csr).transpose(csr)), transpose_reference(a, false));
  }
}

// Entry (b, f - 1) has no mirror. When it is visited, the only column of row f - 1 has been found
// already, and after it comes row f, which starts with b. If the work of two threads (or of an even
// number) is divided at f, nothing else is wrong.
TYPED_TEST(MirroredTest, AnEntryOfTheNextRowIsNoMirror) {
  using T = TypeParam;
  constexpr LocalIndex a = 4;
  constexpr LocalIndex b = 7;
  constexpr LocalIndex f = 1500;
  constexpr LocalIndex blocks = 2 * f - 12;
  for (LocalIndex n = blocks; n <= blocks + 60; ++n) {
    // Blocks of three rows without the four, whose mirrors are not where they are guessed; then
    // rows of one entry, which shift the point where the work is divided.
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
                transpose_reference(flawed, false))
          << n;
    }
  }
}

}  // namespace
