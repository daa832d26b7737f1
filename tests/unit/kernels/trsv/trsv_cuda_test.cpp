// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The CUDA-only triangular solves compared with the native ones. Compiled with CUDA only. The tests
// for all schedules are in trsv_test.cpp.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "suan/kernels/trsv.hpp"
#include "unit/kernels/cuda/device_arrays.hpp"

namespace suan::kernels {
namespace {

using test::to_device;
using test::to_host;

constexpr TrsvSchedule cuda_schedules[] = {TrsvSchedule::self_scheduling, TrsvSchedule::cusparse};

template <Scalar T>
struct HostTriangle {
  LocalIndex rows = 0;
  std::vector<Offset> offsets{0};
  std::vector<LocalIndex> indices;
  std::vector<T> values;

  CsrView<T> on_device() const {
    return {rows, rows, to_device(offsets), to_device(indices), to_device(values)};
  }
};

/// Row i of the lower triangle has the columns before it that keep(i, j) chooses, scaled so that
/// their magnitudes add up to less than sqrt(2), and a diagonal of modulus about 2; or its mirror
/// image, the upper one.
template <Scalar T, class Keep>
HostTriangle<T> make(LocalIndex n, Triangle triangle, Diagonal diagonal, const Keep& keep) {
  HostTriangle<T> a;
  a.rows = n;
  const bool lower = triangle == Triangle::lower;
  for (LocalIndex i = 0; i < n; ++i) {
    const LocalIndex p = lower ? i : n - 1 - i;
    std::vector<LocalIndex> columns;
    for (const LocalIndex q : keep(p)) columns.push_back(lower ? q : n - 1 - q);
    if (diagonal == Diagonal::stored) columns.push_back(i);
    std::sort(columns.begin(), columns.end());
    for (const LocalIndex j : columns) {
      const T value = test::sample<T>(a.values.size());
      a.indices.push_back(j);
      a.values.push_back(j == i ? T(2) + T(0.25f) * value
                                : value / T(static_cast<float>(columns.size() + 1)));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// As in trsv_test.cpp: any order of the sums of a row of n entries solves a
/// system whose entries are changed by (n + 2) eps, and the residual is computed as exactly.
template <Scalar T>
void expect_solves(const HostTriangle<T>& a, Diagonal diagonal, const std::vector<T>& b,
                   const std::vector<T>& x, std::size_t vectors = 1) {
  const auto size = [](const T& value) { return std::sqrt(double(abs_squared(value))); };
  for (std::size_t at = 0; at < x.size(); ++at) {
    const std::size_t i = at / vectors;
    T sum = diagonal == Diagonal::unit ? x[at] : T(0);
    double sizes = size(b[at]) + size(sum);
    for (auto k = static_cast<std::size_t>(a.offsets[i]);
         k < static_cast<std::size_t>(a.offsets[i + 1]); ++k) {
      const auto j = static_cast<std::size_t>(a.indices[k]);
      const T product = a.values[k] * x[j * vectors + at % vectors];
      sum += product;
      sizes += size(product);
    }
    const double n = double(a.offsets[i + 1] - a.offsets[i]) + 1;
    ASSERT_LE(size(b[at] - sum),
              6 * (n + 2) * double(std::numeric_limits<Real<T>>::epsilon()) * sizes)
        << "row " << i << ", vector " << at % vectors;
  }
}

template <class T>
class TrsvOnDevice : public testing::Test {
 protected:
  static std::vector<T> solve(const TrsvPlan<T>& plan, const std::vector<T>& b,
                              std::size_t shift = 0) {
    const DeviceView<T> x("suan::test", b.size());
    plan.solve(ExecutionSpace(), to_device(b, shift), x);
    return to_host(x);
  }
  static std::vector<T> solve_in_place(const TrsvPlan<T>& plan, const std::vector<T>& b) {
    const auto x = to_device(b);
    plan.solve(ExecutionSpace(), x, x);
    return to_host(x);
  }
  static std::vector<T> solve_block(const TrsvPlan<T>& plan, const std::vector<T>& b,
                                    std::size_t vectors) {
    const auto flat = to_device(b);
    const RowMajor<T> x(flat.data(), b.size() / vectors, vectors);
    plan.solve(ExecutionSpace(), RowMajor<const T>(x), x);
    return to_host(flat);
  }

  template <class Keep>
  static void expect_all(LocalIndex n, const Keep& keep) {
    const ExecutionSpace space;
    for (const auto triangle : {Triangle::lower, Triangle::upper}) {
      for (const auto diagonal : {Diagonal::stored, Diagonal::unit}) {
        const auto a = make<T>(n, triangle, diagonal, keep);
        const auto b = test::samples<T>(static_cast<std::size_t>(n), 4);
        const auto block = test::samples<T>(static_cast<std::size_t>(n) * 37, 5);
        const auto on_device = a.on_device();
        for (const auto schedule : cuda_schedules) {
          TrsvPlan<T> plan(space, on_device, triangle, diagonal, schedule);
          SCOPED_TRACE(plan.description());
          if (n > 0) {
            EXPECT_EQ(plan.schedule(), schedule);
          }
          const auto x = solve(plan, b);
          expect_solves(a, diagonal, b, x);
          // The same bits each time, in the array of b, and from an address that is not aligned.
          for (int run = 0; run < 5; ++run) ASSERT_EQ(solve(plan, b, run % 2), x);
          EXPECT_EQ(solve_in_place(plan, b), x);
          const auto many = solve_block(plan, block, 37);
          expect_solves(a, diagonal, block, many, 37);
          EXPECT_EQ(solve_block(plan, block, 37), many);

          auto other = a;
          for (auto& value : other.values) value *= T(2);
          plan.set_values(to_device(other.values));
          expect_solves(other, diagonal, b, solve(plan, b));
          expect_solves(other, diagonal, block, solve_block(plan, block, 37), 37);
        }
      }
    }
  }
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(TrsvOnDevice, Scalars);

std::vector<LocalIndex> all_before(LocalIndex i) {
  std::vector<LocalIndex> columns(static_cast<std::size_t>(i));
  for (LocalIndex j = 0; j < i; ++j) columns[static_cast<std::size_t>(j)] = j;
  return columns;
}

TYPED_TEST(TrsvOnDevice, AutomaticIsSelfScheduling) {
  using T = TypeParam;
  const auto a = make<T>(3, Triangle::lower, Diagonal::stored, all_before);
  const TrsvPlan<T> plan(ExecutionSpace(), a.on_device(), Triangle::lower, Diagonal::stored,
                         TrsvSchedule::automatic);
  EXPECT_EQ(plan.schedule(), TrsvSchedule::self_scheduling);
  EXPECT_THAT(plan.description(), testing::HasSubstr("3 tasks in 3 levels"));
}

TYPED_TEST(TrsvOnDevice, CornerStructures) {
  const auto none = [](LocalIndex) { return std::vector<LocalIndex>(); };
  this->expect_all(0, none);
  this->expect_all(1, none);
  this->expect_all(3000, none);  // a diagonal
  this->expect_all(400, all_before);
}

TYPED_TEST(TrsvOnDevice, AChain) {
  this->expect_all(10000, [](LocalIndex i) {
    return i > 0 ? std::vector<LocalIndex>{i - 1} : std::vector<LocalIndex>();
  });
}

TYPED_TEST(TrsvOnDevice, DenseRowsAmongShortOnes) {
  this->expect_all(5000, [](LocalIndex i) {
    if (i % 2500 == 2499) return all_before(i);
    return i % 3 == 2 ? std::vector<LocalIndex>{i / 2, i - 1} : std::vector<LocalIndex>();
  });
}

TYPED_TEST(TrsvOnDevice, AGrid) {
  this->expect_all(17 * 11 * 40, [](LocalIndex i) {
    std::vector<LocalIndex> columns;
    if (i >= 17 * 11) columns.push_back(i - 17 * 11);
    if (i / 17 % 11 > 0) columns.push_back(i - 17);
    if (i % 17 > 0) columns.push_back(i - 1);
    return columns;
  });
}

TYPED_TEST(TrsvOnDevice, CopiesWithOtherValuesDoNotDisturbEachOther) {
  using T = TypeParam;
  const auto a = make<T>(200, Triangle::lower, Diagonal::stored, all_before);
  const auto b = test::samples<T>(200, 6);
  for (const auto schedule : cuda_schedules) {
    const TrsvPlan<T> plan(ExecutionSpace(), a.on_device(), Triangle::lower, Diagonal::stored,
                           schedule);
    const auto x = this->solve(plan, b);
    auto doubled = plan;
    auto values = a.values;
    for (auto& value : values) value *= T(2);
    doubled.set_values(to_device(values));
    // Halves are exact.
    auto half = x;
    for (auto& value : half) value *= T(0.5f);
    EXPECT_EQ(this->solve(doubled, b), half) << plan.description();
    EXPECT_EQ(this->solve(plan, b), x) << plan.description();
    EXPECT_EQ(this->solve(doubled, b), half) << plan.description();
  }
}

}  // namespace
}  // namespace suan::kernels
