// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with several vectors that are set up once: every path of this build against the native
// kernel. Without CUDA the native path checks the class itself.
#include "suan/kernels/spmm_plan.hpp"

#include <gmock/gmock.h>

#include <array>

#include "suan/core/error.hpp"
#include "suan/matrix/multi_vector_product.hpp"
#include "unit/kernels/cuda/host_csr.hpp"

namespace suan::kernels {
namespace {

using test::DeviceCase;
using test::samples;
using test::size_of;

std::vector<KernelPath> spmm_paths() {
  if (SUAN_HAVE_CUDA == 0) return {KernelPath::native};
  return {KernelPath::native, KernelPath::cuda, KernelPath::cusparse};
}

/// A multivector of `host` with gaps of `gap` elements between rows, starting `shift` elements into
/// an allocation.
template <Scalar T>
RowMajor<T> block(const std::vector<T>& host, std::size_t rows, std::size_t columns,
                  std::size_t shift, std::size_t gap) {
  const RowMajor<T> all("suan::test", rows, columns + gap + shift);
  const RowMajor<T> part =
      Kokkos::subview(all, Kokkos::ALL, std::make_pair(shift, shift + columns));
  const auto mirror = Kokkos::create_mirror_view(all);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t c = 0; c < columns; ++c) mirror(i, c + shift) = host[i * columns + c];
  }
  Kokkos::deep_copy(all, mirror);
  return part;
}

template <Scalar T>
std::vector<T> elements(const RowMajor<T>& x) {
  const Kokkos::View<T**, Kokkos::LayoutRight, MemorySpace> dense("suan::test", x.extent(0),
                                                                  x.extent(1));
  Kokkos::deep_copy(dense, x);
  const auto mirror = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), dense);
  return {mirror.data(), mirror.data() + mirror.size()};
}

