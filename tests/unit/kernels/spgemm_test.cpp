// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/products.hpp"
#include "support/sparse.hpp"

namespace {

using suan::Csr;
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

TEST(Product, RefusesSizesThatDoNotFit) {
  const auto a = HostArrays<double>{2, 3, {0, 1, 1}, {2}, {1}}.csr();
  const auto b = HostArrays<double>{2, 5, {0, 0, 0}}.csr();
  const auto text = AllOf(HasSubstr("A (2 x 3, 1 entries) has 3 columns"),
                          HasSubstr("B (2 x 5, 0 entries) has 2 rows"));
  EXPECT_THAT([&] { suan::multiply(a, b); }, ThrowsMessage<suan::DimensionMismatch>(text));
  EXPECT_THAT(([&] { suan::Product<double>(a, b); }), ThrowsMessage<suan::DimensionMismatch>(text));
}

TEST(Product, RefusesAnotherStructure) {
  const auto a = HostArrays<double>{2, 2, {0, 1, 2}, {0, 1}, {1, 2}}.csr();
  const auto moved = HostArrays<double>{2, 2, {0, 1, 2}, {1, 0}, {1, 2}}.csr();
  const auto larger = HostArrays<double>{2, 3, {0, 1, 2}, {0, 1}, {1, 2}}.csr();
  const suan::Product<double> product(a, a);
  EXPECT_THAT([&] { product.multiply(moved, a); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("A (2 x 2, 2 entries)")));
  EXPECT_THAT([&] { product.multiply(a, moved); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("B (2 x 2, 2 entries)")));
  EXPECT_THROW(product.multiply(a, larger), suan::DimensionMismatch);
}

template <class T>
class SpgemmTest : public testing::Test {
 public:
  /// The product as a map, and for each entry what bounds its error.
  struct Reference {
    Map<T> values;
    Map<Real<T>> absolute;
    Map<int> products;
  };
  static Reference reference(const HostArrays<T>& a, const HostArrays<T>& b) {
    Reference r;
    for (LocalIndex i = 0; i < a.rows; ++i) {
      for (auto k = static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i)]);
           k < static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i) + 1]); ++k) {
        const auto row = static_cast<std::size_t>(a.indices[k]);
        for (auto l = static_cast<std::size_t>(b.offsets[row]);
             l < static_cast<std::size_t>(b.offsets[row + 1]); ++l) {
          const std::pair place(i, b.indices[l]);
          r.values[place] += a.values[k] * b.values[l];
          r.absolute[place] +=
              suan::test::magnitude(a.values[k]) * suan::test::magnitude(b.values[l]);
          ++r.products[place];
        }
      }
    }
    return r;
  }
  /// The structure exactly. Two sums of n products differ by at most 2 (n + 1) eps |A||B|, those of
  /// complex numbers by a factor of 2 sqrt(2) more.
  static void expect_near(const HostArrays<T>& c, const Reference& r) {
    const auto expected = suan::test::from_map(c.rows, c.columns, r.values);
    ASSERT_EQ(c.offsets, expected.offsets);
    ASSERT_EQ(c.indices, expected.indices);
    std::size_t k = 0;
    for (const auto& [place, value] : r.values) {
      const Real<T> bound = 6 * Real<T>(r.products.at(place) + 1) *
                            std::numeric_limits<Real<T>>::epsilon() * r.absolute.at(place);
      ASSERT_LE(suan::test::magnitude<T>(c.values[k++] - value), bound)
          << "entry (" << place.first << ", " << place.second << ")";
    }
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpgemmTest, Scalars);

TYPED_TEST(SpgemmTest, TinyProductByHand) {
  using T = TypeParam;
  // [1 2; 0 0; 3 0] [0 1 0; 1 0 4] = [2 1 8; 0 0 0; 0 3 0]
  const HostArrays<T> a{3, 2, {0, 2, 2, 3}, {0, 1, 0}, {T(1), T(2), T(3)}};
  const HostArrays<T> b{2, 3, {0, 1, 3}, {1, 2, 0}, {T(1), T(4), T(1)}};  // unsorted
  const auto c = suan::multiply(a.csr(), b.csr());
  EXPECT_TRUE(c.sorted());
  EXPECT_EQ(to_host(c),
            (HostArrays<T>{3, 3, {0, 3, 3, 4}, {0, 1, 2, 1}, {T(2), T(1), T(8), T(3)}}));
  EXPECT_EQ(suan::Product<T>(a.csr(), b.csr()).multiply_adds(), 4);
}

