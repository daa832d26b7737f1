// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products of sparse matrices on the device, by Suan's kernels and by cuSPARSE, against those of
// the host. Compiled in every build; skips without CUDA.
#include <gmock/gmock.h>

#include <limits>
#include <tuple>

#include "suan/core/error.hpp"
#include "suan/matrix/products.hpp"
#include "support/sparse.hpp"

namespace suan {
namespace {

using test::HostArrays;
using test::to_host;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <Scalar T>
HostArrays<T> device_product(const HostArrays<T>& a, const HostArrays<T>& b,
                             const SpgemmOptions& options) {
  return to_host(multiply(a.csr(), b.csr(), options));
}

constexpr SpgemmOptions on_host{.path = KernelPath::native};

/// Everything that runs on a device.
std::vector<SpgemmOptions> device_options() {
  std::vector<SpgemmOptions> result{{.path = KernelPath::cuda}};
  for (const auto algorithm : {CusparseSpgemm::automatic, CusparseSpgemm::alg1,
                               CusparseSpgemm::alg2, CusparseSpgemm::alg3}) {
    result.push_back({.path = KernelPath::cusparse, .cusparse = algorithm});
  }
  return result;
}

std::string name(const SpgemmOptions& options) {
  return message(to_string(options.path), " ", static_cast<int>(options.cusparse));
}

template <class T, class Change>
HostArrays<T> with_values(HostArrays<T> a, const Change& change) {
  for (auto& value : a.values) value = change(value);
  return a;
}

/// A row of A that picks row `k` of B.
template <class T>
void add_unit_row(HostArrays<T>& a, LocalIndex k, T value) {
  a.indices.push_back(k);
  a.values.push_back(value);
  a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  ++a.rows;
}

template <class T>
class SpgemmOnDevice : public testing::Test {
 protected:
  void SetUp() override {
    if (SUAN_HAVE_CUDA == 0) GTEST_SKIP() << "this build has no CUDA";
  }

  /// The host's structure exactly. Two sums of n products each differ by at most 2 (n + 1) eps
  /// |A||B| when rounded in any order, those of complex numbers by a factor of 2 sqrt(2) more; n
  /// and |A||B| are products on the host as well, of ones and of magnitudes.
  static void expect_like_host(const HostArrays<T>& a, const HostArrays<T>& b) {
    const auto one = [](const T&) { return T(1); };
    const auto size = [](const T& x) { return T(test::magnitude(x)); };
    const auto expected = device_product(a, b, on_host);
    const auto counts = device_product(with_values(a, one), with_values(b, one), on_host);
    const auto sizes = device_product(with_values(a, size), with_values(b, size), on_host);
    for (const auto& options : device_options()) {
      SCOPED_TRACE(name(options));
      const auto c = device_product(a, b, options);
      ASSERT_EQ(c.rows, expected.rows);
      ASSERT_EQ(c.columns, expected.columns);
      ASSERT_EQ(c.offsets, expected.offsets);
      ASSERT_EQ(c.indices, expected.indices);
      for (std::size_t k = 0; k < c.values.size(); ++k) {
        const Real<T> bound = 6 * (real_part(counts.values[k]) + 1) *
                              std::numeric_limits<Real<T>>::epsilon() * real_part(sizes.values[k]);
        ASSERT_LE(test::magnitude<T>(c.values[k] - expected.values[k]), bound) << "entry " << k;
      }
    }
  }
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SpgemmOnDevice, Scalars);

TYPED_TEST(SpgemmOnDevice, AutomaticIsCuda) {
  using T = TypeParam;
  const auto a = HostArrays<T>{1, 1, {0, 1}, {0}, {T(2)}}.csr();
  const Product<T> product(a, a);
  EXPECT_EQ(product.path(), "cuda");
  EXPECT_EQ(product.multiply_adds(), 1);
  EXPECT_EQ(Product<T>(a, a, on_host).path(), "native");
  EXPECT_EQ((Product<T>(a, a, {.path = KernelPath::cusparse}).path()), "cusparse");
}

TYPED_TEST(SpgemmOnDevice, TinyProductByHand) {
  using T = TypeParam;
  // [1 2; 0 0; 3 0] [0 1 0; 1 0 4] = [2 1 8; 0 0 0; 0 3 0], with B's rows unsorted
  const HostArrays<T> a{3, 2, {0, 2, 2, 3}, {0, 1, 0}, {T(1), T(2), T(3)}};
  const HostArrays<T> b{2, 3, {0, 1, 3}, {1, 2, 0}, {T(1), T(4), T(1)}};
  const HostArrays<T> c{3, 3, {0, 3, 3, 4}, {0, 1, 2, 1}, {T(2), T(1), T(8), T(3)}};
  for (const auto& options : device_options()) {
    EXPECT_EQ(device_product(a, b, options), c) << name(options);
  }
}

TYPED_TEST(SpgemmOnDevice, CornerShapes) {
  using T = TypeParam;
  for (const auto& options : device_options()) {
    SCOPED_TRACE(name(options));
    const auto product = [&](const HostArrays<T>& a, const HostArrays<T>& b) {
      return device_product(a, b, options);
    };
    EXPECT_EQ(product({}, {}), HostArrays<T>{});
    EXPECT_EQ(product({2, 0, {0, 0, 0}}, {0, 3}), (HostArrays<T>{2, 3, {0, 0, 0}}));
    EXPECT_EQ(product({0, 2}, {2, 3, {0, 1, 1}, {2}, {T(1)}}), (HostArrays<T>{0, 3}));
    // An entry that is zero stays.
    EXPECT_EQ(
        product({1, 2, {0, 2}, {0, 1}, {T(1), T(-1)}}, {2, 1, {0, 1, 2}, {0, 0}, {T(3), T(3)}}),
        (HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}));
  }
  // Duplicates on both sides, which Suan's own kernels accept: (1 + 2) (3 + 4)
  EXPECT_EQ(device_product<T>({1, 1, {0, 2}, {0, 0}, {T(1), T(2)}},
                              {1, 1, {0, 2}, {0, 0}, {T(3), T(4)}}, {.path = KernelPath::cuda}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(21)}}));
}

