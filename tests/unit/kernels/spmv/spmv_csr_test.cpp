// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Suan's own CUDA products compared with the native ones: all kernels on all matrices that are
// difficult for one of them. Compiled with CUDA only.
#include <gmock/gmock.h>

#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "kernels/cuda/cuda.hpp"
#include "unit/kernels/cuda/host_csr.hpp"

namespace suan::kernels {
namespace {

using test::bounds;
using test::DeviceCase;
using test::samples;
using test::size_of;
using test::to_device;
using test::to_host;

/// Row ends and entries of a tile of the merge path; a change there moves the difficult places.
constexpr Offset tile = 896;

/// -1: chosen by the kernel itself, 0: merge path, otherwise threads for each row.
constexpr int kernels_to_test[] = {-1, 0, 1, 2, 4, 8, 16, 32};

template <Scalar T>
std::unique_ptr<const PreparedSpmv<T>> prepare(const CsrView<T>& a, int kernel) {
  std::optional<cuda::CsrChoice> choice;
  if (kernel >= 0) choice = cuda::CsrChoice{kernel == 0, kernel == 0 ? 1 : kernel};
  return cuda::make_csr_spmv<T>(ExecutionSpace(), a, choice);
}

/// Whether two results are the same to the last bit.
template <Scalar T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
class CudaCsr : public testing::Test {
 protected:
  static std::vector<T> apply(const PreparedSpmv<T>& product, T alpha, const std::vector<T>& x,
                              T beta, const std::vector<T>& y, std::size_t shift) {
    const auto result = to_device(y, shift);
    product.apply(ExecutionSpace(), alpha, to_device(x, shift), beta, result);
    return to_host(result);
  }

  static void expect_apply(const DeviceCase<T>& a, const PreparedSpmv<T>& product, T alpha, T beta,
                           std::size_t shift) {
    const auto x = samples<T>(static_cast<std::size_t>(a.columns), 1);
    auto y = samples<T>(static_cast<std::size_t>(a.rows), 2);
    // The old y must not matter when beta is zero.
    if (beta == T(0)) y.assign(y.size(), T(std::numeric_limits<Real<T>>::quiet_NaN()));
    const auto expected = to_device(y);
    spmv<T>(ExecutionSpace(), alpha, a.on_device(), to_device(x), beta, expected);
    const auto native = to_host(expected);
    const auto result = apply(product, alpha, x, beta, y, shift);
    const auto bound = bounds(a, alpha, x, beta, y);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_LE(size_of<T>(result[i] - native[i]), bound[i]) << "row " << i;
    }
    for (int run = 0; run < 3; ++run) {
      ASSERT_TRUE(same_bits(apply(product, alpha, x, beta, y, shift), result));
    }
  }

  static void expect_residual(const DeviceCase<T>& a, const PreparedSpmv<T>& product) {
    const ExecutionSpace space;
    const auto x = samples<T>(static_cast<std::size_t>(a.columns), 3);
    const auto b = samples<T>(static_cast<std::size_t>(a.rows), 4);
    const DeviceView<T> expected("suan::test", b.size());
    const DeviceView<T> r = to_device(b, 1);
    const auto native =
        spmv_residual<T>(space, a.on_device(), to_device(x), to_device(b), expected);
    const auto squared = product.residual(space, to_device(x), to_device(b), r);
    ASSERT_NEAR(squared, native, test::residual_bound(a, x, b, double(native)));
    const auto bound = bounds(a, T(-1), x, T(1), b);
    const auto rows = to_host(r);
    const auto native_rows = to_host(expected);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_LE(size_of<T>(rows[i] - native_rows[i]), bound[i]) << "row " << i;
    }
    for (int run = 0; run < 3; ++run) {
      ASSERT_EQ(product.residual(space, to_device(x), to_device(b), r), squared);
    }
  }