TYPED_TEST(SpgemmTest, EntriesThatCancelStay) {
  using T = TypeParam;
  const HostArrays<T> a{1, 2, {0, 2}, {0, 1}, {T(1), T(-1)}};
  const HostArrays<T> b{2, 1, {0, 1, 2}, {0, 0}, {T(3), T(3)}};
  EXPECT_EQ(to_host(suan::multiply(a.csr(), b.csr())), (HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}));
}

TYPED_TEST(SpgemmTest, AgreesWithTheReference) {
  using T = TypeParam;
  // The last two have rows so wide and so sparse that their sums go to a table, not to an array.
  for (const auto& [m, k, n, longest] : {std::tuple{1200, 900, 1100, 20},
                                         {300, 20, 4000, 6},
                                         {200, 300, 2000000, 8},
                                         {3, 5000, 3000000, 900}}) {
    const auto a = suan::test::irregular<T>(m, k, longest, 1);
    const auto b = suan::test::irregular<T>(k, n, longest, 2);
    this->expect_near(to_host(suan::multiply(a.csr(), b.csr())), this->reference(a, b));
  }
}

TYPED_TEST(SpgemmTest, EqualRowsInARow) {
  using T = TypeParam;
  // Each row's columns three times, as those of the unknowns at one point.
  const auto points = suan::test::irregular<T>(400, 1200, 12, 3);
  HostArrays<T> a{1200, 1200};
  suan::test::Numbers numbers(4);
  for (std::size_t i = 0; i < 400; ++i) {
    for (int copy = 0; copy < 3; ++copy) {
      for (auto k = static_cast<std::size_t>(points.offsets[i]);
           k < static_cast<std::size_t>(points.offsets[i + 1]); ++k) {
        a.indices.push_back(points.indices[k]);
        a.values.push_back(numbers.value<T>());
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
  }
  this->expect_near(to_host(suan::multiply(a.csr(), a.csr())), this->reference(a, a));
}

/// `unknowns` at each point of a grid, each of which meets all those of the point itself and of its
/// neighbours; values that differ from entry to entry. Rows repeat at a distance of `unknowns`.
template <class T>
HostArrays<T> grid_matrix(LocalIndex nx, LocalIndex ny, LocalIndex unknowns, LocalIndex seed) {
  const LocalIndex n = nx * ny * unknowns;
  HostArrays<T> a{n, n};
  for (LocalIndex i = 0; i < n; ++i) {
    const LocalIndex point = i / unknowns;
    std::vector<LocalIndex> points;
    if (point / nx > 0) points.push_back(point - nx);
    if (point % nx > 0) points.push_back(point - 1);
    points.push_back(point);
    if (point % nx + 1 < nx) points.push_back(point + 1);
    if (point / nx + 1 < ny) points.push_back(point + nx);
    for (const LocalIndex p : points) {
      for (LocalIndex u = 0; u < unknowns; ++u) {
        a.indices.push_back(p * unknowns + u);
        a.values.push_back(T(static_cast<float>((seed + 7 * i + 3 * u + p) % 61 - 30)) / T(8));
      }
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// Without entry k.
template <class T>
HostArrays<T> without(HostArrays<T> a, std::size_t k) {
  a.indices.erase(a.indices.begin() + static_cast<std::ptrdiff_t>(k));
  a.values.erase(a.values.begin() + static_cast<std::ptrdiff_t>(k));
  for (Offset& offset : a.offsets) {
    if (offset > static_cast<Offset>(k)) --offset;
  }
  return a;
}

// 9 unknowns are more than the farthest repetition that is looked for; 25 points in a line make
// boundaries anywhere in a chunk. One entry less breaks the repetition in A or in B alone.
TYPED_TEST(SpgemmTest, RowsThatRepeat) {
  using T = TypeParam;
  for (const LocalIndex unknowns : {1, 2, 3, 8, 9}) {
    SCOPED_TRACE(unknowns);
    const LocalIndex height = unknowns == 1 ? 40 : unknowns < 8 ? 8 : 3;
    const auto a = grid_matrix<T>(25, height, unknowns, 1);
    const auto b = grid_matrix<T>(25, height, unknowns, 2);
    const std::size_t middle = a.indices.size() / 2;
    for (const auto& [left, right] :
         {std::pair(a, b), std::pair(without(a, middle), b), std::pair(a, without(b, middle))}) {
      const auto expected = this->reference(left, right);
      const auto csr_left = left.csr();
      const auto csr_right = right.csr();
      std::vector<HostArrays<T>> results;
      for (const auto& space : suan::test::instances()) {
        const suan::kernels::SpgemmPlan<T> plan(space, csr_left.view(), csr_right.view());
        results.push_back(to_host(plan.multiply(space, csr_left.view(), csr_right.view())));
        this->expect_near(results.back(), expected);
        EXPECT_EQ(results.back(), results.front());
      }
    }
  }
}

// The same places, other sums: a plan for values that differ from those it was made with.
TYPED_TEST(SpgemmTest, RowsThatRepeatTakeNewValues) {
  using T = TypeParam;
  const auto a = grid_matrix<T>(20, 9, 3, 1);
  const suan::Product<T> product(a.csr(), a.csr());
  auto other = a;
  for (std::size_t k = 0; k < other.values.size(); ++k) {
    other.values[k] = other.values[k] * T(static_cast<float>(k % 5)) - T(0.5f);
  }
  this->expect_near(to_host(product.multiply(other.csr(), other.csr())),
                    this->reference(other, other));
}

TYPED_TEST(SpgemmTest, ThePlanTakesNewValues) {
  using T = TypeParam;
  auto a = suan::test::irregular<T>(500, 400, 12, 5);
  const auto b = suan::test::irregular<T>(400, 600, 12, 6);
  const suan::Product<T> product(a.csr(), b.csr());
  EXPECT_EQ(to_host(product.multiply(a.csr(), b.csr())), to_host(suan::multiply(a.csr(), b.csr())));
  for (auto& value : a.values) value = value * T(2) + T(1);
  this->expect_near(to_host(product.multiply(a.csr(), b.csr())), this->reference(a, b));
}

TYPED_TEST(SpgemmTest, SameBitsEachTimeAndOnAnyNumberOfThreads) {
  using T = TypeParam;
  const auto a = suan::test::irregular<T>(3000, 3000, 25, 7).csr();
  const auto scaled = suan::test::irregular<T>(3000, 3000, 25, 8);
  auto values = scaled.values;
  for (auto& value : values) value = value / T(3);  // so that sums are rounded
  const auto b = HostArrays<T>{3000, 3000, scaled.offsets, scaled.indices, values}.csr();
  const auto expected = to_host(suan::multiply(a, b));
  for (int k = 0; k < 20; ++k) EXPECT_EQ(to_host(suan::multiply(a, b)), expected);
  for (const auto& space : suan::test::instances()) {
    const suan::kernels::SpgemmPlan<T> plan(space, a.view(), b.view());
    EXPECT_EQ(to_host(plan.multiply(space, a.view(), b.view())), expected);
  }
}

TYPED_TEST(SpgemmTest, CornerShapes) {
  using T = TypeParam;
  const auto product = [](const HostArrays<T>& a, const HostArrays<T>& b) {
    return to_host(suan::multiply(a.csr(), b.csr()));
  };
  EXPECT_EQ(product({}, {}), HostArrays<T>{});
  EXPECT_EQ(product({2, 0, {0, 0, 0}}, {0, 3}), (HostArrays<T>{2, 3, {0, 0, 0}}));
  EXPECT_EQ(product({0, 2}, {2, 3, {0, 1, 1}, {2}, {T(1)}}), (HostArrays<T>{0, 3}));
  EXPECT_EQ(product({1, 1, {0, 1}, {0}, {T(0)}}, {1, 1, {0, 1}, {0}, {T(0)}}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(0)}}));
  // Duplicates on both sides: (1 + 2) (3 + 4)
  EXPECT_EQ(product({1, 1, {0, 2}, {0, 0}, {T(1), T(2)}}, {1, 1, {0, 2}, {0, 0}, {T(3), T(4)}}),
            (HostArrays<T>{1, 1, {0, 1}, {0}, {T(21)}}));
}

TYPED_TEST(SpgemmTest, OneLongRow) {
  using T = TypeParam;
  constexpr LocalIndex n = 1000000;
  HostArrays<T> row{1, n, {0, n}, std::vector<LocalIndex>(n), std::vector<T>(n, T(1))};
  HostArrays<T> diagonal{n, n, {0}, {}, std::vector<T>(n, T(2))};
  for (LocalIndex j = 0; j < n; ++j) {
    row.indices[static_cast<std::size_t>(j)] = j;
    diagonal.indices.push_back(j);
    diagonal.offsets.push_back(j + 1);
  }
  const auto wide = to_host(suan::multiply(row.csr(), diagonal.csr()));
  EXPECT_EQ(wide.indices, row.indices);
  EXPECT_EQ(wide.values, diagonal.values);
  HostArrays<T> ones{n, 1, diagonal.offsets, std::vector<LocalIndex>(n, 0), row.values};
  const auto sum = to_host(suan::multiply(row.csr(), ones.csr()));
  EXPECT_EQ(sum, (HostArrays<T>{1, 1, {0, 1}, {0}, {T(static_cast<float>(n))}}));  // below 2^24
}

}  // namespace
