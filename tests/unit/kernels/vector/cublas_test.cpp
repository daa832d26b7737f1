// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The level-1 kernels that use cuBLAS in a build with CUDA. In other builds these tests check the
// native ones.
#include <gmock/gmock.h>

#include <limits>

#include "suan/kernels/detail/level1.hpp"
#include "unit/kernels/cuda/device_arrays.hpp"

namespace suan::kernels {
namespace {

using test::samples;
using test::to_device;
using test::to_host;

template <Scalar T>
T dot_of(const std::vector<T>& x, const std::vector<T>& y, std::size_t shift = 0) {
  return static_cast<T>(dot<T>(ExecutionSpace(), to_device(x, shift), to_device(y, shift)));
}

template <class T>
class Level1ByVendor : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(Level1ByVendor, Scalars);

TYPED_TEST(Level1ByVendor, EmptyVectors) {
  using T = TypeParam;
  EXPECT_EQ(dot_of<T>({}, {}), T(0));
  const DeviceView<T> none;
  axpby<T>(ExecutionSpace(), T(2), none, T(1), none);
}

TYPED_TEST(Level1ByVendor, SmallSumsAreExact) {
  using T = TypeParam;
  EXPECT_EQ(dot_of<T>({T(1), T(2), T(3)}, {T(4), T(5), T(6)}), T(32));
  const auto y = to_device(std::vector<T>{T(1), T(2), T(3)});
  const auto x = to_device(std::vector<T>{T(10), T(20), T(30)});
  axpby<T>(ExecutionSpace(), T(2), x, T(1), y);
  EXPECT_THAT(to_host(y), testing::ElementsAre(T(21), T(42), T(63)));
}

TEST(Level1ByVendorComplex, TheLeftVectorIsConjugated) {
  EXPECT_EQ(dot_of<Complex>({Complex(0, 1)}, {Complex(2, 3)}), Complex(3, -2));
}

TYPED_TEST(Level1ByVendor, LongSumsAndTheSameBitsEachTime) {
  using T = TypeParam;
  constexpr std::size_t size = 100001;
  const auto x = samples<T>(size, 1);
  const auto y = samples<T>(size, 2);
  Kokkos::complex<double> sum = 0;
  double sizes = 0;
  for (std::size_t i = 0; i < size; ++i) {
    sum += Kokkos::complex<double>(conjugate(x[i])) * Kokkos::complex<double>(y[i]);
    sizes += Kokkos::sqrt(double(abs_squared(x[i])) * double(abs_squared(y[i])));
  }
  // In any order the error of a sum is at most (size + 3) eps times the sum of magnitudes.
  const double bound = 2.0 * (size + 3) * double(std::numeric_limits<Real<T>>::epsilon()) * sizes;
  for (const std::size_t shift : {std::size_t(0), std::size_t(1)}) {
    const T first = dot_of<T>(x, y, shift);
    EXPECT_LE(Kokkos::abs(Kokkos::complex<double>(first) - sum), bound);
    EXPECT_EQ(dot_of<T>(x, y, shift), first);
  }
}

}  // namespace
}  // namespace suan::kernels
