// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What is special about products of SELL and blocks with several vectors; their correctness is
// tested with all other products of these formats (prepared_products.hpp).
#include <gtest/gtest.h>

#include <algorithm>

#include "suan/kernels/bsr.hpp"
#include "suan/kernels/sell_sorted.hpp"
#include "support/instances.hpp"
#include "unit/kernels/sell/sell_matrices.hpp"

namespace suan::test {
namespace {

template <class T>
using Formats = std::vector<std::shared_ptr<const kernels::PreparedFormat<T>>>;

template <class T>
Formats<T> all_formats(const Csr<T>& a) {
  const ExecutionSpace space;
  Formats<T> formats{kernels::make_sell(space, a.view())};
  if (SUAN_HAVE_CUDA == 0) formats.push_back(kernels::make_sorted_sell(space, a.view()));
  for (int block = kernels::smallest_block; block <= kernels::largest_block; ++block) {
    formats.push_back(kernels::make_bsr(space, a.view(), block));
  }
  return formats;
}

template <class T>
class FormatBlocksTest : public testing::Test {
 public:
  /// Rows with runs, gaps, tails and columns near and far.
  static HostMatrix<T> mixed() {
    auto a = without_every(9, band<T>(960, 90000, 7, T(Real<T>(1) / 3)));
    const auto more = irregular<T>(701, 90000, 200);
    for (std::size_t i = 0; i < 701; ++i) {
      std::vector<LocalIndex> row;
      for (auto k = more.begin(i); k < more.begin(i + 1); ++k) row.push_back(more.indices[k]);
      if (i % 3 == 0) row.push_back(89999);
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
      for (const LocalIndex j : row) {
        a.indices.push_back(j);
        a.values.push_back(T(Real<T>(1) / static_cast<Real<T>>(a.indices.size())));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
      ++a.rows;
    }
    return a;
  }
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(FormatBlocksTest, Scalars);

TYPED_TEST(FormatBlocksTest, SameBitsOnAnyNumberOfThreads) {
  using T = TypeParam;
  const auto a = TestFixture::mixed().csr();
  const auto x = to_device<T>(90000, 11, random_block<T>(90000, 11, 5));
  for (const auto& format : all_formats(a)) {
    std::vector<T> expected;
    for (const auto& space : instances()) {
      for (int repetition = 0; repetition < 3; ++repetition) {
        const RowMajor<T> y("suan::test::y", static_cast<std::size_t>(a.rows()), 11);
        format->apply(space, T(1), RowMajor<const T>(x), T(0), y);
        space.fence();
        if (expected.empty()) expected = to_host<T>(y);
        ASSERT_EQ(to_host<T>(y), expected) << format->format();
      }
    }
  }
}

// Columns of wider arrays on both sides, whose other columns stay as they are.
TYPED_TEST(FormatBlocksTest, ColumnsOfWiderArrays) {
  using T = TypeParam;
  const auto a = TestFixture::mixed();
  const auto rows = static_cast<std::size_t>(a.rows);
  const auto hx = random_block<T>(90000, 9, 6);
  const auto x = to_device<T>(90000, 9, hx);
  for (const auto& format : all_formats(a.csr())) {
    const auto y = to_device<T>(rows, 7, std::vector<T>(rows * 7, T(4)));
    const RowMajor<T> part = Kokkos::subview(y, Kokkos::ALL, std::make_pair(1, 6));
    const RowMajor<const T> x_part = Kokkos::subview(x, Kokkos::ALL, std::make_pair(3, 8));
    format->apply(ExecutionSpace(), T(1), x_part, T(0), part);
    const auto result = to_host<T>(y);
    std::vector<T> one(90000);
    for (std::size_t j = 0; j < one.size(); ++j) one[j] = hx[j * 9 + 4];
    for (std::size_t i = 0; i < rows; ++i) {
      EXPECT_EQ(result[i * 7], T(4));
      EXPECT_EQ(result[i * 7 + 6], T(4));
      EXPECT_LE(magnitude<T>(result[i * 7 + 2] - a.row(one, i)), product_bound(a, one, i, 0));
    }
  }
}

// Elements of X at a row's gaps or fill-in must not affect the row, nor the neighbouring vectors.
TYPED_TEST(FormatBlocksTest, InfinityAndNanReachTheirRowsOnly) {
  using T = TypeParam;
  auto a = TestFixture::mixed();
  for (std::size_t k = 0; k < a.values.size(); k += 5) a.values[k] = k % 2 == 0 ? T(0) : T(-0.0);
  constexpr LocalIndex column = 501;
  constexpr std::size_t k = 10;
  for (const Real<T> bad :
       {std::numeric_limits<Real<T>>::infinity(), std::numeric_limits<Real<T>>::quiet_NaN()}) {
    std::vector<T> hx(90000 * k, T(1));
    hx[column * k + 3] = T(bad);
    hx[column * k + 9] = T(bad);
    const auto x = to_device<T>(90000, k, hx);
    for (const auto& format : all_formats(a.csr())) {
      const auto y = to_device<T>(static_cast<std::size_t>(a.rows), k,
                                  std::vector<T>(static_cast<std::size_t>(a.rows) * k, T(2)));
      format->apply(ExecutionSpace(), T(1), RowMajor<const T>(x), T(-1), y);
      const auto result = to_host<T>(y);
      for (std::size_t i = 0; i < static_cast<std::size_t>(a.rows); ++i) {
        const auto first = a.indices.begin() + a.offsets[i];
        const auto last = a.indices.begin() + a.offsets[i + 1];
        const bool has = std::find(first, last, column) != last;
        for (std::size_t c = 0; c < k; ++c) {
          EXPECT_EQ(!is_finite(result[i * k + c]), has && (c == 3 || c == 9))
              << format->format() << ", row " << i << ", vector " << c;
        }
      }
    }
  }
}

// Large enough that whole cache lines of results are streamed; columns of a wider array have no
// whole lines and are not.
TYPED_TEST(FormatBlocksTest, MoreResultsThanCachesHold) {
  using T = TypeParam;
  constexpr std::size_t k = 64 / sizeof(T);
  constexpr auto rows = static_cast<LocalIndex>((std::size_t{33} << 20) / (k * sizeof(T)));
  auto a = band<T>(rows, rows + 12, 2, T(Real<T>(1) / 3));
  for (std::size_t i = 0; i < a.values.size(); i += 7) a.values[i] = T(static_cast<float>(i % 13));
  const auto csr = a.csr();
  const auto x = to_device<T>(static_cast<std::size_t>(rows) + 12, k,
                              random_block<T>(static_cast<std::size_t>(rows) + 12, k, 7));
  const ExecutionSpace space;
  for (const Formats<T>& formats : {Formats<T>{kernels::make_sell(space, csr.view())},
                                    Formats<T>{kernels::make_bsr(space, csr.view(), 3)}}) {
    const RowMajor<T> whole("suan::test::y", static_cast<std::size_t>(rows), k);
    const RowMajor<T> wide("suan::test::y", static_cast<std::size_t>(rows), k + 1);
    const RowMajor<T> part = Kokkos::subview(wide, Kokkos::ALL, std::make_pair(std::size_t{0}, k));
    formats[0]->apply(space, T(2), RowMajor<const T>(x), T(0), whole);
    formats[0]->apply(space, T(2), RowMajor<const T>(x), T(0), part);
    const auto streamed = to_host<T>(whole);
    EXPECT_EQ(streamed, to_host<T>(part));
    EXPECT_NE(streamed.back(), T(0));
  }
}

TYPED_TEST(FormatBlocksTest, NoVectorsNoRowsNoColumns) {
  using T = TypeParam;
  const auto a = TestFixture::mixed().csr();
  for (const auto& format : all_formats(a)) {
    const RowMajor<T> x("suan::test::x", 90000, 0);
    format->apply(ExecutionSpace(), T(1), RowMajor<const T>(x), T(0),
                  RowMajor<T>("suan::test::y", static_cast<std::size_t>(a.rows()), 0));
  }
  for (const auto& format : all_formats(HostMatrix<T>{}.csr())) {
    const RowMajor<T> none("suan::test", 0, 3);
    format->apply(ExecutionSpace(), T(1), RowMajor<const T>(none), T(0), none);
  }
  const HostMatrix<T> empty{3, 0, {0, 0, 0, 0}, {}, {}};
  for (const auto& format : all_formats(empty.csr())) {
    const RowMajor<T> x("suan::test::x", 0, 2);
    const auto y = to_device<T>(3, 2, std::vector<T>(6, T(1)));
    format->apply(ExecutionSpace(), T(1), RowMajor<const T>(x), T(5), y);
    EXPECT_EQ(to_host<T>(y), std::vector<T>(6, T(5)));
  }
}

}  // namespace
}  // namespace suan::test
