// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/trsv.hpp"

#include <gmock/gmock.h>

#include "support/instances.hpp"
#include "triangular_systems.hpp"
#include "unit/kernels/host_matrix.hpp"

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
using suan::test::dense_rows;
using suan::test::expect_solves;
using suan::test::grid;
using suan::test::in_order;
using suan::test::make_triangle;
using suan::test::Rows;
using suan::test::scattered;
using suan::test::schedules;
using suan::test::supported;
using testing::HasSubstr;

template <class T>
class TrsvTest : public testing::Test {
 public:
  template <class Structure>
  static void expect_all_schedules_agree(LocalIndex n, const Structure& structure) {
    const auto b = suan::random_vector<T>(Layout::serial(n), 5);
    for (const auto triangle : {Triangle::lower, Triangle::upper}) {
      for (const auto diagonal : {Diagonal::stored, Diagonal::unit}) {
        const auto a = make_triangle<T>(n, triangle, diagonal, structure);
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
  EXPECT_THAT(message(unsorted, {}),
              HasSubstr("strictly increasing columns in each row, but row 1 does not"));
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
    const auto a = make_triangle<T>(n, Triangle::lower, Diagonal::stored, structure);
    return TriangularSolver<T>(a.csr()).schedule();
  };
  EXPECT_EQ(chosen(300000, grid(300000, 1)), TrsvSchedule::sequential);  // a chain
  EXPECT_EQ(chosen(1000, grid(10, 10)), TrsvSchedule::sequential);       // small
  const int threads = suan::ExecutionSpace().concurrency();
  if (threads > 4) GTEST_SKIP() << "the grid below is too small for " << threads << " threads";
  EXPECT_EQ(chosen(64 * 64 * 64, grid(64, 64)),
            threads == 1 ? TrsvSchedule::sequential : TrsvSchedule::blocks);
  // Rows that depend on any earlier ones: blocks would form a chain, but levels are wide.
  EXPECT_EQ(chosen(200000, scattered()),
            threads == 1 ? TrsvSchedule::sequential : TrsvSchedule::levels);
}

TYPED_TEST(TrsvTest, SameBitsOnAnyNumberOfThreads) {
  using T = TypeParam;
  const LocalIndex n = 40 * 30 * 20;
  const auto a = make_triangle<T>(n, Triangle::lower, Diagonal::stored, grid(40, 30)).csr();
  const auto b = suan::random_vector<T>(Layout::serial(n), 8);
  std::vector<T> expected;
  for (const auto& space : suan::test::instances()) {
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
  const auto first = make_triangle<T>(1200, Triangle::upper, Diagonal::stored, grid(12, 10));
  auto second = first;
  for (auto& row : second.rows) {
    for (auto& [j, value] : row) value *= T(2);
  }
  TriangularSolver<T> solver(first.csr(), {Triangle::upper});
  const auto b = suan::random_vector<T>(Layout::serial(1200), 8);
  solver.update(second.csr());
  Vector<T> x(b.layout());
  solver.solve(b, x);
  expect_solves(second, Diagonal::stored, b.to_host(), x.to_host());

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
