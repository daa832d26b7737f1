// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/detail/symmetric_updates.hpp"

#include <gtest/gtest.h>

#include <array>

#include "suan/vector/blas1.hpp"
#include "support/scalars.hpp"

namespace {

using suan::ExecutionSpace;
using suan::Layout;
using suan::Real;
using suan::Vector;
namespace kernels = suan::kernels;

/// Vectors of a length that fills no block, and the passes one operation at a time.
template <class T>
class SymmetricUpdatesTest : public testing::Test {
 protected:
  static constexpr suan::GlobalIndex size = 5003;
  static constexpr double tolerance = 20 * std::numeric_limits<Real<T>>::epsilon();

  const ExecutionSpace space;
  const Layout layout = Layout::serial(size);
  const T a = T(1.5F), b = T(-0.75F), c = T(0.5F);
  Vector<T> random(std::uint64_t seed) const { return suan::random_vector<T>(layout, seed); }
  static Vector<T> combination(std::initializer_list<std::pair<T, Vector<T>>> terms) {
    Vector<T> sum(Layout::serial(size));
    for (const auto& [factor, x] : terms) suan::axpy(factor, x, sum);
    return sum;
  }
  static void expect_equal(const Vector<T>& x, Vector<T> reference) {
    suan::axpy(T(-1), x, reference);
    EXPECT_LE(suan::norm_inf(reference), tolerance);
  }
  static void expect_near(double x, double reference) { EXPECT_NEAR(x, reference, 1e-6 * size); }
  static double square(const Vector<T>& x) {
    return static_cast<double>(suan::real_part(suan::dot(x, x)));
  }
  static double product(const Vector<T>& x, const Vector<T>& y) {
    return static_cast<double>(suan::real_part(suan::dot(x, y)));
  }
};
using SymmetricUpdatesScalars = suan::test::AllScalars;
TYPED_TEST_SUITE(SymmetricUpdatesTest, SymmetricUpdatesScalars);

TYPED_TEST(SymmetricUpdatesTest, OfLanczos) {
  using T = TypeParam;
  const auto q = this->random(1);
  const auto v = this->random(2);
  const auto before = this->random(3);
  for (const T third : std::array<T, 2>{this->c, T(0)}) {
    auto u = before;
    if (third == T(0)) suan::fill(u, std::numeric_limits<Real<T>>::quiet_NaN() * T(1));
    const auto sums = kernels::lanczos_vector<T>(this->space, this->a, q.view(), this->b, v.view(),
                                                 third, u.view());
    this->expect_equal(u, this->combination({{this->a, q}, {this->b, v}, {third, before}}));
    this->expect_near(sums.uu, this->square(u));
    this->expect_near(sums.vu, this->product(v, u));
  }
}

TYPED_TEST(SymmetricUpdatesTest, OfMinresAndSymmlq) {
  using T = TypeParam;
  const auto z = this->random(1);
  const auto w = this->random(2);
  const auto before = this->random(3);
  const auto start = this->random(4);
  auto u = before;
  auto x = start;
  kernels::minres_update<T>(this->space, this->a, z.view(), this->b, w.view(), this->c, u.view(),
                            T(2), x.view());
  const auto expected = this->combination({{this->a, z}, {this->b, w}, {this->c, before}});
  this->expect_equal(u, expected);
  this->expect_equal(x, this->combination({{T(1), start}, {T(2), expected}}));

  auto r = before;
  const auto square = kernels::scaled_sum<T>(this->space, this->a, r.view(), this->b, z.view());
  this->expect_equal(r, this->combination({{this->a, before}, {this->b, z}}));
  this->expect_near(square, this->square(r));

  u = before;
  x = start;
  kernels::symmlq_update<T>(this->space, this->a, this->b, x.view(), this->c, u.view(), T(2),
                            z.view());
  this->expect_equal(x, this->combination({{T(1), start}, {this->a, before}, {this->b, z}}));
  this->expect_equal(u, this->combination({{this->c, before}, {T(2), z}}));
}

TYPED_TEST(SymmetricUpdatesTest, OfConjugateResiduals) {
  using T = TypeParam;
  const auto z = this->random(1);
  const auto s = this->random(2);
  const auto p_before = this->random(3);
  const auto q_before = this->random(4);
  for (const T beta : std::array<T, 2>{this->c, T(0)}) {
    auto p = p_before;
    auto q = q_before;
    const auto square =
        kernels::update_directions<T>(this->space, beta, z.view(), s.view(), p.view(), q.view());
    this->expect_equal(p, this->combination({{T(1), z}, {beta, p_before}}));
    this->expect_equal(q, this->combination({{T(1), s}, {beta, q_before}}));
    this->expect_near(square, this->square(q));
  }
  auto x = p_before;
  auto r = q_before;
  const auto square =
      kernels::update_solution<T>(this->space, this->a, z.view(), s.view(), x.view(), r.view());
  this->expect_equal(x, this->combination({{T(1), p_before}, {this->a, z}}));
  this->expect_equal(r, this->combination({{T(1), q_before}, {-this->a, s}}));
  this->expect_near(square, this->square(r));

  auto y = p_before;
  const auto product =
      kernels::update_with_product<T>(this->space, this->a, z.view(), s.view(), y.view());
  this->expect_equal(y, this->combination({{T(1), p_before}, {this->a, z}}));
  this->expect_near(product, this->product(s, y));
}

TYPED_TEST(SymmetricUpdatesTest, OfConjugateGradientsWithOneReduction) {
  using T = TypeParam;
  const auto w = this->random(1);
  const auto p_before = this->random(2);
  const auto s_before = this->random(3);
  const auto x_before = this->random(4);
  const auto r_before = this->random(5);
  const auto other = this->random(6);
  for (const T beta : std::array<T, 2>{this->c, T(0)}) {
    for (const bool is_r : {false, true}) {
      auto p = p_before;
      auto s = s_before;
      auto x = x_before;
      auto r = r_before;
      const auto& u = is_r ? r : other;
      const auto u_before = is_r ? r_before : other;
      kernels::fused_cg_update<T>(this->space, this->a, beta, std::as_const(u).view(), w.view(),
                                  p.view(), s.view(), x.view(), r.view());
      this->expect_equal(p, this->combination({{T(1), u_before}, {beta, p_before}}));
      this->expect_equal(s, this->combination({{T(1), w}, {beta, s_before}}));
      this->expect_equal(x, this->combination({{T(1), x_before}, {this->a, p}}));
      this->expect_equal(r, this->combination({{T(1), r_before}, {-this->a, s}}));
    }
    auto z = p_before;
    auto v = s_before;
    kernels::update_pair<T>(this->space, this->a, beta, w.view(), z.view(), v.view());
    this->expect_equal(z, this->combination({{T(1), w}, {beta, p_before}}));
    this->expect_equal(v, this->combination({{T(1), s_before}, {-this->a, z}}));
  }
  const auto sums =
      kernels::three_products<T>(this->space, r_before.view(), other.view(), w.view());
  this->expect_near(sums.rr, this->square(r_before));
  const auto ru = kernels::SumOf<T>(suan::dot(r_before, other));
  const auto uw = kernels::SumOf<T>(suan::dot(other, w));
  EXPECT_LE(suan::abs_squared(sums.ru - ru), 1e-6);
  EXPECT_LE(suan::abs_squared(sums.uw - uw), 1e-6);
}

}  // namespace