TYPED_TEST(SpgemmOnDevice, RowsOfAllLengths) {
  using T = TypeParam;
  for (const auto& [m, k, n, longest] :
       {std::tuple{1200, 900, 1100, 20}, {300, 20, 4000, 6}, {200, 300, 2000000, 8}}) {
    this->expect_like_host(test::irregular_sorted<T>(m, k, longest, 1),
                           test::irregular_sorted<T>(k, n, longest, 2));
  }
}

// Rows alternate between just inside and just outside a bin.
TYPED_TEST(SpgemmOnDevice, TablesAtTheirBoundaries) {
  using T = TypeParam;
  test::Numbers numbers(3);
  HostArrays<T> b{0, 70000};
  HostArrays<T> a{0, 0};
  for (LocalIndex capacity = 32; capacity <= 16384; capacity *= 2) {
    for (const LocalIndex length : {capacity - 1, capacity, capacity + 1}) {
      for (LocalIndex j = 0; j < length; ++j) {
        b.indices.push_back(4 * j + j % 3);
        b.values.push_back(numbers.value<T>());
      }
      b.offsets.push_back(static_cast<Offset>(b.indices.size()));
      add_unit_row(a, b.rows++, numbers.value<T>());
      a.offsets.push_back(a.offsets.back());  // an empty row
      ++a.rows;
    }
  }
  a.columns = b.rows;
  this->expect_like_host(a, b);
}

