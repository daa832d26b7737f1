// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/detail/krylov_basis.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "suan/vector/blas1.hpp"

namespace {

using suan::Layout;
using suan::Real;
using suan::Vector;

template <class T>
class MultivectorTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(MultivectorTest, Scalars);

TYPED_TEST(MultivectorTest, AgreesWithOneColumnAtATime) {
  using T = TypeParam;
  constexpr std::size_t rows = 1027;
  constexpr std::size_t columns = 7;  // no multiple of the columns per pass
  const auto layout = Layout::serial(rows);
  const suan::kernels::Basis<T> v("suan::test::basis", rows, columns);
  std::vector<Vector<T>> column;
  for (std::size_t j = 0; j < columns; ++j) {
    column.push_back(suan::random_vector<T>(layout, 10 + j));
    Kokkos::deep_copy(suan::DeviceView<T>(v.data() + j * rows, rows), column[j].view());
  }
  const auto eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  for (std::size_t used = 0; used <= columns; ++used) {
    auto w = suan::random_vector<T>(layout, 1);
    std::vector<T> h(used);
    suan::kernels::multi_dot<T>(suan::ExecutionSpace(), v, w.view(), h);
    auto reference = w;
    for (std::size_t j = 0; j < used; ++j) {
      const T expected = suan::dot(column[j], w);
      // |x_i|, |y_i| <= sqrt(2), so the sum of |x_i y_i| is at most 2 rows.
      EXPECT_LE(std::sqrt(suan::abs_squared<T>(h[j] - expected)), 2.0 * rows * rows * eps);
      h[j] = T(static_cast<float>(j + 1));
      suan::axpy(-h[j], column[j], reference);
    }
    const auto sum =
        suan::kernels::multi_axpy<T>(suan::ExecutionSpace(), v, std::span<const T>(h), w.view());
    suan::axpy(T(-1), reference, w);
    EXPECT_LE(suan::norm_inf(w), 100 * eps * (columns + 1) * columns);
    if (used > 0) {
      const double expected = std::pow(static_cast<double>(suan::norm2(reference)), 2);
      EXPECT_NEAR(static_cast<double>(sum) / expected, 1.0, 2.0 * rows * eps);
    }
  }
}

}  // namespace
