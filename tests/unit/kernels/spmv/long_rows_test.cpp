// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/long_rows.hpp"

#include <gmock/gmock.h>

#include "kernels/spmv/row_products.hpp"
#include "support/instances.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::Vector;
using suan::kernels::LongRows;
using suan::kernels::SpmvPlan;
using suan::test::HostMatrix;
using suan::test::magnitude;
using suan::test::product_bound;

template <class T>
class LongRowsTest : public testing::Test {
 public:
  static constexpr LocalIndex n = 40000;

  /// Square; rows of 0 to 6 entries, and five long ones: the first, two neighbours, one in the
  /// middle of a block of rows, and the last. One row is just too short to be long.
  static HostMatrix<T> matrix() {
    HostMatrix<T> a;
    a.rows = n;
    a.columns = n;
    const auto values = suan::random_vector<T>(Layout::serial(1009), 3).to_host();
    for (LocalIndex i = 0; i < n; ++i) {
      const LocalIndex length = length_of(i);
      for (LocalIndex k = 0; k < length; ++k) {
        a.indices.push_back(static_cast<LocalIndex>((Offset{i} * 7919 + Offset{k} * 3) % n));
        a.values.push_back(values[static_cast<std::size_t>(i + k) % values.size()]);
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    return a;
  }

 private:
  static LocalIndex length_of(LocalIndex i) {
    constexpr auto shortest = static_cast<LocalIndex>(LongRows<T>::shortest);
    if (i == 0) return shortest;
    if (i == 1000) return shortest - 1;
    if (i == 20000) return shortest + 1;
    if (i == 20001) return n;
    if (i == 30123) return 2 * shortest;
    if (i == n - 1) return n - 1;
    return i % 7;
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(LongRowsTest, Scalars);

TYPED_TEST(LongRowsTest, CountsWhatStandsBeforeARow) {
  using T = TypeParam;
  const auto a = this->matrix().csr();
  const LongRows<T> rows(suan::ExecutionSpace(), a.view());
  if (SUAN_HAVE_CUDA != 0) {
    EXPECT_TRUE(rows.empty());
    return;
  }
  const Offset s = LongRows<T>::shortest;
  EXPECT_EQ(rows.entries_before(0), 0);
  EXPECT_EQ(rows.entries_before(1), s);
  EXPECT_EQ(rows.entries_before(20000), s);
  EXPECT_EQ(rows.entries_before(20001), 2 * s + 1);
  EXPECT_EQ(rows.entries_before(20002), 2 * s + 1 + this->n);
  EXPECT_EQ(rows.entries_before(this->n), 4 * s + 1 + this->n + this->n - 1);
}

#if !SUAN_HAVE_CUDA
// The slowest thread has at most one row more than its share, and does no long row alone.
TYPED_TEST(LongRowsTest, ThreadsHaveTheSameWork) {
  using T = TypeParam;
  const auto a = this->matrix();
  const auto csr = a.csr();
  const LongRows<T> left_out(suan::ExecutionSpace(), csr.view());
  constexpr Offset row_cost = 2;
  const Offset total =
      static_cast<Offset>(a.indices.size()) - left_out.entries_before(a.rows) + row_cost * a.rows;
  for (const int parts : {1, 2, 3, 16, 61}) {
    SCOPED_TRACE(parts);
    LocalIndex begin = 0;
    for (int part = 0; part < parts; ++part) {
      const LocalIndex end =
          suan::kernels::first_row_of_part(csr.view(), part + 1, parts, left_out);
      ASSERT_LE(begin, end);
      const Offset long_entries = left_out.entries_before(end) - left_out.entries_before(begin);
      const auto row = [&](LocalIndex i) { return a.offsets[static_cast<std::size_t>(i)]; };
      const Offset work = row(end) - row(begin) - long_entries + row_cost * (end - begin);
      EXPECT_LE(work, total / parts + LongRows<T>::shortest + row_cost) << "part " << part;
      begin = end;
    }
    EXPECT_EQ(begin, a.rows);
  }
}
#endif

TYPED_TEST(LongRowsTest, AllFormsAgreeWithTheReferenceAndDoNotDependOnThreads) {
  using T = TypeParam;
  const auto a = this->matrix();
  const auto csr = a.csr();
  const auto layout = Layout::serial(this->n);
  const auto x = suan::random_vector<T>(layout, 1);
  const auto hx = x.to_host();
  const auto b = suan::random_vector<T>(layout, 2);
  const auto hb = b.to_host();
  std::vector<std::vector<T>> results;
  for (const auto& space : suan::test::instances()) {
    const SpmvPlan<T> plan(space, csr.view(), suan::KernelPath::native);
    Vector<T> y(layout);
    suan::fill(y, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    plan.apply(space, T(1), x.view(), T(0), y.view());
    const auto hy = y.to_host();
    Vector<T> general = b;
    plan.apply(space, T(2), x.view(), T(-3), general.view());
    const auto hg = general.to_host();
    Vector<T> dotted(layout);
    const T dot = plan.apply_dot(space, x.view(), dotted.view());
    EXPECT_EQ(dotted.to_host(), hy);
    Vector<T> r(layout);
    const Real<T> norm = plan.residual(space, x.view(), b.view(), r.view());
    const auto hr = r.to_host();

    T sum{};
    Real<T> scale = 0;
    Real<T> squares = 0;
    for (std::size_t i = 0; i < hx.size(); ++i) {
      const T ax = a.row(hx, i);
      const Real<T> extra = magnitude<T>(hb[i]);
      ASSERT_LE(magnitude<T>(hy[i] - ax), product_bound(a, hx, i, Real<T>(0))) << i;
      ASSERT_LE(magnitude<T>(hg[i] - (T(2) * ax - T(3) * hb[i])),
                3 * product_bound(a, hx, i, extra))
          << i;
      ASSERT_LE(magnitude<T>(hr[i] - (hb[i] - ax)), 2 * product_bound(a, hx, i, extra)) << i;
      sum += suan::conjugate(hx[i]) * hy[i];
      scale += magnitude<T>(hx[i]) * magnitude<T>(hy[i]);
      squares += suan::abs_squared(hr[i]);
    }
    const Real<T> eps = std::numeric_limits<Real<T>>::epsilon();
    EXPECT_LE(magnitude<T>(dot - sum), 4 * this->n * eps * scale);
    EXPECT_LE(std::abs(norm - squares), 4 * this->n * eps * squares);
    results.push_back(hy);
    EXPECT_EQ(results.back(), results.front());
  }
}

// Small integers, so that every sum is exact in any order, and a piece too many or too few shows.
TYPED_TEST(LongRowsTest, SumsOfSmallIntegersAreExact) {
  using T = TypeParam;
  auto a = this->matrix();
  for (std::size_t k = 0; k < a.values.size(); ++k) {
    a.values[k] = T(static_cast<float>(k % 7 + 1));
  }
  const auto layout = Layout::serial(this->n);
  const auto x = suan::generate<T>(
      layout, [](suan::GlobalIndex i) { return T(static_cast<float>(i % 5 + 1)); });
  const auto hx = x.to_host();
  Vector<T> y(layout);
  a.csr().apply(x, y);
  const auto hy = y.to_host();
  for (std::size_t i = 0; i < hx.size(); ++i) ASSERT_EQ(hy[i], a.row(hx, i)) << i;
}

// The values of one row must not reach another.
TYPED_TEST(LongRowsTest, NanStaysInItsRow) {
  using T = TypeParam;
  auto a = this->matrix();
  a.values[a.begin(20001) + 5000] = T(std::numeric_limits<Real<T>>::quiet_NaN());
  Vector<T> y(Layout::serial(this->n));
  a.csr().apply(suan::ones<T>(Layout::serial(this->n)), y);
  EXPECT_EQ(suan::first_not_finite(y), 20001);
  auto hy = y.to_host();
  hy[20001] = T(0);
  for (const T& value : hy) ASSERT_TRUE(suan::is_finite(value));
}

}  // namespace
