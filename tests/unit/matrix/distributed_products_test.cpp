// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/distributed_products.hpp"

#include "distributed_cases.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace {

using suan::Csr;
using suan::DistributedGalerkinProduct;
using suan::DistributedMatrix;
using suan::DistributedProduct;
using suan::GlobalIndex;
using suan::Layout;
using suan::test::distributions;
using suan::test::expect_rows_of;
using suan::test::generated;
using suan::test::generated_serially;
using suan::test::kinds;
using suan::test::with_other_values;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
class DistributedProductsTest : public testing::Test {};
TYPED_TEST_SUITE(DistributedProductsTest, suan::test::Scalars);

TYPED_TEST(DistributedProductsTest, ProductsHaveTheBitsOfOneRank) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto left = generated_serially<T>(kind, 57, 83, 1);
    const auto right = generated_serially<T>("scattered", 83, 41, 2);
    const auto expected = suan::multiply(left, right);
    for (const auto& rows : distributions(57)) {
      for (const auto& inner : distributions(83)) {
        for (const auto& columns : distributions(41)) {
          SCOPED_TRACE(kind);
          const auto a = generated<T>(kind, rows, inner, 1);
          const auto b = generated<T>("scattered", inner, columns, 2);
          const auto c = suan::multiply(a, b);
          EXPECT_EQ(c.row_layout(), rows);
          EXPECT_EQ(c.column_layout(), columns);
          expect_rows_of(c, expected);
        }
      }
    }
  }
}

TYPED_TEST(DistributedProductsTest, SquaresOfSquareMatrices) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial = generated_serially<T>(kind, 64, 64, 3);
    for (const auto& layout : distributions(64)) {
      SCOPED_TRACE(kind);
      const auto a = generated<T>(kind, layout, layout, 3);
      expect_rows_of(suan::multiply(a, a), suan::multiply(serial, serial));
    }
  }
}

TYPED_TEST(DistributedProductsTest, PlansTakeOtherValues) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    for (const auto& inner : distributions(50)) {
      SCOPED_TRACE(kind);
      const auto rows = distributions(37)[0];
      const auto a = generated<T>(kind, rows, inner, 1);
      const auto b = generated<T>("scattered", inner, rows, 2);
      const DistributedProduct<T> product(a, b);
      const auto serial_a = generated_serially<T>(kind, 37, 50, 1);
      const auto serial_b = generated_serially<T>("scattered", 50, 37, 2);
      EXPECT_EQ(product.multiply_adds(), suan::Product<T>(serial_a, serial_b).multiply_adds());
      auto c = product.multiply(a, b);
      expect_rows_of(c, suan::multiply(serial_a, serial_b));
      const auto kept = c;
      for (const int salt : {11, 12}) {
        const auto next_a = with_other_values(a, salt);
        const auto next_b = with_other_values(b, salt + 5);
        c = product.multiply(next_a, next_b, std::move(c));
        const auto again_a = with_other_values(DistributedMatrix<T>(serial_a), salt).local();
        const auto again_b = with_other_values(DistributedMatrix<T>(serial_b), salt + 5).local();
        expect_rows_of(c, suan::multiply(again_a, again_b));
      }
      expect_rows_of(kept, suan::multiply(serial_a, serial_b));
    }
  }
}

TEST(DistributedProduct, ReusesTheMemoryOfTheLastResult) {
  const auto layout = distributions(200)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const DistributedProduct<double> product(a, a);
  auto c = product.multiply(a, a);
  const double* const memory = c.local().view().values.data();
  c = product.multiply(a, a, std::move(c));
  // On a GPU the memory of the last result is freed first.
  if (SUAN_HAVE_CUDA == 0) {
    EXPECT_EQ(c.local().view().values.data(), memory);
  }
  // An operand may be given away.
  auto d = a;
  const auto expected = suan::multiply(a, a);
  const auto e = product.multiply(d, a, std::move(d));
  EXPECT_EQ(suan::test::rows_of(e), suan::test::rows_of(expected));
}

TYPED_TEST(DistributedProductsTest, TripleProductsHaveTheBitsOfOneRank) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    const auto serial_r = generated_serially<T>("scattered", 21, 57, 4);
    const auto serial_a = generated_serially<T>(kind, 57, 57, 5);
    const auto serial_p = generated_serially<T>("scattered", 57, 30, 6);
    const auto expected = suan::galerkin_product(serial_r, serial_a, serial_p);
    const auto smaller =
        suan::galerkin_product(suan::conjugate_transpose(serial_p), serial_a, serial_p);
    for (const auto& coarse : distributions(21)) {
      for (const auto& fine : distributions(57)) {
        for (const auto& columns : distributions(30)) {
          SCOPED_TRACE(kind);
          const auto r = generated<T>("scattered", coarse, fine, 4);
          const auto a = generated<T>(kind, fine, fine, 5);
          const auto p = generated<T>("scattered", fine, columns, 6);
          expect_rows_of(suan::galerkin_product(r, a, p), expected);
          expect_rows_of(suan::galerkin_product(a, p), smaller);
        }
      }
    }
  }
}

