// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/block_jacobi.hpp"

#include <gmock/gmock.h>

#include "suan/distributed/assembly.hpp"
#include "suan/vector/blas1.hpp"

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
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(BlockJacobiTest, Scalars);

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
