// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "kernels/common/avx512.hpp"
#include "suan/kernels/sell_sorted.hpp"
#include "suan/matrix/optimize.hpp"
#include "support/instances.hpp"
#include "unit/kernels/prepared_products.hpp"

namespace suan::test {
namespace {

using kernels::make_sorted_sell;
using kernels::ValueStorage;
using testing::HasSubstr;

/// Without the instructions that only some processors have.
class PortableKernels {
 public:
  PortableKernels() { kernels::avx512_allowed = false; }
  PortableKernels(const PortableKernels&) = delete;
  PortableKernels& operator=(const PortableKernels&) = delete;
  ~PortableKernels() { kernels::avx512_allowed = true; }
};

/// Row i has length(i) entries in different columns, near the diagonal unless `wide`.
template <class T, class Length>
HostMatrix<T> rows_of_lengths(LocalIndex rows, LocalIndex columns, bool wide,
                              const Length& length) {
  HostMatrix<T> a{rows, columns, {0}, {}, {}};
  for (LocalIndex i = 0; i < rows; ++i) {
    const LocalIndex step = wide ? 977 : 1;
    for (LocalIndex k = 0; k < length(i); ++k) {
      a.indices.push_back(static_cast<LocalIndex>((std::int64_t{i} * 3 + k * step) % columns));
      a.values.push_back(T(Real<T>(1) / static_cast<Real<T>>(a.indices.size() % 101 + 1)));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

template <class T>
class SellSortedTest : public testing::Test {
 protected:
  void SetUp() override {
    if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "sell_sorted is for CPUs";
  }
  static void expect(const HostMatrix<T>& a) {
    const ExecutionSpace space;
    const auto csr = a.csr();
    const auto made = make_sorted_sell(space, csr.view());
    const auto sorted = with_products(csr, made);
    expect_products(a, sorted);
    expect_entries(a, made->csr(space));
    // The same bits on any processor.
    const auto x = random_vector<T>(Layout::serial(a.columns), 9);
    Vector<T> y(Layout::serial(a.rows));
    Vector<T> z(Layout::serial(a.rows));
    sorted.apply(x, y);
    const PortableKernels portable;
    sorted.apply(x, z);
    EXPECT_EQ(y.to_host(), z.to_host());
    expect_products(a, sorted);
  }
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SellSortedTest, Scalars);

// 1 2 .
// . . .
// 3 . 4
TYPED_TEST(SellSortedTest, ByHand) {
  using T = TypeParam;
  const HostMatrix<T> a{3, 3, {0, 2, 2, 4}, {0, 1, 0, 2}, {T(1), T(2), T(3), T(4)}};
  const auto csr = a.csr();
  const auto made = make_sorted_sell(ExecutionSpace(), csr.view());
  // A slice of 24 bytes with 8 lengths and 8 places, 3 rows, 4 entries with 2 bytes per column.
  EXPECT_EQ(made->bytes(), 24 + 8 * 4 + 8 + 3 + 4 * (2 + std::int64_t{sizeof(T)}));
  const auto x = generate<T>(Layout::serial(3), [](GlobalIndex i) { return T(Real<T>(i + 1)); });
  Vector<T> y(Layout::serial(3));
  with_products(csr, made).apply(x, y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(5), T(0), T(15)}));
}

TYPED_TEST(SellSortedTest, RowsOfEveryLength) {
  using T = TypeParam;
  // All numbers of rows that a step can have; slices that end within a window and within a slice.
  for (const LocalIndex rows : {1, 8, 9, 65, 100}) {
    for (const bool wide : {false, true}) {
      const LocalIndex columns = wide ? 70001 : 900;
      this->expect(rows_of_lengths<T>(rows, columns, wide, [](LocalIndex i) { return i % 37; }));
      this->expect(rows_of_lengths<T>(rows, columns, wide, [](LocalIndex) { return 9; }));
    }
  }
  this->expect(rows_of_lengths<T>(40, 900, false, [](LocalIndex) { return 0; }));
  this->expect(rows_of_lengths<T>(0, 5, false, [](LocalIndex) { return 0; }));
  // One row much longer than the others.
  this->expect(rows_of_lengths<T>(100, 900, false, [](LocalIndex i) { return i == 50 ? 700 : 3; }));
}

TYPED_TEST(SellSortedTest, LargeWindowsAndThreads) {
  using T = TypeParam;
  const auto a = rows_of_lengths<T>(
      9001, 9001, false, [](LocalIndex i) { return i * 7919 % 13 + (i % 500 == 0) * 60; });
  this->expect(a);
  const auto csr = a.csr();
  const auto made = make_sorted_sell(ExecutionSpace(), csr.view());
  EXPECT_THAT(made->description(), HasSubstr("windows of 256, 94 % of the slices with 16-bit"));
  const auto x = random_vector<T>(Layout::serial(9001), 3);
  std::vector<T> expected;
  for (const auto& space : instances()) {
    Vector<T> y(Layout::serial(9001));
    made->apply(space, T(1), x.view(), T(0), y.view());
    space.fence();
    if (expected.empty()) expected = y.to_host();
    EXPECT_EQ(y.to_host(), expected);
  }
}

// Elements of x that a row does not have must not reach it, also where its slice has them.
TYPED_TEST(SellSortedTest, InfinityAndNanReachTheirRowsOnly) {
  using T = TypeParam;
  const auto a = rows_of_lengths<T>(200, 900, false, [](LocalIndex i) { return i % 5; });
  const auto csr = a.csr();
  const auto sorted = with_products(csr, make_sorted_sell(ExecutionSpace(), csr.view()));
  for (const Real<T> bad :
       {std::numeric_limits<Real<T>>::infinity(), std::numeric_limits<Real<T>>::quiet_NaN()}) {
    for (const LocalIndex column : {0, 1, 300}) {
      const auto x = generate<T>(Layout::serial(900),
                                 [&](GlobalIndex j) { return j == column ? T(bad) : T(1); });
      Vector<T> y(Layout::serial(200));
      sorted.apply(x, y);
      const auto result = y.to_host();
      for (std::size_t i = 0; i < result.size(); ++i) {
        const auto first = a.indices.begin() + a.offsets[i];
        const auto last = a.indices.begin() + a.offsets[i + 1];
        EXPECT_EQ(!is_finite(result[i]), std::find(first, last, column) != last) << "row " << i;
      }
    }
  }
}

TYPED_TEST(SellSortedTest, NewValuesAndRefusals) {
  using T = TypeParam;
  auto a = rows_of_lengths<T>(100, 900, false, [](LocalIndex i) { return i % 11; });
  const ExecutionSpace space;
  const auto made = make_sorted_sell(space, a.csr().view());
  for (auto& value : a.values) value = value + T(1);
  const auto csr = a.csr();
  const auto again = std::dynamic_pointer_cast<const kernels::PreparedFormat<T>>(
      made->with_values(space, csr.view()));
  ASSERT_NE(again, nullptr);
  expect_entries(a, again->csr(space));
  expect_products(a, with_products(csr, again));

  const auto plan = kernels::plan_sorted_sell<T>(space, csr.view(),
                                                 std::make_shared<const kernels::ValueFacts<T>>());
  EXPECT_EQ(plan->bytes(ValueStorage::same), again->bytes());
  EXPECT_EQ(plan->bytes(ValueStorage::float32), -1);
  EXPECT_THROW(plan->make(space, ValueStorage::float32), NotSupported);
}

TEST(SellSorted, ByName) {
  const auto a = rows_of_lengths<double>(100, 100, false, [](LocalIndex i) { return i % 11; });
  const DistributedMatrix<double> matrix(a.csr());
  if (SUAN_HAVE_CUDA != 0) {
    EXPECT_THROW(optimize(matrix, {.format = "sell_sorted"}), NotSupported);
    return;
  }
  FormatChoice choice;
  EXPECT_EQ(optimize(matrix, {.format = "sell_sorted"}, &choice).name(), "sell_sorted");
  EXPECT_EQ(choice.options.format, "sell_sorted");
  EXPECT_THROW(optimize(matrix, {.format = "sell_sorted", .storage = "bfloat16"}), NotSupported);
}

}  // namespace
}  // namespace suan::test
