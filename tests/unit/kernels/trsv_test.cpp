// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/trsv.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "host_matrix.hpp"
#include "spaces.hpp"
#include "suan/matrix/triangular.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Csr;
using suan::Diagonal;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::Triangle;
using suan::TriangularSolver;
using suan::TrsvSchedule;
using suan::Vector;
using testing::HasSubstr;

constexpr TrsvSchedule schedules[] = {TrsvSchedule::sequential,      TrsvSchedule::levels,
                                      TrsvSchedule::blocks,          TrsvSchedule::automatic,
                                      TrsvSchedule::self_scheduling, TrsvSchedule::cusparse};

bool supported(TrsvSchedule schedule) {
  if (SUAN_HAVE_CUDA != 0) return schedule != TrsvSchedule::blocks;
  return schedule != TrsvSchedule::self_scheduling && schedule != TrsvSchedule::cusparse;
}

/// Whether it gives the bits of a loop over the rows; the others have sums of another shape.
bool in_order(TrsvSchedule schedule) {
  return SUAN_HAVE_CUDA == 0 || schedule == TrsvSchedule::sequential ||
         schedule == TrsvSchedule::levels;
}

/// Rows with strictly increasing columns.
template <class T>
struct Rows {
  std::vector<std::vector<std::pair<LocalIndex, T>>> rows;

  LocalIndex count() const { return static_cast<LocalIndex>(rows.size()); }
  Csr<T> csr() const {
    std::vector<Offset> offsets{0};
    std::vector<LocalIndex> indices;
    std::vector<T> values;
    for (const auto& row : rows) {
      for (const auto& [j, value] : row) {
        indices.push_back(j);
        values.push_back(value);
      }
      offsets.push_back(static_cast<Offset>(indices.size()));
    }
    return Csr<T>::from_host(count(), count(), offsets, indices, values);
  }
};

/// The lower triangle of a structure: row i has the columns that `structure` names, and a diagonal
/// of modulus about 2; or its mirror image, the upper one.
template <class T, class Structure>
Rows<T> make(LocalIndex n, Triangle triangle, Diagonal diagonal, const Structure& structure) {
  const auto values = suan::random_vector<T>(Layout::serial(1000), 3).to_host();
  Rows<T> a;
  a.rows.resize(static_cast<std::size_t>(n));
  std::size_t next = 0;
  for (LocalIndex i = 0; i < n; ++i) {
    auto columns = structure(i);
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    const auto turn = [&](LocalIndex j) { return triangle == Triangle::lower ? j : n - 1 - j; };
    auto& row = a.rows[static_cast<std::size_t>(turn(i))];
    const T scale = T(1) / T(static_cast<float>(columns.size() + 1));
    for (const LocalIndex j : columns) row.push_back({turn(j), scale * values[next++ % 1000]});
    if (diagonal == Diagonal::stored)
      row.push_back({turn(i), T(2) + T(0.5f) * values[next++ % 1000]});
    if (triangle == Triangle::upper) std::reverse(row.begin(), row.end());
  }
  return a;
}

/// The neighbours before point i on a grid with lines of `nx` points in planes of `ny` lines.
auto grid(LocalIndex nx, LocalIndex ny) {
  return [=](LocalIndex i) {
    std::vector<LocalIndex> columns;
    if (i % nx > 0) columns.push_back(i - 1);
    if (i / nx % ny > 0) columns.push_back(i - nx);
    if (i >= nx * ny) columns.push_back(i - nx * ny);
    return columns;
  };
}

/// Up to five columns anywhere before the row.
auto scattered() {
  return [](LocalIndex i) {
    std::vector<LocalIndex> columns;
    auto state = static_cast<std::uint32_t>(i);
    for (LocalIndex k = 0; i > 0 && k < i % 6; ++k) {
      state = state * 1664525u + 1013904223u;
      columns.push_back(static_cast<LocalIndex>((state >> 8) % static_cast<std::uint32_t>(i)));
    }
    return columns;
  };
}

auto dense_rows(LocalIndex every) {
  return [=](LocalIndex i) {
    std::vector<LocalIndex> columns;
    for (LocalIndex j = 0; i % every == every - 1 && j < i; ++j) columns.push_back(j);
    return columns;
  };
}

