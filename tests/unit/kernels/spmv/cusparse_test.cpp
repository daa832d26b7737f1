// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The product by cuSPARSE against the native one. Compiled with CUDA only.
#include <gmock/gmock.h>

#include <limits>

#include "suan/core/error.hpp"
#include "unit/kernels/cuda/host_csr.hpp"

namespace suan::kernels {
namespace {

using test::bounds;
using test::irregular;
using test::samples;
using test::size_of;
using test::to_device;
using test::to_host;

template <class T>
class Cusparse : public testing::Test {
 protected:
  /// y = alpha A x + beta y by `path`, with x and y `shift` elements off an aligned address.
  static std::vector<T> product(const test::DeviceCase<T>& a, KernelPath path, T alpha,
                                const std::vector<T>& x, T beta, const std::vector<T>& y,
                                std::size_t shift = 0) {
    const ExecutionSpace space;
    const SpmvPlan<T> plan(space, a.on_device(), path);
    EXPECT_EQ(plan.path(), path);
    const auto result = to_device(y, shift);
    plan.apply(space, alpha, to_device(x, shift), beta, result);
    return to_host(result);
  }

  static void expect_like_native(T alpha, T beta, std::size_t shift) {
    const auto a = irregular<T>(1000, 777);
    const auto x = samples<T>(777, 1);
    auto y = samples<T>(1000, 2);
    // The old y must not matter when beta is zero.
    if (beta == T(0)) y.assign(y.size(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
    const auto native = product(a, KernelPath::native, alpha, x, beta, y);
    const auto cusparse = product(a, KernelPath::cusparse, alpha, x, beta, y, shift);
    const auto bound = bounds(a, alpha, x, beta, y);
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_LE(size_of<T>(cusparse[i] - native[i]), bound[i]) << "row " << i;
    }
  }
};

using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(Cusparse, Scalars);

TYPED_TEST(Cusparse, HandCheckedProduct) {
  using T = TypeParam;
  // [1 2 0]   [1]   [3]
  // [0 0 0] * [1] = [0]
  // [0 4 8]   [1]   [12]
  const test::DeviceCase<T> a{3, 3, {0, 2, 2, 4}, {0, 1, 1, 2}, {T(1), T(2), T(4), T(8)}};
  const auto y = this->product(a, KernelPath::cusparse, T(1), std::vector<T>(3, T(1)), T(0),
                               std::vector<T>(3, T(7)));
  EXPECT_THAT(y, testing::ElementsAre(T(3), T(0), T(12)));
}

TYPED_TEST(Cusparse, EqualsNativeWithoutReadingY) {
  this->expect_like_native(TypeParam(1), TypeParam(0), 0);
}

TYPED_TEST(Cusparse, EqualsNativeWithAlphaAndBeta) {
  this->expect_like_native(TypeParam(2), TypeParam(-0.5), 0);
}

// cuSPARSE 12 itself fails when y is not aligned to 16 bytes.
TYPED_TEST(Cusparse, EqualsNativeOnVectorsThatAreNotAligned) {
  this->expect_like_native(TypeParam(1), TypeParam(0), 1);
  this->expect_like_native(TypeParam(2), TypeParam(-0.5), 1);
}

TYPED_TEST(Cusparse, GivesTheSameBitsEachTime) {
  using T = TypeParam;
  const auto a = irregular<T>(5000, 777);
  const auto x = samples<T>(777, 3);
  const std::vector<T> y(5000, T(0));
  const auto first = this->product(a, KernelPath::cusparse, T(1), x, T(0), y);
  for (int run = 0; run < 5; ++run) {
    EXPECT_EQ(this->product(a, KernelPath::cusparse, T(1), x, T(0), y), first);
  }
}

TYPED_TEST(Cusparse, MatricesWithoutEntriesScaleY) {
  using T = TypeParam;
  const test::DeviceCase<T> no_columns{2, 0, {0, 0, 0}, {}, {}};
  const test::DeviceCase<T> no_rows{0, 2, {0}, {}, {}};
  const test::DeviceCase<T> zero{2, 2, {0, 0, 0}, {}, {}};
  const std::vector<T> ones(2, T(1));
  const auto path = KernelPath::cusparse;
  EXPECT_THAT(this->product(no_columns, path, T(1), {}, T(3), ones),
              testing::ElementsAre(T(3), T(3)));
  EXPECT_THAT(this->product(no_rows, path, T(1), ones, T(0), {}), testing::IsEmpty());
  EXPECT_THAT(this->product(zero, path, T(1), ones, T(0), ones), testing::ElementsAre(T(0), T(0)));
}

TYPED_TEST(Cusparse, FusedProductsAgree) {
  using T = TypeParam;
  const auto a = irregular<T>(777, 777);
  const auto x = samples<T>(777, 4);
  const auto b = samples<T>(777, 5);
  const ExecutionSpace space;
  const SpmvPlan<T> native(space, a.on_device(), KernelPath::native);
  const SpmvPlan<T> cusparse(space, a.on_device(), KernelPath::cusparse);
  const DeviceView<T> y("suan::test", 777);
  const auto in = to_device(x);
  const T left = native.apply_dot(space, in, y);
  const T right = cusparse.apply_dot(space, in, y);
  EXPECT_LE(size_of<T>(left - right), test::dot_bound(a, x));

  const Real<T> r_native = native.residual(space, in, to_device(b), y);
  const Real<T> r_cusparse = cusparse.residual(space, in, to_device(b), y);
  EXPECT_NEAR(r_cusparse, r_native, test::residual_bound(a, x, b, double(r_native)));
}

TYPED_TEST(Cusparse, TooManyEntriesAreRefusedOrLeftToSuansOwnKernel) {
  using T = TypeParam;
  // These arrays are never read; only their length matters.
  const DeviceView<T> one("suan::test", 1);
  const DeviceView<LocalIndex> index("suan::test", 1);
  const DeviceView<Offset> offsets("suan::test", 2);
  const std::size_t many = std::size_t(1) << 31;
  const CsrView<T> a{1, 1, offsets, DeviceView<const LocalIndex>(index.data(), many),
                     DeviceView<const T>(one.data(), many)};
  const ExecutionSpace space;
  EXPECT_THAT([&] { SpmvPlan<T>(space, a, KernelPath::cusparse); },
              testing::ThrowsMessage<NotSupported>(testing::HasSubstr("2147483648")));
  EXPECT_EQ(SpmvPlan<T>(space, a, KernelPath::automatic).path(), KernelPath::cuda);
}

}  // namespace
}  // namespace suan::kernels