TYPED_TEST(DistributedProductsTest, TriplePlansTakeOtherValues) {
  using T = TypeParam;
  for (const auto& kind : kinds()) {
    for (const auto& fine : distributions(57)) {
      SCOPED_TRACE(kind);
      const auto coarse = distributions(30)[1];
      const auto a = generated<T>(kind, fine, fine, 5);
      const auto p = generated<T>("scattered", fine, coarse, 6);
      const auto r = suan::conjugate_transpose(p);
      const DistributedGalerkinProduct<T> with_r(r, a, p);
      const DistributedGalerkinProduct<T> without(a, p);
      auto c = with_r.multiply(r, a, p);
      auto d = without.multiply(a, p);
      for (const int salt : {7, 8}) {
        const auto next_a = with_other_values(a, salt);
        const auto next_p = with_other_values(p, salt + 5);
        const auto next_r = suan::conjugate_transpose(next_p);
        c = with_r.multiply(next_r, next_a, next_p, std::move(c));
        d = without.multiply(next_a, next_p, std::move(d));
        const auto serial = [&](const char* which, GlobalIndex columns, int from, int to) {
          return with_other_values(
                     DistributedMatrix<T>(generated_serially<T>(which, 57, columns, from)), to)
              .local();
        };
        const auto serial_a = serial(kind.c_str(), 57, 5, salt);
        const auto serial_p = serial("scattered", 30, 6, salt + 5);
        const auto expected =
            suan::galerkin_product(suan::conjugate_transpose(serial_p), serial_a, serial_p);
        expect_rows_of(c, expected);
        expect_rows_of(d, expected);
      }
      EXPECT_THAT([&] { with_r.multiply(a, p); },
                  ThrowsMessage<suan::InvalidArgument>(HasSubstr("all three")));
    }
  }
}

// The coarse matrix of an aggregation: 2 x 2 x 2 points of a grid, with values of one.
TYPED_TEST(DistributedProductsTest, AggregatesOfALaplacian) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson3d<T>(8, 6, 4, world);
  const auto coarse = Layout::even(24, world);
  const auto aggregate = [](GlobalIndex i) {
    const GlobalIndex x = i % 8;
    const GlobalIndex y = i / 8 % 6;
    const GlobalIndex z = i / 48;
    return x / 2 + 4 * (y / 2) + 12 * (z / 2);
  };
  const auto p = suan::generate_rows<T>(
      a.row_layout(), coarse,
      [&](GlobalIndex i, suan::RowWriter<T>& row) { row.add(aggregate(i), T(1)); });
  const auto c = suan::galerkin_product(a, p);
  EXPECT_EQ(c.row_layout(), coarse);
  // Each of the 4 points of a face of an aggregate is coupled by -1 with the one beyond it. Within
  // an aggregate 8 diagonal entries of 6 and 24 of -1 remain.
  const auto rows = suan::test::rows_of(c);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const GlobalIndex i = coarse.first() + static_cast<GlobalIndex>(k);
    for (const auto& [j, value] : rows[k]) {
      EXPECT_EQ(value, j == i ? T(24) : T(-4)) << i << ", " << j;
    }
  }
  EXPECT_EQ(c.global_entries(), 24 + 2 * (3 * 3 * 2 + 4 * 2 * 2 + 4 * 3));
}

TYPED_TEST(DistributedProductsTest, SumsHaveTheBitsOfOneRank) {
  using T = TypeParam;
  const T alpha = suan::test::rough<T>(1, 2, 3);
  const T beta = suan::test::rough<T>(4, 5, 6);
  for (const auto& kind : kinds()) {
    const auto left = generated_serially<T>(kind, 57, 83, 1);
    const auto right = generated_serially<T>("scattered", 57, 83, 2);
    for (const auto& rows : distributions(57)) {
      for (const auto& columns : distributions(83)) {
        SCOPED_TRACE(kind);
        const auto a = generated<T>(kind, rows, columns, 1);
        const auto b = generated<T>("scattered", rows, columns, 2);
        expect_rows_of(suan::add(alpha, a, beta, b), suan::add(alpha, left, beta, right));
        expect_rows_of(suan::add(alpha, b, beta, a), suan::add(alpha, right, beta, left));
        expect_rows_of(suan::add(alpha, a, beta, a), suan::add(alpha, left, beta, left));
      }
    }
  }
}

