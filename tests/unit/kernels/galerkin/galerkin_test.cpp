// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/galerkin.hpp"

#include <gmock/gmock.h>

#include <set>

#include "suan/matrix/products.hpp"
#include "suan/matrix/transform.hpp"
#include "unit/kernels/allocations.hpp"
#include "unit/kernels/spgemm/product_reference.hpp"

namespace {

using suan::ExecutionSpace;
using suan::LocalIndex;
using suan::Offset;
using suan::Real;
using suan::test::HostArrays;
using suan::test::Map;
using suan::test::to_host;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(GalerkinProduct, RefusesSizesThatDoNotFit) {
  const auto r = HostArrays<double>{1, 2, {0, 0}}.csr();
  const auto a = HostArrays<double>{2, 3, {0, 0, 0}}.csr();
  const auto p = HostArrays<double>{2, 1, {0, 0, 0}}.csr();
  EXPECT_THAT(
      [&] { suan::galerkin_product(r, a, p); },
      ThrowsMessage<suan::DimensionMismatch>(AllOf(HasSubstr("A (2 x 3, 0 entries) has 3 columns"),
                                                   HasSubstr("P (2 x 1, 0 entries) has 2 rows"))));
  EXPECT_THAT([&] { suan::galerkin_product(a, r, p); },
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("R (2 x 3, 0 entries) has 3")));
}

TEST(GalerkinProduct, RefusesAnotherStructure) {
  const auto a = HostArrays<double>{2, 2, {0, 1, 2}, {0, 1}, {1, 2}}.csr();
  const auto moved = HostArrays<double>{2, 2, {0, 1, 2}, {1, 0}, {1, 2}}.csr();
  const suan::GalerkinProduct<double> product(a, a, a);
  const auto refuses = [](const char* name) {
    return ThrowsMessage<suan::InvalidArgument>(HasSubstr(name));
  };
  EXPECT_THAT([&] { product.multiply(moved, a, a); }, refuses("R (2 x 2"));
  EXPECT_THAT([&] { product.multiply(a, moved, a); }, refuses("A (2 x 2"));
  EXPECT_THAT([&] { product.multiply(a, a, moved); }, refuses("P (2 x 2"));
}

