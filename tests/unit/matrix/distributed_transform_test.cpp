// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/distributed_transform.hpp"

#include <algorithm>
#include <numeric>

#include "distributed_cases.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Csr;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Vector;
using suan::test::distributions;
using suan::test::expect_rows_of;
using suan::test::generated;
using suan::test::generated_serially;
using suan::test::kinds;
using suan::test::rough;
using suan::test::with_other_values;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Numbers = std::vector<GlobalIndex>;

template <class T>
class DistributedTransformTest : public testing::Test {};
TYPED_TEST_SUITE(DistributedTransformTest, suan::test::Scalars);

TYPED_TEST(DistributedTransformTest, TransposesAreThoseOfOneRank) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial = generated_serially<T>(kind, 57, 83, 1);
    for (const auto& rows : distributions(57)) {
      for (const auto& columns : distributions(83)) {
        SCOPED_TRACE(kind);
        const auto a = generated<T>(kind, rows, columns, 1);
        const auto t = suan::transpose(a);
        EXPECT_EQ(t.row_layout(), columns);
        EXPECT_EQ(t.column_layout(), rows);
        expect_rows_of(t, suan::transpose(serial));
        expect_rows_of(suan::conjugate_transpose(a), suan::conjugate_transpose(serial));
        expect_rows_of(suan::transpose(t), serial);
      }
    }
  }
}

// <A x, y> = <x, A^H y>, with the exchange of the result.
TYPED_TEST(DistributedTransformTest, TransposesMultiplyVectors) {
  using T = TypeParam;
  for (const auto& layout : distributions(64)) {
    const auto a = generated<T>("scattered", layout, layout, 1);
    const auto h = suan::conjugate_transpose(a);
    const auto x = suan::random_vector<T>(layout, 1);
    const auto y = suan::random_vector<T>(layout, 2);
    Vector<T> ax(layout);
    Vector<T> hy(layout);
    a.apply(x, ax);
    h.apply(y, hy);
    const auto bound = 64 * 64 * std::numeric_limits<suan::Real<T>>::epsilon();
    EXPECT_LE(suan::test::magnitude(suan::dot(ax, y) - suan::dot(x, hy)), bound);
  }
}

TYPED_TEST(DistributedTransformTest, TranspositionsTakeOtherValues) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial = generated_serially<T>(kind, 57, 83, 1);
    for (const auto& rows : distributions(57)) {
      SCOPED_TRACE(kind);
      const auto a = generated<T>(kind, rows, distributions(83)[0], 1);
      const suan::DistributedTransposition<T> plan(a);
      expect_rows_of(plan.transpose(a), suan::transpose(serial));
      const auto next = with_other_values(a, 9);
      const auto serial_next = with_other_values(DistributedMatrix<T>(serial), 9).local();
      expect_rows_of(plan.conjugate_transpose(next), suan::conjugate_transpose(serial_next));
    }
  }
}

TEST(DistributedTransposition, RefusesOtherStructures) {
  const auto layout = distributions(30)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const suan::DistributedTransposition<double> plan(a);
  EXPECT_THROW(plan.transpose(generated<double>("blocks", layout, layout, 1)),
               suan::InvalidArgument);
  const auto other = distributions(31)[0];
  EXPECT_THROW(plan.transpose(generated<double>("band", other, layout, 1)),
               suan::DimensionMismatch);
}

template <class T>
Vector<T> factors(const Layout& layout, int salt) {
  return suan::generate<T>(layout, [salt](GlobalIndex i) { return rough<T>(i, 0, salt); });
}

TYPED_TEST(DistributedTransformTest, ScaledMatricesHaveTheBitsOfOneRank) {
  using T = TypeParam;
  const auto serial_left = factors<T>(Layout::serial(57), 1);
  const auto serial_right = factors<T>(Layout::serial(83), 2);
  for (const auto& kind : kinds()) {
    const auto serial = generated_serially<T>(kind, 57, 83, 1);
    for (const auto& rows : distributions(57)) {
      for (const auto& columns : distributions(83)) {
        SCOPED_TRACE(kind);
        const auto a = generated<T>(kind, rows, columns, 1);
        const auto left = factors<T>(rows, 1);
        const auto right = factors<T>(columns, 2);
        expect_rows_of(suan::scale(left, a, right), suan::scale(serial_left, serial, serial_right));
        expect_rows_of(suan::scale_rows(left, a), suan::scale_rows(serial_left, serial));
        expect_rows_of(suan::scale_columns(a, right), suan::scale_columns(serial, serial_right));
        expect_rows_of(a, serial);
      }
    }
  }
}