  static void expect_dot(const DeviceCase<T>& a, const PreparedSpmv<T>& product) {
    const ExecutionSpace space;
    const auto x = samples<T>(static_cast<std::size_t>(a.columns), 5);
    const DeviceView<T> expected("suan::test", x.size());
    const DeviceView<T> y("suan::test", x.size());
    const T native = spmv_dot<T>(space, a.on_device(), to_device(x), expected);
    const T result = product.apply_dot(space, to_device(x), y);
    ASSERT_LE(size_of<T>(result - native), test::dot_bound(a, x));
    const auto bound = bounds(a, T(1), x, T(0), x);
    const auto rows = to_host(y);
    const auto native_rows = to_host(expected);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_LE(size_of<T>(rows[i] - native_rows[i]), bound[i]) << "row " << i;
    }
    for (int run = 0; run < 3; ++run) {
      ASSERT_EQ(product.apply_dot(space, to_device(x), y), result);
    }
  }

  /// Calls check(a, product) for each matrix and each kernel.
  template <class Check>
  static void for_all(const Check& check) {
    for (const auto& [name, a] : test::difficult_cases<T>(tile)) {
      for (const int kernel : kernels_to_test) {
        SCOPED_TRACE(name + ", kernel " + std::to_string(kernel));
        const auto product = prepare<T>(a.on_device(), kernel);
        ASSERT_EQ(product->path(), KernelPath::cuda);
        check(a, *product);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
};

using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(CudaCsr, Scalars);

TYPED_TEST(CudaCsr, HandCheckedProduct) {
  using T = TypeParam;
  // [1 2 0]   [1]   [3]
  // [0 0 0] * [1] = [0]
  // [0 4 8]   [1]   [12]
  const DeviceCase<T> a{3, 3, {0, 2, 2, 4}, {0, 1, 1, 2}, {T(1), T(2), T(4), T(8)}};
  for (const int kernel : kernels_to_test) {
    const auto y = this->apply(*prepare<T>(a.on_device(), kernel), T(1), std::vector<T>(3, T(1)),
                               T(0), std::vector<T>(3, T(7)), 0);
    EXPECT_THAT(y, testing::ElementsAre(T(3), T(0), T(12))) << "kernel " << kernel;
  }
}

TYPED_TEST(CudaCsr, EqualsNativeWithoutReadingY) {
  using T = TypeParam;
  this->for_all(
      [&](const auto& a, const auto& product) { this->expect_apply(a, product, T(1), T(0), 0); });
}

TYPED_TEST(CudaCsr, EqualsNativeWithAlphaAndBeta) {
  using T = TypeParam;
  this->for_all([&](const auto& a, const auto& product) {
    this->expect_apply(a, product, T(2), T(-0.5), 0);
  });
}

TYPED_TEST(CudaCsr, EqualsNativeOnVectorsThatAreNotAligned) {
  using T = TypeParam;
  this->for_all([&](const auto& a, const auto& product) {
    this->expect_apply(a, product, T(1), T(0), 1);
    this->expect_apply(a, product, T(2), T(-0.5), 1);
  });
}

TYPED_TEST(CudaCsr, ResidualEqualsNative) {
  this->for_all([&](const auto& a, const auto& product) { this->expect_residual(a, product); });
}

TYPED_TEST(CudaCsr, DotEqualsNative) {
  this->for_all([&](const auto& a, const auto& product) {
    if (a.rows == a.columns) this->expect_dot(a, product);
  });
}

TYPED_TEST(CudaCsr, ThePlanHasItAndSaysWhichKernel) {
  using T = TypeParam;
  const ExecutionSpace space;
  const auto even = test::with_lengths<T>(100, 100, [](LocalIndex) -> Offset { return 7; });
  const auto skewed =
      test::with_lengths<T>(100, 100, [](LocalIndex i) -> Offset { return i == 50 ? 5000 : 1; });
  const SpmvPlan<T> by_rows(space, even.on_device(), KernelPath::cuda);
  EXPECT_EQ(by_rows.path(), KernelPath::cuda);
  EXPECT_EQ(by_rows.format(), "csr");
  EXPECT_THAT(by_rows.description(), testing::HasSubstr("1 thread per row"));
  const SpmvPlan<T> merged(space, skewed.on_device(), KernelPath::cuda);
  EXPECT_THAT(merged.description(), testing::HasSubstr("merge path"));
  EXPECT_GT(merged.bytes(), SpmvPlan<T>(space, skewed.on_device(), KernelPath::native).bytes());
}

}  // namespace
}  // namespace suan::kernels
