// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Triangular solves with several right-hand sides.
#include <gmock/gmock.h>

#include "suan/kernels/trsv.hpp"
#include "support/sparse.hpp"
#include "triangular_systems.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::Diagonal;
using suan::LocalIndex;
using suan::Triangle;
using suan::TriangularSolver;
using suan::test::dense_rows;
using suan::test::expect_solves;
using suan::test::grid;
using suan::test::in_order;
using suan::test::make_triangle;
using suan::test::on_one_rank;
using suan::test::Rows;
using suan::test::scattered;
using suan::test::schedules;
using suan::test::supported;
using testing::HasSubstr;

template <class T>
class TrsvBlockTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TrsvBlockTest, Scalars);

TYPED_TEST(TrsvBlockTest, SeveralRightHandSidesByHand) {
  using T = TypeParam;
  // [2 0; 3 4] X = [2 4 -2 0; 7 10 1 8]: X = [1 2 -1 0; 1 1 1 2]
  const Rows<T> a{{{{0, T(2)}}, {{0, T(3)}, {1, T(4)}}}};
  for (const auto schedule : schedules) {
    if (!supported(schedule)) continue;
    const TriangularSolver<T> solver(a.csr(), {Triangle::lower, Diagonal::stored, schedule});
    auto x = suan::MultiVector<T>::from_host(
        suan::Layout::serial(2), 4,
        std::vector<T>{T(2), T(4), T(-2), T(0), T(7), T(10), T(1), T(8)});
    solver.solve(x, x);  // in place
    EXPECT_EQ(x.to_host(), (std::vector<T>{T(1), T(2), T(-1), T(0), T(1), T(1), T(1), T(2)}));
  }
}

TYPED_TEST(TrsvBlockTest, EachOfSeveralRightHandSidesIsSolved) {
  using T = TypeParam;
  const auto column = [](const std::vector<T>& block, std::size_t k, std::size_t c) {
    std::vector<T> result;
    for (std::size_t i = c; i < block.size(); i += k) result.push_back(block[i]);
    return result;
  };
  const auto expect_block_solves = [&](LocalIndex n, const auto& structure) {
    const auto rows = static_cast<std::size_t>(n);
    // All widths of the kernels at once, and one vector.
    for (const std::size_t k : {std::size_t(1), std::size_t(31)}) {
      const auto b = suan::test::random_block<T>(rows, k, 5);
      for (const auto triangle : {Triangle::lower, Triangle::upper}) {
        for (const auto diagonal : {Diagonal::stored, Diagonal::unit}) {
          const auto a = make_triangle<T>(n, triangle, diagonal, structure);
          std::vector<T> expected;
          for (const auto schedule : schedules) {
            if (!supported(schedule)) continue;
            const TriangularSolver<T> solver(a.csr(), {triangle, diagonal, schedule});
            SCOPED_TRACE(suan::message(solver.path(), ", ", k, " vectors"));
            auto x = on_one_rank(suan::test::to_device<T>(rows, k, std::vector<T>(rows * k, T(7))));
            solver.solve(on_one_rank(suan::test::to_device<T>(rows, k, b)), x);
            const auto hx = x.to_host();
            if (expected.empty() || !in_order(schedule)) {
              for (std::size_t c = 0; c < k; ++c) {
                expect_solves(a, diagonal, column(b, k, c), column(hx, k, c));
              }
            }
            if (expected.empty()) expected = hx;
            if (in_order(schedule)) {
              EXPECT_EQ(hx, expected);
            }
          }
        }
      }
    }
  };
  expect_block_solves(0, grid(1, 1));
  expect_block_solves(1, grid(1, 1));
  expect_block_solves(13 * 7 * 30, grid(13, 7));
  expect_block_solves(1501, scattered());
  expect_block_solves(300, dense_rows(300));
}

TYPED_TEST(TrsvBlockTest, BlocksWithOtherDistancesBetweenRows) {
  using T = TypeParam;
  const std::size_t n = 500;
  const auto a = make_triangle<T>(500, Triangle::upper, Diagonal::stored, grid(25, 4));
  const TriangularSolver<T> solver(a.csr(), {Triangle::upper});
  // Columns 3 to 7 of blocks of 9 and of 11 columns; the other columns must stay unchanged.
  const auto b = suan::test::random_block<T>(n, 9, 6);
  const auto wide_b = suan::test::to_device<T>(n, 9, b);
  const auto wide_x = suan::test::to_device<T>(n, 11, std::vector<T>(n * 11, T(3)));
  const auto part = std::make_pair(3, 8);
  auto x = on_one_rank<T>(Kokkos::subview(wide_x, Kokkos::ALL, part));
  solver.solve(on_one_rank<T>(Kokkos::subview(wide_b, Kokkos::ALL, part)), x);
  const auto hx = suan::test::to_host(wide_x);
  for (std::size_t c = 0; c < 11; ++c) {
    std::vector<T> left;
    std::vector<T> right;
    for (std::size_t i = 0; i < n; ++i) {
      left.push_back(hx[i * 11 + c]);
      if (c < 9) right.push_back(b[i * 9 + c]);
    }
    if (c >= 3 && c < 8) {
      expect_solves(a, Diagonal::stored, right, left);
    } else {
      EXPECT_EQ(left, std::vector<T>(n, T(3))) << "column " << c;
    }
  }
}

TYPED_TEST(TrsvBlockTest, RefusesBlocksThatDoNotFit) {
  using T = TypeParam;
  const TriangularSolver<T> solver(Rows<T>{{{{0, T(2)}}, {{1, T(4)}}}}.csr());
  const auto block = [](std::size_t rows, std::size_t columns) {
    return suan::RowMajor<T>("suan::test::block", rows, columns);
  };
  const auto solve = [&](const suan::RowMajor<T>& b, const suan::RowMajor<T>& x) {
    auto solution = on_one_rank(x);
    solver.solve(on_one_rank(b), solution);
  };
  EXPECT_THAT([&] { solve(block(2, 3), block(2, 4)); },
              testing::ThrowsMessage<suan::DimensionMismatch>(
                  testing::AllOf(HasSubstr("B has 3 vectors"), HasSubstr("X has 4"))));
  EXPECT_THROW(solve(block(3, 1), block(2, 1)), suan::DimensionMismatch);
  EXPECT_THROW(solve(block(2, 1), block(3, 1)), suan::DimensionMismatch);
  const auto wide = block(2, 4);
  EXPECT_THAT(
      [&] {
        solve(Kokkos::subview(wide, Kokkos::ALL, std::make_pair(0, 2)),
              Kokkos::subview(wide, Kokkos::ALL, std::make_pair(1, 3)));
      },
      testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("overlap in memory")));
  EXPECT_NO_THROW(solve(Kokkos::subview(wide, Kokkos::ALL, std::make_pair(0, 2)),
                        Kokkos::subview(wide, Kokkos::ALL, std::make_pair(2, 4))));
}

TEST(TriangularSolver, RefusesVectorsThatOverlap) {
  const std::vector<double> one(2, 1);
  const suan::TriangularSolver<double> solver(
      suan::test::HostArrays<double>{2, 2, {0, 1, 2}, {0, 1}, one}.csr());
  const suan::DeviceView<double> array("suan::test", 3);
  const auto layout = suan::Layout::serial(2);
  const suan::Vector<double> b(layout, Kokkos::subview(array, std::make_pair(0, 2)));
  suan::Vector<double> x(layout, Kokkos::subview(array, std::make_pair(1, 3)));
  EXPECT_THAT([&] { solver.solve(b, x); },
              testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("overlap in memory")));
}

}  // namespace