TEST(DistributedScale, KeepsTheFormat) {
  const auto layout = distributions(64)[0];
  const auto a = suan::optimize(generated<double>("band", layout, layout, 1), {.format = "sell"});
  const auto x = suan::random_vector<double>(layout, 1);
  const auto left = factors<double>(layout, 1);
  const auto scaled = suan::scale_rows(left, a);
  EXPECT_EQ(scaled.name(), a.name());
  Vector<double> y(layout);
  scaled.apply(x, y);
  Vector<double> expected(layout);
  a.apply(x, expected);
  const auto by_hand = expected.to_host();
  const auto times = left.to_host();
  const auto result = y.to_host();
  for (std::size_t i = 0; i < result.size(); ++i) {
    EXPECT_NEAR(result[i], times[i] * by_hand[i], 1e-14);
  }
}

TYPED_TEST(DistributedTransformTest, Diagonals) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    for (const auto& layout : distributions(64)) {
      SCOPED_TRACE(kind);
      const auto d = suan::diagonal(generated<T>(kind, layout, layout, 1));
      EXPECT_EQ(d.layout(), layout);
      const auto host = d.to_host();
      for (std::size_t k = 0; k < host.size(); ++k) {
        const GlobalIndex i = layout.first() + static_cast<GlobalIndex>(k);
        EXPECT_EQ(host[k], suan::test::has_entry(kind, i, i, 64, 1) ? rough<T>(i, i, 1) : T(0));
      }
    }
  }
}

TEST(DistributedTransform, RefusesLayoutsThatDoNotFit) {
  const auto rows = distributions(57)[0];
  const auto columns = distributions(83)[0];
  const auto a = generated<double>("scattered", rows, columns, 1);
  const auto refuses = [](const auto& body, const char* first, const char* second) {
    EXPECT_THAT(body,
                ThrowsMessage<suan::DimensionMismatch>(AllOf(HasSubstr(first), HasSubstr(second))));
  };
  const auto left = factors<double>(rows, 1);
  const auto right = factors<double>(columns, 1);
  refuses([&] { suan::diagonal(a); }, "57 elements", "83 elements");
  refuses([&] { suan::scale(right, a, right); }, "the factors on the left are 83 elements",
          "57 elements");
  refuses([&] { suan::scale(left, a, left); }, "the factors on the right are 57 elements",
          "83 elements");
  refuses([&] { suan::scale_rows(right, a); }, "83 elements", "57 elements");
  refuses([&] { suan::scale_columns(a, left); }, "57 elements", "83 elements");
}

/// What the ranks name, one after the other.
std::vector<LocalIndex> named_by_all(const Numbers& mine) {
  const auto world = suan::Communicator::world();
  std::vector<LocalIndex> all;
  for (const auto& numbers :
       world.all_to_all(std::vector<Numbers>(static_cast<std::size_t>(world.size()), mine))) {
    for (const GlobalIndex i : numbers) all.push_back(static_cast<LocalIndex>(i));
  }
  return all;
}

Numbers every(GlobalIndex step, const Layout& layout, bool backwards) {
  Numbers numbers;
  for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
    if (i % step == 1) numbers.push_back(i);
  }
  if (backwards) std::reverse(numbers.begin(), numbers.end());
  return numbers;
}

TYPED_TEST(DistributedTransformTest, SelectionsAreThoseOfOneRank) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial = generated_serially<T>(kind, 57, 83, 1);
    for (const auto& rows : distributions(57)) {
      for (const auto& columns : distributions(83)) {
        for (const bool backwards : {false, true}) {
          SCOPED_TRACE(kind);
          const auto a = generated<T>(kind, rows, columns, 1);
          auto some_rows = every(2, rows, backwards);
          if (!some_rows.empty()) some_rows.push_back(some_rows.front());
          const auto some_columns = every(3, columns, backwards);
          const auto c = suan::select<T>(a, some_rows, some_columns);
          EXPECT_EQ(c.row_layout().local_size(), static_cast<LocalIndex>(some_rows.size()));
          EXPECT_EQ(c.column_layout().local_size(), static_cast<LocalIndex>(some_columns.size()));
          expect_rows_of(
              c, suan::select<T>(serial, named_by_all(some_rows), named_by_all(some_columns)));
        }
      }
    }
  }
}

TEST(DistributedSelect, RefusesNumbersOfOtherRanksAndColumnsTwice) {
  const auto world = suan::Communicator::world();
  const auto layout = distributions(40)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const bool last = world.rank() == world.size() - 1;
  const auto refuses = [&](Numbers rows, Numbers columns, const char* first, const char* second) {
    if (!last) rows = columns = {};
    EXPECT_THAT([&] { suan::select<double>(a, rows, columns); },
                ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr(first), HasSubstr(second))));
  };
  refuses({39, 40}, {39}, "number 1 of the rows is 40", "40) of 40");
  refuses({39}, {39, -1}, "number 1 of the columns is -1", "owns [");
  refuses({39}, {39, 38, 39}, "column 39 is named twice", "as number 0 and 2");
  if (world.size() == 1) return;
  refuses({0}, {39}, "number 0 of the rows is 0", "owns [");
}