template <class T>
class GalerkinTest : public suan::test::ProductReference<T> {
 public:
  using Base = suan::test::ProductReference<T>;
  using Reference = typename Base::Reference;
  static Reference multiply(const Reference& left, const HostArrays<T>& right) {
    typename Base::Rows rows(right.columns);
    const auto size = Base::magnitudes(right);
    for (LocalIndex i = 0; i < left.sums.rows; ++i) {
      for (auto k = Base::begin(left.sums, i); k < Base::begin(left.sums, i + 1); ++k) {
        const LocalIndex row = left.sums.indices[k];
        for (auto l = Base::begin(right, row); l < Base::begin(right, row + 1); ++l) {
          rows.add(right.indices[l], left.sums.values[k] * right.values[l],
                   left.absolute[k] * size[l], left.products[k]);
        }
      }
      rows.end_row();
    }
    return rows.result();
  }
  static Reference of(const HostArrays<T>& a) {
    typename Base::Rows rows(a.columns);
    for (LocalIndex i = 0; i < a.rows; ++i) {
      for (auto k = Base::begin(a, i); k < Base::begin(a, i + 1); ++k) {
        rows.add(a.indices[k], a.values[k], suan::test::magnitude(a.values[k]), 1);
      }
      rows.end_row();
    }
    return rows.result();
  }
  static void expect_near(const HostArrays<T>& c, const HostArrays<T>& r, const HostArrays<T>& a,
                          const HostArrays<T>& p) {
    Base::expect_near(c, multiply(multiply(of(r), a), p), 3);
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(GalerkinTest, Scalars);

TYPED_TEST(GalerkinTest, AggregatesByHand) {
  using T = TypeParam;
  // -1 2 -1 on four points, two pairs: the coarse matrix is [2 -1; -1 2].
  const HostArrays<T> a{4,
                        4,
                        {0, 2, 5, 8, 10},
                        {0, 1, 0, 1, 2, 1, 2, 3, 2, 3},
                        {T(2), T(-1), T(-1), T(2), T(-1), T(-1), T(2), T(-1), T(-1), T(2)}};
  const HostArrays<T> p{4, 2, {0, 1, 2, 3, 4}, {0, 0, 1, 1}, {T(1), T(1), T(1), T(1)}};
  const auto r = suan::transpose(p.csr());
  EXPECT_EQ(to_host(suan::galerkin_product(r, a.csr(), p.csr())),
            (HostArrays<T>{2, 2, {0, 2, 4}, {0, 1, 0, 1}, {T(2), T(-1), T(-1), T(2)}}));
}

TYPED_TEST(GalerkinTest, AgreesWithTheReference) {
  using T = TypeParam;
  for (const auto& [coarse, fine, longest] : {std::tuple{400, 2500, 12}, {2000, 300, 5}}) {
    const auto r = suan::test::irregular<T>(coarse, fine, longest, 1);
    const auto a = suan::test::irregular<T>(fine, fine + 50, 9, 2);
    const auto p = suan::test::irregular<T>(fine + 50, coarse + 7, 4, 3);
    this->expect_near(to_host(suan::galerkin_product(r.csr(), a.csr(), p.csr())), r, a, p);
  }
}

TYPED_TEST(GalerkinTest, ThePlanTakesNewValues) {
  using T = TypeParam;
  const auto r = suan::test::irregular<T>(300, 900, 8, 4);
  auto a = suan::test::irregular<T>(900, 900, 8, 5);
  const auto p = suan::test::irregular<T>(900, 250, 3, 6);
  const suan::GalerkinProduct<T> product(r.csr(), a.csr(), p.csr());
  for (auto& value : a.values) value = value * T(2) + T(1);
  auto c = product.multiply(r.csr(), a.csr(), p.csr());
  this->expect_near(to_host(c), r, a, p);
  // Once more, in the memory of the last result.
  for (auto& value : a.values) value = value + T(3);
  const auto r_csr = r.csr();
  const auto a_csr = a.csr();
  const auto p_csr = p.csr();
  const int allocated = suan::test::allocated_values(
      [&] { c = product.multiply(r_csr, a_csr, p_csr, std::move(c)); });
  if (SUAN_HAVE_CUDA == 0) {
    EXPECT_EQ(allocated, 0);
  }
  this->expect_near(to_host(c), r, a, p);
  // The memory is referred to elsewhere, where it must not change.
  const auto copy = c;
  EXPECT_EQ(to_host(product.multiply(r_csr, a_csr, p_csr, std::move(c))), to_host(copy));
}

TYPED_TEST(GalerkinTest, SameBitsEachTimeAndOnAnyNumberOfThreads) {
  using T = TypeParam;
  const auto r = suan::test::irregular<T>(900, 3000, 15, 7).csr();
  auto arrays = suan::test::irregular<T>(3000, 3000, 9, 8);
  for (auto& value : arrays.values) value = value / T(3);  // so that sums are rounded
  const auto a = arrays.csr();
  const auto p = suan::test::irregular<T>(3000, 800, 3, 9).csr();
  const auto expected = to_host(suan::galerkin_product(r, a, p));
  for (int k = 0; k < 20; ++k) EXPECT_EQ(to_host(suan::galerkin_product(r, a, p)), expected);
  for (const auto& space : suan::test::instances()) {
    const suan::kernels::GalerkinPlan<T> plan(space, r.view(), a.view(), p.view());
    EXPECT_EQ(to_host(plan.multiply(space, r.view(), a.view(), p.view())), expected);
    EXPECT_EQ(to_host(suan::kernels::galerkin_product(space, r.view(), a.view(), p.view())),
              expected);
  }
}

/// Each entry of `nodes` becomes a block whose rows have the same columns; but for a few entries,
/// if `broken`, which are left out.
template <class T>
HostArrays<T> blocks(const HostArrays<T>& nodes, LocalIndex height, LocalIndex width,
                     bool broken = false) {
  HostArrays<T> result{nodes.rows * height, nodes.columns * width, {0}};
  for (LocalIndex i = 0; i < result.rows; ++i) {
    const auto v = static_cast<std::size_t>(i / height);
    // In increasing order, without duplicates.
    const std::set<LocalIndex> columns(nodes.indices.begin() + nodes.offsets[v],
                                       nodes.indices.begin() + nodes.offsets[v + 1]);
    for (const LocalIndex node : columns) {
      for (LocalIndex j = node * width; j < (node + 1) * width; ++j) {
        const auto hash = static_cast<std::uint32_t>(i * 7919 + j * 104729) % 1009;
        if (broken && hash < 20) continue;
        result.indices.push_back(j);
        // Sums of thirds are rounded.
        result.values.push_back(T(static_cast<Real<T>>(hash) - 500) / T(3));
      }
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

/// With an empty row behind each: no two consecutive rows have the same columns.
template <class T>
HostArrays<T> spread(const HostArrays<T>& a) {
  HostArrays<T> result{2 * a.rows, a.columns, {0}, a.indices, a.values};
  for (std::size_t i = 1; i < a.offsets.size(); ++i) {
    result.offsets.insert(result.offsets.end(), 2, a.offsets[i]);
  }
  return result;
}

TYPED_TEST(GalerkinTest, RowsWithTheSameColumnsGiveTheSameBitsTogetherAndOneByOne) {
  using T = TypeParam;
  for (const auto& [fine, coarse] :
       {std::pair{3, 6}, {6, 6}, {2, 3}, {3, 3}, {1, 6}, {2, 11}, {5, 2}, {4, 1}}) {
    for (const bool broken : {false, true}) {
      const auto nodes_of_p = suan::test::irregular<T>(90, 40, 3, 11);
      const auto a = blocks(suan::test::irregular<T>(90, 90, 9, 12), fine, fine, broken);
      const auto p = blocks(nodes_of_p, fine, coarse, broken);
      const auto r = blocks(suan::test::irregular<T>(40, 90, 7, 13), coarse, fine, broken);
      const auto one_by_one = to_host(suan::galerkin_product(spread(r).csr(), a.csr(), p.csr()));
      const auto expected = spread(to_host(suan::galerkin_product(r.csr(), a.csr(), p.csr())));
      EXPECT_GT(expected.indices.size(), 0u);
      EXPECT_EQ(one_by_one, expected) << fine << ' ' << coarse << ' ' << broken;
      const suan::GalerkinProduct<T> plan(r.csr(), a.csr(), p.csr());
      EXPECT_EQ(spread(to_host(plan.multiply(r.csr(), a.csr(), p.csr()))), expected);
      this->expect_near(to_host(suan::galerkin_product(r.csr(), a.csr(), p.csr())), r, a, p);
      for (const auto& space : suan::test::instances()) {
        const auto again =
            suan::kernels::galerkin_product(space, r.csr().view(), a.csr().view(), p.csr().view());
        EXPECT_EQ(spread(to_host(again)), expected);
      }
    }
  }
}

TYPED_TEST(GalerkinTest, CornerShapes) {
  using T = TypeParam;
  const auto product = [](const HostArrays<T>& r, const HostArrays<T>& a, const HostArrays<T>& p) {
    const auto at_once = to_host(suan::galerkin_product(r.csr(), a.csr(), p.csr()));
    const suan::GalerkinProduct<T> plan(r.csr(), a.csr(), p.csr());
    EXPECT_EQ(to_host(plan.multiply(r.csr(), a.csr(), p.csr())), at_once);
    return at_once;
  };
  EXPECT_EQ(product({}, {}, {}), HostArrays<T>{});
  EXPECT_EQ(product({2, 0, {0, 0, 0}}, {0, 0}, {0, 3}), (HostArrays<T>{2, 3, {0, 0, 0}}));
  // Duplicates everywhere: (1 + 2) (3 + 4) (5 + 6)
  EXPECT_EQ(product({1, 1, {0, 2}, {0, 0}, {T(1), T(2)}}, {1, 1, {0, 2}, {0, 0}, {T(3), T(4)}},
                    {1, 1, {0, 2}, {0, 0}, {T(5), T(6)}}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(231)}}));
}

TYPED_TEST(GalerkinTest, OneCoarsePoint) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> row{1, n, {0, n}, std::vector<LocalIndex>(n), std::vector<T>(n, T(1))};
  HostArrays<T> diagonal{n, n, {0}, {}, std::vector<T>(n, T(2))};
  for (LocalIndex j = 0; j < n; ++j) {
    row.indices[static_cast<std::size_t>(j)] = j;
    diagonal.indices.push_back(j);
    diagonal.offsets.push_back(j + 1);
  }
  const auto r = row.csr();
  EXPECT_EQ(to_host(suan::galerkin_product(r, diagonal.csr(), suan::transpose(r))),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(2.0f * n)}}));  // below 2^24
}

}  // namespace
