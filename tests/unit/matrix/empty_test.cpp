// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Csr(), which has no arrays, works with every operation.
#include <gtest/gtest.h>

#include "suan/matrix/norms.hpp"
#include "suan/matrix/products.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/matrix/transposed.hpp"
#include "suan/matrix/triangular.hpp"

namespace {

using suan::Csr;
using suan::Layout;
using suan::Vector;

template <class T>
class EmptyMatrix : public testing::Test {
 protected:
  static void expect_empty(const Csr<T>& a) {
    EXPECT_EQ(a.rows(), 0);
    EXPECT_EQ(a.columns(), 0);
    EXPECT_EQ(a.entries(), 0);
  }
  const Csr<T> a;
  const Vector<T> x{Layout::serial(0)};
  Vector<T> y{Layout::serial(0)};
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(EmptyMatrix, Scalars);

TYPED_TEST(EmptyMatrix, Products) {
  using T = TypeParam;
  this->a.apply(this->x, this->y);
  this->a.apply(T(2), this->x, T(3), this->y);
  EXPECT_EQ(this->a.apply_dot(this->x, this->y), T(0));
  EXPECT_EQ(this->a.residual(this->x, this->x, this->y), 0);
  suan::TransposedOperator<T>(this->a).apply(this->x, this->y);
  const suan::MultiVector<T> block(Layout::serial(0), 3);
  auto other = block;
  this->a.apply(block, other);
  suan::TransposedOperator<T>(this->a).apply(block, other);
  suan::TriangularSolver<T>(this->a).solve(this->x, this->y);
  suan::TriangularSolver<T>(this->a).apply(T(2), block, T(3), other);
}

TYPED_TEST(EmptyMatrix, OtherMatrices) {
  using T = TypeParam;
  this->expect_empty(suan::transpose(this->a));
  this->expect_empty(suan::conjugate_transpose(this->a));
  this->expect_empty(suan::Transposition<T>(this->a).transpose(this->a));
  this->expect_empty(suan::sort_rows(this->a));
  this->expect_empty(suan::submatrix(this->a, 0, 0, 0, 0));
  this->expect_empty(suan::permute<T>(this->a, {}));
  this->expect_empty(suan::scale(this->x, this->a, this->x));
  this->expect_empty(suan::multiply(this->a, this->a));
  this->expect_empty(suan::galerkin_product(this->a, this->a, this->a));
  this->expect_empty(suan::add(T(1), this->a, T(2), this->a));
}

TYPED_TEST(EmptyMatrix, Numbers) {
  EXPECT_EQ(suan::norm_one(this->a), 0);
  EXPECT_EQ(suan::norm_infinity(this->a), 0);
  EXPECT_EQ(suan::norm_frobenius(this->a), 0);
  EXPECT_EQ(suan::norm_max(this->a), 0);
  EXPECT_EQ(suan::asymmetry(this->a).hermitian, 0);
}

}  // namespace
