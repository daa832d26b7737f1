// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/block_jacobi.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/assembly.hpp"
#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"

namespace {

using suan::BlockJacobi;
using suan::GlobalIndex;
using suan::Layout;
using suan::Real;
using suan::Vector;

/// Dense blocks of `size` rows that need pivoting (a zero in the corner of each), nothing else.
/// Every rank has `blocks` of them, and `rest` rows more, coupled among themselves.
template <class T>
suan::DistributedMatrix<T> block_diagonal(GlobalIndex size, GlobalIndex blocks, GlobalIndex rest) {
  const auto layout = Layout::from_local_size(size * blocks + rest, suan::Communicator::world());
  const GlobalIndex first = layout.first();
  const GlobalIndex last = layout.last();
  return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, suan::RowWriter<T>& row) {
    const GlobalIndex begin = i - (i - first) % size;
    for (GlobalIndex j = begin; j < std::min(begin + size, last); ++j) {
      const auto a = static_cast<float>(i - begin);
      const auto b = static_cast<float>(j - begin);
      // A Vandermonde-like block, zero at (0, 0) unless it is alone.
      const bool corner = i == begin && j == begin && begin + 1 < last;
      row.add(j, corner ? T(0) : T(1.0f / (a + 2 * b + 1)));
    }
  });
}

template <class T>
class BlockJacobiTest : public testing::Test {};
using BlockJacobiScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(BlockJacobiTest, BlockJacobiScalars);

TYPED_TEST(BlockJacobiTest, InvertsABlockDiagonalMatrix) {
  using T = TypeParam;
  for (const GlobalIndex size : {1, 2, 3, 4}) {
    const auto a = block_diagonal<T>(size, size == 1 ? 0 : 5, 1);
    const BlockJacobi<T> m(a, {.block_size = size});
    const auto x = suan::random_vector<T>(a.row_layout(), 3);
    Vector<T> ax(a.row_layout());
    Vector<T> back(a.row_layout());
    a.apply(x, ax);
    m.apply(ax, back);
    suan::axpy(T(-1), x, back);
    // The condition number of the blocks is below 1e4; n eps cond bounds the error.
    EXPECT_LE(suan::norm_inf(back), 4e4 * std::numeric_limits<Real<T>>::epsilon());
  }
}

TYPED_TEST(BlockJacobiTest, AnUpdateIsAsGoodAsANewOne) {
  using T = TypeParam;
  const auto a = block_diagonal<T>(3, 5, 1);
  const auto other = suan::generate_rows<T>(a.row_layout(), a.row_layout(),
                                            [](GlobalIndex i, suan::RowWriter<T>& row) {
                                              row.add(i, T(static_cast<float>(1 << i % 3)));
                                            });
  BlockJacobi<T> m(a, {.block_size = 3});
  EXPECT_FALSE(m.update(other).empty());
  const auto x = suan::random_vector<T>(a.row_layout(), 3);
  Vector<T> y(a.row_layout());
  Vector<T> z(a.row_layout());
  m.apply(x, y);
  BlockJacobi<T>(other, {.block_size = 3}).apply(x, z);
  EXPECT_EQ(y.gather(), z.gather());
}

TYPED_TEST(BlockJacobiTest, BlocksOfOneAreTheDiagonal) {
  using T = TypeParam;
  const auto layout = Layout::even(10, suan::Communicator::world());
  const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, T(5));
    row.add(i, T(4));
  });
  Vector<T> y(layout);
  BlockJacobi<T>(a, {.block_size = 1}).apply(suan::ones<T>(layout), y);
  for (const T& v : y.to_host()) EXPECT_EQ(v, T(0.25f));
}

TYPED_TEST(BlockJacobiTest, SingularIsJudgedWhateverTheUnits) {
  using T = TypeParam;
  using R = Real<T>;
  constexpr bool is_float = std::is_same_v<R, float>;
  const auto layout = Layout::serial(4);
  // [4 1; 1 2] in blocks with rows and columns in different units, the second block in `unit`, too;
  // with `gap` zero it is [4 1; 4 1].
  const auto matrix = [&](double unit, double gap) {
    return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, auto& row) {
      const double units[] = {1.0, is_float ? 1e-9 : 1e-120};
      const double entries[2][2] = {{4, 1}, {4 + gap * -3, 1 + gap}};
      const GlobalIndex begin = i - i % 2;
      for (GlobalIndex j = 0; j < 2; ++j) {
        row.add(begin + j, static_cast<T>(static_cast<R>((i < 2 ? 1.0 : unit) * units[i % 2] *
                                                         units[j] * entries[i % 2][j])));
      }
    });
  };
  const double huge = is_float ? 1e15 : 1e150;
  for (const double unit : {1.0, huge, is_float ? 1e-15 : 1e-60}) {
    const auto a = matrix(unit, 1);
    const BlockJacobi<T> m(a, {.block_size = 2});
    const auto x = suan::generate<T>(layout, [](GlobalIndex i) {
      return static_cast<T>(static_cast<R>(i % 2 == 0 ? 1 : is_float ? 1e9 : 1e120));
    });
    Vector<T> ax(layout);
    Vector<T> back(layout);
    a.apply(x, ax);
    m.apply(ax, back);
    const auto expected = x.to_host();
    const auto found = back.to_host();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_LE(Kokkos::abs(found[i] / expected[i] - T(1)),
                100 * std::numeric_limits<R>::epsilon());
    }
    EXPECT_THAT([&] { BlockJacobi<T>(matrix(unit, 0), {.block_size = 2}); },
                testing::ThrowsMessage<suan::InvalidArgument>(testing::HasSubstr("rows 0 to 1")));
  }
  // A block that vanishes beside the rest of its row.
  const auto wide = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, auto& row) {
    row.add(i, static_cast<T>(static_cast<R>(i == 1 ? 1e-20 : 1.0)));
    if (i == 1) row.add(3, T(1));
  });
  EXPECT_THROW(BlockJacobi<T>(wide, {.block_size = 2}), suan::InvalidArgument);
}

TEST(BlockJacobi, NamesTheRowsOfASingularBlock) {
  const auto layout = Layout::serial(6);
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    const GlobalIndex begin = i - i % 2;
    row.add(begin, i < 4 ? double(i + 1) : 1.0);
    row.add(begin + 1, i < 4 ? double(i * i + 2) : 1.0);
  });
  EXPECT_THAT([&] { BlockJacobi<double> m(a, {.block_size = 2}); },
              testing::ThrowsMessage<suan::InvalidArgument>(testing::HasSubstr("rows 4 to 5")));
  EXPECT_THROW(BlockJacobi<double>(a, {.block_size = 0}), suan::InvalidArgument);
}

}  // namespace