TYPED_TEST(DistributedTransformTest, FetchesRowsOfAllRanks) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial = suan::test::to_host(generated_serially<T>(kind, 57, 83, 1));
    for (const auto& rows : distributions(57)) {
      for (const auto& columns : distributions(83)) {
        SCOPED_TRACE(kind);
        const auto a = generated<T>(kind, rows, columns, 1);
        // Different rows on each rank, among them its own, in no order, one of them twice.
        Numbers wanted;
        for (GlobalIndex i = 56 - rows.comm().rank(); i >= 0; i -= 3) wanted.push_back(i);
        wanted.push_back(20);
        wanted.push_back(20);
        if (rows.comm().rank() == 1) wanted.clear();
        const auto fetched = suan::fetch_rows<T>(a, wanted);
        const auto offsets = suan::test::to_host<suan::Offset>(fetched.offsets);
        const auto numbers = suan::test::to_host<GlobalIndex>(fetched.columns);
        const auto values = suan::test::to_host<T>(fetched.values);
        ASSERT_EQ(offsets.size(), wanted.size() + 1);
        std::vector<suan::Offset> expected_offsets = {0};
        Numbers expected_columns;
        std::vector<T> expected_values;
        for (const GlobalIndex i : wanted) {
          const auto row = static_cast<std::size_t>(i);
          for (auto k = static_cast<std::size_t>(serial.offsets[row]);
               k < static_cast<std::size_t>(serial.offsets[row + 1]); ++k) {
            expected_columns.push_back(serial.indices[k]);
            expected_values.push_back(serial.values[k]);
          }
          expected_offsets.push_back(static_cast<suan::Offset>(expected_columns.size()));
        }
        EXPECT_EQ(offsets, expected_offsets);
        EXPECT_EQ(numbers, expected_columns);
        EXPECT_EQ(values, expected_values);
      }
    }
  }
}

TEST(FetchRows, RefusesNumbersOutsideOnAllRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = distributions(40)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const bool last = world.rank() == world.size() - 1;
  EXPECT_THAT([&] { suan::fetch_rows<double>(a, last ? Numbers{40} : Numbers{0}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("40")));
}

TEST(DistributedTransform, RefusesFunctionsThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const auto layout = distributions(9)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  EXPECT_THAT([&] { world.is_root() ? suan::transpose(a) : suan::conjugate_transpose(a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("conjugate_transpose")));
}

TEST(DistributedMatrix, TakesTheExchangeOfAnotherMatrix) {
  const auto layout = distributions(40)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const DistributedMatrix<double> b(layout, layout, a.local(), a.remote(), a.exchange());
  EXPECT_EQ(b.exchange().map(), a.exchange().map());
  const auto x = suan::random_vector<double>(layout, 1);
  Vector<double> y(layout);
  Vector<double> z(layout);
  a.apply(x, y);
  b.apply(x, z);
  EXPECT_EQ(y.to_host(), z.to_host());
  const auto refused = [&](const Layout& columns, const DistributedMatrix<double>& of) {
    EXPECT_THAT(
        [&] { DistributedMatrix<double>(layout, columns, a.local(), a.remote(), of.exchange()); },
        ThrowsMessage<suan::InvalidArgument>(HasSubstr("the exchange is for others")));
  };
  const auto other = distributions(41)[0];
  refused(layout, generated<double>("band", layout, other, 1));
  refused(layout, DistributedMatrix<double>());
  if (layout.comm().size() > 1) refused(layout, generated<double>("all ranks", layout, layout, 1));
}

// Parts made by hand need not be sorted.
TEST(DistributedTransform, SortsPartsThatAreNot) {
  const auto world = suan::Communicator::world();
  const auto layout = Layout::from_local_size(2, world);
  const auto n = layout.global_size();
  const suan::test::HostArrays<double> local{2, 2, {0, 2, 3}, {1, 0, 1}, {1, 2, 3}};
  DistributedMatrix<double>::Remote remote;
  if (world.size() > 1) {
    // The columns before and after this rank's, the later one first.
    for (const GlobalIndex j : {layout.first() - 1, layout.last()}) {
      if (j >= 0 && j < n) remote.columns.push_back(j);
    }
    const auto count = static_cast<LocalIndex>(remote.columns.size());
    suan::test::HostArrays<double> ghost{1, count, {0, count}};
    for (LocalIndex j = count; j-- > 0;) {
      ghost.indices.push_back(j);
      ghost.values.push_back(5 + j);
    }
    remote.matrix = ghost.csr();
    const suan::DeviceView<LocalIndex> number("suan::test", 1);
    remote.row_numbers = number;
  }
  const DistributedMatrix<double> a(layout, layout, local.csr(), remote);
  const auto fetched = suan::fetch_rows<double>(a, Numbers{layout.first()});
  auto numbers = suan::test::to_host<GlobalIndex>(fetched.columns);
  EXPECT_EQ(numbers.size(), 2 + remote.columns.size());
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(suan::test::rows_of(suan::transpose(suan::transpose(a))), suan::test::rows_of(a));
}

}  // namespace