TYPED_TEST(SpgemmOnDevice, ADenseRowAndADenseColumn) {
  using T = TypeParam;
  constexpr LocalIndex n = 20000;
  test::Numbers numbers(4);
  HostArrays<T> a{n, n};
  for (LocalIndex i = 0; i < n; ++i) {
    for (LocalIndex j = 0; j < n; ++j) {
      if (i != n / 2 && j != i && j != 7) continue;
      a.indices.push_back(j);
      a.values.push_back(numbers.value<T>());
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  // Without row 7 dense in B: C would be dense.
  this->expect_like_host(a, test::irregular_sorted<T>(n, n, 5, 5));
  const HostArrays<T> row{1,
                          n,
                          {0, n},
                          std::vector<LocalIndex>(a.indices.begin() + a.offsets[n / 2],
                                                  a.indices.begin() + a.offsets[n / 2 + 1]),
                          std::vector<T>(n, T(1))};
  HostArrays<T> ones{n, 1, {0}, std::vector<LocalIndex>(n, 0), std::vector<T>(n, T(1))};
  for (LocalIndex i = 0; i < n; ++i) ones.offsets.push_back(i + 1);
  // 20000 products in one sum; integers below 2^24 are exact.
  for (const auto& options : device_options()) {
    EXPECT_EQ(device_product(row, ones, options),
              (HostArrays<T>{1, 1, {0, 1}, {0}, {T(20000.0f)}}));
  }
}

TYPED_TEST(SpgemmOnDevice, WideMatricesTakeSeveralPasses) {
  using T = TypeParam;
  // More than 2^19 columns and 8192 products: a row with fewer columns than that, and two with
  // more.
  test::Numbers numbers(6);
  HostArrays<T> a{3, 3000, {0, 900, 2900, 5900}};
  for (LocalIndex j = 0; j < 900; ++j) a.indices.push_back(j);
  for (LocalIndex j = 0; j < 2000; ++j) a.indices.push_back(1000 + j);
  for (LocalIndex j = 0; j < 3000; ++j) a.indices.push_back(j);
  for (int k = 0; k < 5900; ++k) a.values.push_back(numbers.value<T>());
  HostArrays<T> b{3000, 1700000};
  for (LocalIndex i = 0; i < 3000; ++i) {
    for (LocalIndex k = 0; k < 12; ++k) {
      b.indices.push_back(i < 1000 ? 1000 * k + numbers.below(7)
                                   : 140000 * k + numbers.below(140000));
      b.values.push_back(numbers.value<T>());
    }
    b.offsets.push_back(static_cast<Offset>(b.indices.size()));
  }
  this->expect_like_host(a, b);
}

TYPED_TEST(SpgemmOnDevice, SameBitsEachTimeAndWithNewValues) {
  using T = TypeParam;
  const auto third = [](const T& x) { return x / T(3); };  // so that sums are rounded
  const auto a = with_values(test::irregular_sorted<T>(2000, 2000, 60, 7), third);
  const auto b = with_values(test::irregular_sorted<T>(2000, 2000, 60, 8), third);
  const auto other = with_values(a, [](const T& x) { return T(1) - x; });
  for (const auto& options : device_options()) {
    SCOPED_TRACE(name(options));
    const Product<T> product(a.csr(), b.csr(), options);
    const auto first = to_host(product.multiply(a.csr(), b.csr()));
    for (int run = 0; run < 10; ++run) {
      ASSERT_EQ(to_host(product.multiply(a.csr(), b.csr())), first);
    }
    EXPECT_EQ(device_product(a, b, options), first);
    EXPECT_EQ(to_host(product.multiply(other.csr(), b.csr())), device_product(other, b, options));
  }
}

TEST(SpgemmOptions, ThePathsThatABuildLacksAreRefusedInWords) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "this build has CUDA";
  const auto a = HostArrays<double>{1, 1, {0, 1}, {0}, {2}}.csr();
  for (const auto path : {KernelPath::cuda, KernelPath::cusparse}) {
    EXPECT_THAT([&] { multiply(a, a, {.path = path}); },
                ThrowsMessage<NotSupported>(HasSubstr("products of sparse matrices")));
  }
  EXPECT_EQ(Product<double>(a, a).path(), "native");
}

TEST(SpgemmOptions, TheChunkFractionHasARange) {
  const auto a = HostArrays<double>{1, 1, {0, 1}, {0}, {2}}.csr();
  for (const float fraction : {0.0f, 1.5f, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_THAT([&] { multiply(a, a, {.chunk_fraction = fraction}); },
                ThrowsMessage<InvalidArgument>(HasSubstr("chunk fraction")));
  }
}

}  // namespace
}  // namespace suan