template <class T>
class SpmmPlanTest : public testing::Test {
 protected:
  static void expect_like_columns(const DeviceCase<T>& a, std::size_t vectors, KernelPath path,
                                  T alpha, T beta, std::size_t shift) {
    const ExecutionSpace space;
    const auto rows = static_cast<std::size_t>(a.rows);
    const auto columns = static_cast<std::size_t>(a.columns);
    const auto x = samples<T>(columns * vectors, 1);
    auto y = samples<T>(rows * vectors, 2);
    if (beta == T(0)) y.assign(y.size(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
    const SpmmPlan<T> plan(space, a.on_device(), static_cast<LocalIndex>(vectors), path);
    ASSERT_EQ(plan.path(), path);
    const auto multiply = [&] {
      const auto result = block(y, rows, vectors, shift, 3);
      plan.apply(space, alpha, block(x, columns, vectors, shift, 1), beta, result);
      return elements<T>(result);
    };
    const auto result = multiply();
    // Column by column, each as a product with one vector.
    for (std::size_t c = 0; c < vectors; ++c) {
      std::vector<T> one_x(columns);
      std::vector<T> one_y(rows);
      for (std::size_t i = 0; i < columns; ++i) one_x[i] = x[i * vectors + c];
      for (std::size_t i = 0; i < rows; ++i) one_y[i] = y[i * vectors + c];
      const auto expected = test::to_device(one_y);
      spmv<T>(space, alpha, a.on_device(), test::to_device(one_x), beta, expected);
      const auto native = test::to_host(expected);
      const auto bound = test::bounds(a, alpha, one_x, beta, one_y);
      for (std::size_t i = 0; i < rows; ++i) {
        ASSERT_LE(size_of<T>(result[i * vectors + c] - native[i]), bound[i])
            << to_string(path) << ", row " << i << ", vector " << c << " of " << vectors;
      }
    }
    // cuSPARSE keeps this documented promise for short rows only.
    const bool repeats = path != KernelPath::cusparse || a.values.size() < 100000;
    for (int run = 0; repeats && run < 3; ++run) ASSERT_EQ(multiply(), result) << to_string(path);
  }
};

using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(SpmmPlanTest, Scalars);

TYPED_TEST(SpmmPlanTest, EqualsProductsWithOneVector) {
  using T = TypeParam;
  const auto a = test::irregular<T>(500, 333);
  for (const auto path : spmm_paths()) {
    for (const std::size_t vectors : {1, 2, 3, 8, 17, 32}) {
      for (const std::size_t shift : {0, 1}) {
        this->expect_like_columns(a, vectors, path, T(1), T(0), shift);
        this->expect_like_columns(a, vectors, path, T(2), T(-0.5), shift);
      }
    }
  }
}

TYPED_TEST(SpmmPlanTest, EmptyOnesAndLongRows) {
  using T = TypeParam;
  const auto none = [](LocalIndex) -> Offset { return 0; };
  const auto one_long = [](LocalIndex i) -> Offset { return i == 333 ? 100000 : i % 4; };
  for (const auto path : spmm_paths()) {
    this->expect_like_columns(test::with_lengths<T>(3, 0, none), 2, path, T(1), T(3), 0);
    this->expect_like_columns(test::with_lengths<T>(0, 3, none), 2, path, T(1), T(0), 0);
    this->expect_like_columns(test::with_lengths<T>(40, 40, none), 2, path, T(1), T(0), 0);
    this->expect_like_columns(test::irregular<T>(100, 100), 0, path, T(1), T(0), 0);
    this->expect_like_columns(test::with_lengths<T>(1000, 100003, one_long), 4, path, T(1), T(0),
                              0);
  }
  // This many entries in so few columns must be duplicates.
  const auto crowded = test::with_lengths<T>(1000, 1000, one_long);
  this->expect_like_columns(crowded, 4, KernelPath::native, T(1), T(0), 0);
  if (SUAN_HAVE_CUDA != 0) {
    this->expect_like_columns(crowded, 4, KernelPath::cuda, T(3), T(-1), 1);
    EXPECT_THAT(
        [&] { SpmmPlan<T>(ExecutionSpace(), crowded.on_device(), 4, KernelPath::cusparse); },
        testing::ThrowsMessage<NotSupported>(testing::HasSubstr("add up duplicates")));
  }
}

TEST(SpmmPlan, PathsThatAreNotThereAreRefused) {
  const DeviceCase<double> a{1, 1, {0, 1}, {0}, {2.0}};
  const auto make = [&](KernelPath path) {
    return SpmmPlan<double>(ExecutionSpace(), a.on_device(), 2, path);
  };
  EXPECT_EQ(make(KernelPath::automatic).path(), KernelPath::native);
  if (SUAN_HAVE_CUDA != 0) {
    EXPECT_EQ(make(KernelPath::cuda).path(), KernelPath::cuda);
    EXPECT_EQ(make(KernelPath::cusparse).path(), KernelPath::cusparse);
    return;
  }
  EXPECT_THAT([&] { make(KernelPath::cuda); },
              testing::ThrowsMessage<NotSupported>(testing::AllOf(
                  testing::HasSubstr("cuda"), testing::HasSubstr("several vectors"))));
  EXPECT_THROW(make(KernelPath::cusparse), NotSupported);
}

TEST(SpmmPlan, CutsLongRowsOnAGpu) {
  const auto one_long = [](LocalIndex i) -> Offset { return i == 7 ? 900 : 2; };
  const auto a = test::with_lengths<double>(40, 1000, one_long);
  const SpmmPlan<double> plan(ExecutionSpace(), a.on_device(), 2);
  EXPECT_EQ(plan.path(), SUAN_HAVE_CUDA == 0 ? KernelPath::native : KernelPath::cuda);
}

TEST(MultiVectorProduct, MultipliesAndRefusesWhatDoesNotFit) {
  const std::array<Offset, 3> offsets = {0, 2, 3};
  const std::array<LocalIndex, 3> indices = {0, 1, 1};
  const std::array<double, 3> values = {1, 2, 3};
  const auto a = Csr<double>::from_host(2, 2, offsets, indices, values, KernelPath::native);
  const MultiVectorProduct<double> product(a, 2);
  EXPECT_EQ(product.vectors(), 2);
  // [1 2]   [1 10]   [3 30]
  // [0 3] * [1 10] = [3 30]
  const auto layout = Layout::serial(2);
  auto x = MultiVector<double>::from_host(layout, 2, std::vector<double>{1, 10, 1, 10});
  auto y = MultiVector<double>::from_host(layout, 2, std::vector<double>{7, 7, 7, 7});
  product.multiply(1, x, 0, y);
  EXPECT_THAT(y.to_host(), testing::ElementsAre(3, 30, 3, 30));

  MultiVector<double> three(layout, 3);
  MultiVector<double> other_three(layout, 3);
  EXPECT_THAT([&] { product.multiply(1, three, 0, other_three); },
              testing::ThrowsMessage<DimensionMismatch>(testing::HasSubstr("made for 2 vectors")));
  EXPECT_THROW(product.multiply(1, x, 0, three), DimensionMismatch);
  EXPECT_THROW(product.multiply(1, x, 0, x), InvalidArgument);
  EXPECT_THAT([&] { MultiVectorProduct<double>(a, -1); },
              testing::ThrowsMessage<InvalidArgument>(testing::HasSubstr("-1")));
}

}  // namespace
}  // namespace suan::kernels