template <class T>
class TrsvTest : public testing::Test {
 public:
  /// Substitution solves (A + E) x = b with |E| <= (n + 2) eps |A| in a row of n entries (Higham
  /// 2002, section 8.1, and one rounding more of the inverted diagonal); the residual here is
  /// computed with (n + 2) eps (|A||x| + |b|). Complex arithmetic costs a factor of 2 sqrt(2).
  static void expect_solves(const Rows<T>& a, Diagonal diagonal, const std::vector<T>& b,
                            const std::vector<T>& x) {
    for (std::size_t i = 0; i < a.rows.size(); ++i) {
      T sum = diagonal == Diagonal::unit ? x[i] : T(0);
      Real<T> size = std::sqrt(suan::abs_squared(b[i])) + std::sqrt(suan::abs_squared(sum));
      for (const auto& [j, value] : a.rows[i]) {
        const T product = value * x[static_cast<std::size_t>(j)];
        sum += product;
        size += std::sqrt(suan::abs_squared(product));
      }
      const auto n = static_cast<Real<T>>(a.rows[i].size() + 1);
      ASSERT_LE(std::sqrt(suan::abs_squared<T>(b[i] - sum)),
                6 * (n + 2) * std::numeric_limits<Real<T>>::epsilon() * size)
          << "row " << i;
    }
  }