TEST(DistributedProducts, MatricesWithoutRowsOrColumns) {
  const auto world = suan::Communicator::world();
  const auto none = Layout::even(0, world);
  const auto some = Layout::even(5, world);
  const auto wide = generated<double>("band", none, some, 1);
  const auto tall = generated<double>("band", some, none, 1);
  expect_rows_of(suan::multiply(wide, tall), Csr<double>());
  expect_rows_of(suan::multiply(tall, wide), generated_serially<double>("no entries", 5, 5, 1));
  expect_rows_of(suan::galerkin_product(suan::multiply(tall, wide), tall), Csr<double>());
  expect_rows_of(suan::add(1.0, wide, 1.0, wide), generated_serially<double>("band", 0, 5, 1));
}

TEST(DistributedProducts, RefuseSizesThatDoNotFit) {
  const auto five = distributions(5);
  const auto six = distributions(6);
  const auto a = generated<double>("band", five[0], six[0], 1);
  const auto b = generated<double>("band", five[0], five[0], 1);
  const auto refuses = [](const auto& body, const char* first, const char* second) {
    EXPECT_THAT(body,
                ThrowsMessage<suan::DimensionMismatch>(AllOf(HasSubstr(first), HasSubstr(second))));
  };
  refuses([&] { suan::multiply(a, b); }, "the columns of A (5 x 6, ", "6 elements");
  refuses([&] { suan::multiply(a, b); }, "the rows of B (5 x 5, ", "5 elements");
  refuses([&] { DistributedProduct<double>(a, b); }, "multiply: the columns of A", "6 elements");
  refuses([&] { suan::galerkin_product(a, b, b); }, "the columns of R (5 x 6", "the rows of A");
  refuses([&] { suan::galerkin_product(b, b, suan::transpose(a)); }, "the columns of A (5 x 5",
          "the rows of P (6 x 5");
  refuses([&] { suan::galerkin_product(a, suan::transpose(a)); }, "the rows of A (5 x 6",
          "the rows of P (6 x 5");
  refuses([&] { suan::add(1.0, a, 1.0, b); }, "the columns of A (5 x 6", "those of B (5 x 5");
  if (suan::Communicator::world().size() == 1) return;
  const auto c = generated<double>("band", five[1], five[0], 1);
  refuses([&] { suan::multiply(b, c); }, "5 elements", "distributed differently");
  refuses([&] { suan::add(1.0, b, 1.0, c); }, "the rows of A", "distributed differently");
}

TEST(DistributedProducts, PlansRefuseOtherStructuresOnAllRanks) {
  const auto layout = distributions(40)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const auto b = generated<double>("scattered", layout, layout, 1);
  const auto smaller_layout = distributions(39)[0];
  const auto smaller = generated<double>("band", smaller_layout, smaller_layout, 1);
  const DistributedProduct<double> product(a, a);
  const DistributedGalerkinProduct<double> triple(a, a);
  EXPECT_THAT([&] { product.multiply(a, b); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("make a new one")));
  EXPECT_THAT([&] { triple.multiply(b, a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("make a new one")));
  EXPECT_THROW(product.multiply(smaller, smaller), suan::DimensionMismatch);
  EXPECT_THROW(triple.multiply(smaller, smaller), suan::DimensionMismatch);
  // One rank's row alone is different.
  const auto last =
      suan::generate_rows<double>(layout, layout, [&](GlobalIndex i, suan::RowWriter<double>& row) {
        for (GlobalIndex j = 0; j < 40; ++j) {
          if (suan::test::has_entry("band", i, j, 40, 1) && !(i == 39 && j == 39)) row.add(j, 1);
        }
      });
  EXPECT_THROW(product.multiply(a, last), suan::InvalidArgument);
  EXPECT_THROW(triple.multiply(a, last), suan::InvalidArgument);
}

TEST(DistributedProducts, RefuseOptionsThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  const auto layout = distributions(9)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  suan::SpgemmOptions options;
  options.chunk_fraction = 2;
  EXPECT_THAT([&] { suan::multiply(a, a, options); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("chunk fraction")));
  if (world.size() == 1) return;
  options.chunk_fraction = world.is_root() ? 0.25f : 0.5f;
  EXPECT_THAT([&] { suan::multiply(a, a, options); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("chunk_fraction")));
  EXPECT_THAT([&] { suan::add(1.0, a, world.is_root() ? 1.0 : 2.0, a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("beta")));
  EXPECT_THAT(
      [&] {
        if (world.is_root()) {
          suan::multiply(a, a);
        } else {
          suan::add(1.0, a, 1.0, a);
        }
      },
      ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr("multiply"), HasSubstr("add"))));
}

TEST(DistributedProducts, RefuseMatricesOnOtherRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "all matrices are on the same rank";
  const auto layout = distributions(9)[0];
  const auto a = generated<double>("band", layout, layout, 1);
  const DistributedMatrix<double> b(generated_serially<double>("band", 9, 9, 1));
  EXPECT_THAT([&] { suan::multiply(a, b); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("the same ranks")));
}

}  // namespace