  template <class Structure>
  static void expect_all_schedules_agree(LocalIndex n, const Structure& structure) {
    const auto b = suan::random_vector<T>(Layout::serial(n), 5);
    for (const auto triangle : {Triangle::lower, Triangle::upper}) {
      for (const auto diagonal : {Diagonal::stored, Diagonal::unit}) {
        const auto a = make<T>(n, triangle, diagonal, structure);
        std::vector<T> expected;
        for (const auto schedule : schedules) {
          if (!supported(schedule)) continue;
          const TriangularSolver<T> solver(a.csr(), {triangle, diagonal, schedule});
          SCOPED_TRACE(solver.path());
          Vector<T> x(b.layout());
          solver.solve(b, x);
          const auto hx = x.to_host();
          if (expected.empty() || !in_order(schedule)) expect_solves(a, diagonal, b.to_host(), hx);
          if (expected.empty()) expected = hx;
          if (in_order(schedule)) {
            EXPECT_EQ(hx, expected);
          }
        }
      }
    }
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(TrsvTest, Scalars);

TYPED_TEST(TrsvTest, RefusesWhatIsNotTriangular) {
  using T = TypeParam;
  const auto message = [](const Rows<T>& a, const suan::TriangularOptions& options) -> std::string {
    try {
      const TriangularSolver<T> solver(a.csr(), options);
    } catch (const suan::InvalidArgument& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const T one(1);
  const Rows<T> full{{{{0, one}, {1, one}}, {{0, one}, {1, one}}}};
  EXPECT_THAT(message(full, {Triangle::lower}), HasSubstr("row 0 has an entry on the other side"));
  EXPECT_THAT(message(full, {Triangle::upper}), HasSubstr("row 1 has an entry on the other side"));
  const Rows<T> missing{{{{0, one}}, {{0, one}}}};
  EXPECT_THAT(message(missing, {}), HasSubstr("diagonal entry in row 1 that is missing"));
  const Rows<T> zero{{{{0, one}}, {{1, one}}, {{2, T(0)}}}};
  EXPECT_THAT(message(zero, {}), HasSubstr("diagonal entry in row 2 that is missing, zero"));
  EXPECT_THAT(message(zero, {Triangle::lower, Diagonal::unit}), HasSubstr("row 0"));
  const Rows<T> not_finite{{{{0, T(std::numeric_limits<Real<T>>::quiet_NaN())}}}};
  EXPECT_THAT(message(not_finite, {}), HasSubstr("row 0"));
  const Rows<T> unsorted{{{{0, one}}, {{1, one}, {0, one}}}};
  EXPECT_THAT(message(unsorted, {}), HasSubstr("2 x 2 must have strictly increasing columns"));
  const std::vector<Offset> offsets{0, 0};
  const auto oblong = Csr<T>::from_host(1, 2, offsets, {}, {});
  EXPECT_THROW(TriangularSolver<T>{oblong}, suan::InvalidArgument);
}

TYPED_TEST(TrsvTest, RefusesVectorsOfOtherSizes) {
  using T = TypeParam;
  const TriangularSolver<T> solver(Rows<T>{{{{0, T(1)}}, {{1, T(1)}}}}.csr());
  Vector<T> two(Layout::serial(2));
  Vector<T> three(Layout::serial(3));
  EXPECT_THROW(solver.solve(three, two), suan::DimensionMismatch);
  EXPECT_THROW(solver.solve(two, three), suan::DimensionMismatch);
}

TYPED_TEST(TrsvTest, TinyMatricesByHand) {
  using T = TypeParam;
  // [2 0 0; 0 4 0; 1 2 8] x = (2, 8, 13): x = (1, 2, 1)
  const Rows<T> lower{{{{0, T(2)}}, {{1, T(4)}}, {{0, T(1)}, {1, T(2)}, {2, T(8)}}}};
  // [1 2 0; 0 1 4; 0 0 1] x = (5, 6, 1): x = (1 = 5 - 2 2, 2 = 6 - 4, 1), diagonal not stored
  const Rows<T> upper{{{{1, T(2)}}, {{2, T(4)}}, {}}};
  for (const auto schedule : schedules) {
    if (!supported(schedule)) continue;
    const TriangularSolver<T> l(lower.csr(), {Triangle::lower, Diagonal::stored, schedule});
    auto x = Vector<T>::from_host(Layout::serial(3), std::vector<T>{T(2), T(8), T(13)});
    l.solve(x, x);  // in place
    EXPECT_EQ(x.to_host(), (std::vector<T>{T(1), T(2), T(1)}));
    const TriangularSolver<T> u(upper.csr(), {Triangle::upper, Diagonal::unit, schedule});
    x.assign(std::vector<T>{T(5), T(6), T(1)});
    u.solve(x, x);
    EXPECT_EQ(x.to_host(), (std::vector<T>{T(1), T(2), T(1)}));
  }
}

TYPED_TEST(TrsvTest, AllSchedulesSolveGridsWithTheSameBits) {
  this->expect_all_schedules_agree(13 * 7 * 50, grid(13, 7));
  this->expect_all_schedules_agree(100 * 41, grid(100, 41));
}

TYPED_TEST(TrsvTest, AllSchedulesSolveScatteredRowsWithTheSameBits) {
  this->expect_all_schedules_agree(5003, scattered());
}

TYPED_TEST(TrsvTest, CornerStructures) {
  this->expect_all_schedules_agree(0, grid(1, 1));
  this->expect_all_schedules_agree(1, grid(1, 1));
  this->expect_all_schedules_agree(3000, grid(3000, 1));       // a chain
  this->expect_all_schedules_agree(3000, dense_rows(100000));  // a diagonal
  this->expect_all_schedules_agree(3000, dense_rows(3000));    // one dense row, the last
  this->expect_all_schedules_agree(400, dense_rows(1));        // a dense triangle
}

TYPED_TEST(TrsvTest, ChoosesByStructure) {
  using T = TypeParam;
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "a CUDA build always takes self_scheduling";
  const auto chosen = [](LocalIndex n, const auto& structure) {
    const auto a = make<T>(n, Triangle::lower, Diagonal::stored, structure);
    return TriangularSolver<T>(a.csr()).schedule();
  };
  EXPECT_EQ(chosen(300000, grid(300000, 1)), TrsvSchedule::sequential);  // a chain
  EXPECT_EQ(chosen(1000, grid(10, 10)), TrsvSchedule::sequential);       // small
  const int threads = suan::ExecutionSpace().concurrency();
  if (threads > 4) GTEST_SKIP() << "the grid below is too small for " << threads << " threads";
  EXPECT_EQ(chosen(64 * 64 * 64, grid(64, 64)),
            threads == 1 ? TrsvSchedule::sequential : TrsvSchedule::blocks);
  // Rows that need others anywhere before them: blocks would form a chain, but levels are wide.
  EXPECT_EQ(chosen(200000, scattered()),
            threads == 1 ? TrsvSchedule::sequential : TrsvSchedule::levels);
}

TYPED_TEST(TrsvTest, SameBitsOnAnyNumberOfThreads) {
  using T = TypeParam;
  const LocalIndex n = 40 * 30 * 20;
  const auto a = make<T>(n, Triangle::lower, Diagonal::stored, grid(40, 30)).csr();
  const auto b = suan::random_vector<T>(Layout::serial(n), 8);
  std::vector<T> expected;
  for (const auto& space : suan::test::spaces()) {
    for (const auto schedule : schedules) {
      if (!supported(schedule)) continue;
      const suan::kernels::TrsvPlan<T> plan(space, a.view(), Triangle::lower, Diagonal::stored,
                                            schedule);
      if (!in_order(schedule)) expected.clear();
      for (int k = 0; k < 20; ++k) {
        Vector<T> x(b.layout());
        plan.solve(space, b.view(), x.view());
        space.fence();
        if (expected.empty()) expected = x.to_host();
        ASSERT_EQ(x.to_host(), expected) << plan.description();
      }
    }
  }
}

TYPED_TEST(TrsvTest, NewValuesForTheSameStructure) {
  using T = TypeParam;
  const auto first = make<T>(1200, Triangle::upper, Diagonal::stored, grid(12, 10));
  auto second = first;
  for (auto& row : second.rows) {
    for (auto& [j, value] : row) value *= T(2);
  }
  TriangularSolver<T> solver(first.csr(), {Triangle::upper});
  const auto b = suan::random_vector<T>(Layout::serial(1200), 8);
  solver.update(second.csr());
  Vector<T> x(b.layout());
  solver.solve(b, x);
  this->expect_solves(second, Diagonal::stored, b.to_host(), x.to_host());

  auto zero = first;
  zero.rows[77].front().second = T(0);
  EXPECT_THROW(solver.update(zero.csr()), suan::InvalidArgument);
  auto other = first;
  other.rows[5].back().first += 1;
  EXPECT_THROW(solver.update(other.csr()), suan::InvalidArgument);
  EXPECT_THROW(solver.update(Rows<T>{{{{0, T(1)}}}}.csr()), suan::InvalidArgument);
  Vector<T> again(b.layout());
  solver.solve(b, again);
  EXPECT_EQ(again.to_host(), x.to_host());  // what was refused changed nothing
}

TYPED_TEST(TrsvTest, IsAnOperator) {
  using T = TypeParam;
  const TriangularSolver<T> solver(Rows<T>{{{{0, T(2)}}, {{1, T(4)}}}}.csr());
  const auto x = suan::ones<T>(Layout::serial(2));
  auto y = Vector<T>::from_host(Layout::serial(2), std::vector<T>{T(1), T(10)});
  solver.apply(T(8), x, T(3), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(7), T(32)}));
  suan::fill(y, T(std::numeric_limits<Real<T>>::quiet_NaN()));
  solver.apply(T(8), x, T(0), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(4), T(2)}));
  EXPECT_EQ(solver.bytes_per_apply(), 2 * std::int64_t(sizeof(T) + 4 + 8 + 2 * sizeof(T)));
}

TYPED_TEST(TrsvTest, SeveralRightHandSidesByHand) {
  using T = TypeParam;
  // [2 0; 3 4] X = [2 4 -2 0; 7 10 1 8]: X = [1 2 -1 0; 1 1 1 2]
  const Rows<T> a{{{{0, T(2)}}, {{0, T(3)}, {1, T(4)}}}};
  for (const auto schedule : schedules) {
    if (!supported(schedule)) continue;
    const TriangularSolver<T> solver(a.csr(), {Triangle::lower, Diagonal::stored, schedule});
    const auto x =
        suan::test::to_device<T>(2, 4, {T(2), T(4), T(-2), T(0), T(7), T(10), T(1), T(8)});
    solver.solve(x, x);  // in place
    EXPECT_EQ(suan::test::to_host(x),
              (std::vector<T>{T(1), T(2), T(-1), T(0), T(1), T(1), T(1), T(2)}));
  }
}

TYPED_TEST(TrsvTest, EachOfSeveralRightHandSidesIsSolved) {
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
          const auto a = make<T>(n, triangle, diagonal, structure);
          std::vector<T> expected;
          for (const auto schedule : schedules) {
            if (!supported(schedule)) continue;
            const TriangularSolver<T> solver(a.csr(), {triangle, diagonal, schedule});
            SCOPED_TRACE(suan::message(solver.path(), ", ", k, " vectors"));
            const auto x = suan::test::to_device<T>(rows, k, std::vector<T>(rows * k, T(7)));
            solver.solve(suan::test::to_device<T>(rows, k, b), x);
            const auto hx = suan::test::to_host(x);
            if (expected.empty() || !in_order(schedule)) {
              for (std::size_t c = 0; c < k; ++c) {
                this->expect_solves(a, diagonal, column(b, k, c), column(hx, k, c));
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

TYPED_TEST(TrsvTest, BlocksWithOtherDistancesBetweenRows) {
  using T = TypeParam;
  const std::size_t n = 500;
  const auto a = make<T>(500, Triangle::upper, Diagonal::stored, grid(25, 4));
  const TriangularSolver<T> solver(a.csr(), {Triangle::upper});
  // Columns 3 to 7 of blocks of 9 and of 11 columns; what stands beside them must stay.
  const auto b = suan::test::random_block<T>(n, 9, 6);
  const auto wide_b = suan::test::to_device<T>(n, 9, b);
  const auto wide_x = suan::test::to_device<T>(n, 11, std::vector<T>(n * 11, T(3)));
  const auto part = std::make_pair(3, 8);
  const suan::MultiVector<T> x = Kokkos::subview(wide_x, Kokkos::ALL, part);
  solver.solve(Kokkos::subview(wide_b, Kokkos::ALL, part), x);
  const auto hx = suan::test::to_host(wide_x);
  for (std::size_t c = 0; c < 11; ++c) {
    std::vector<T> left;
    std::vector<T> right;
    for (std::size_t i = 0; i < n; ++i) {
      left.push_back(hx[i * 11 + c]);
      if (c < 9) right.push_back(b[i * 9 + c]);
    }
    if (c >= 3 && c < 8) {
      this->expect_solves(a, Diagonal::stored, right, left);
    } else {
      EXPECT_EQ(left, std::vector<T>(n, T(3))) << "column " << c;
    }
  }
}

TYPED_TEST(TrsvTest, RefusesBlocksThatDoNotFit) {
  using T = TypeParam;
  const TriangularSolver<T> solver(Rows<T>{{{{0, T(2)}}, {{1, T(4)}}}}.csr());
  const auto block = [](std::size_t rows, std::size_t columns) {
    return suan::MultiVector<T>("suan::test::block", rows, columns);
  };
  const auto solve = [&](const suan::MultiVector<T>& b, const suan::MultiVector<T>& x) {
    solver.solve(b, x);
  };
  EXPECT_THAT([&] { solve(block(2, 3), block(2, 4)); },
              testing::ThrowsMessage<suan::DimensionMismatch>(
                  testing::AllOf(HasSubstr("B is 2 x 3"), HasSubstr("X is 2 x 4"))));
  EXPECT_THROW(solve(block(3, 1), block(2, 1)), suan::DimensionMismatch);
  EXPECT_THROW(solve(block(2, 1), block(3, 1)), suan::DimensionMismatch);
  const auto wide = block(2, 4);
  EXPECT_THAT(
      [&] {
        solve(Kokkos::subview(wide, Kokkos::ALL, std::make_pair(0, 2)),
              Kokkos::subview(wide, Kokkos::ALL, std::make_pair(1, 3)));
      },
      testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("overlap in memory")));
}

TEST(TrsvSchedules, OnesThatThisBuildLacksAreRefusedInWords) {
  const auto a = Rows<double>{{{{0, 2.0}}}}.csr();
  for (const auto schedule : schedules) {
    if (supported(schedule)) continue;
    EXPECT_THAT([&] { TriangularSolver<double>(a, {.schedule = schedule}); },
                testing::ThrowsMessage<suan::NotSupported>(testing::AllOf(
                    HasSubstr(std::string(suan::to_string(schedule))), HasSubstr("levels"))));
  }
}

TEST(TrsvSchedules, NamesGoBothWays) {
  for (const auto schedule : schedules) {
    EXPECT_EQ(suan::trsv_schedule_from_string(suan::to_string(schedule)), schedule);
  }
  EXPECT_THROW(suan::trsv_schedule_from_string("leveles"), suan::InvalidArgument);
}

}  // namespace
