// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a product with known properties, on which the way to find and sum them depends.
#include "kernels/spgemm/place_lists.hpp"

#include <gmock/gmock.h>

#include "product_reference.hpp"
#include "suan/matrix/products.hpp"

namespace {

using suan::LocalIndex;
using suan::Offset;
using suan::test::HostArrays;
using suan::test::to_host;

template <class T>
class SpgemmRows : public suan::test::ProductReference<T> {
 public:
  /// A B with plans made on any number of threads and multiplied on any number, and at once: near
  /// the reference, and the same bits.
  static void expect_right_on_any_threads(const HostArrays<T>& a, const HostArrays<T>& b) {
    const auto csr_a = a.csr();
    const auto csr_b = b.csr();
    std::vector<HostArrays<T>> results;
    for (const auto& made_on : suan::test::instances()) {
      const suan::kernels::SpgemmPlan<T> plan(made_on, csr_a.view(), csr_b.view());
      for (const auto& space : suan::test::instances()) {
        results.push_back(to_host(plan.multiply(space, csr_a.view(), csr_b.view())));
        EXPECT_EQ(results.back(), results.front());
      }
      EXPECT_EQ(to_host(suan::kernels::spgemm(made_on, csr_a.view(), csr_b.view())),
                results.front());
    }
    suan::test::ProductReference<T>::expect_near(results.front(),
                                                 suan::test::ProductReference<T>::reference(a, b));
  }
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpgemmRows, Scalars);

TYPED_TEST(SpgemmRows, EqualRowsInARow) {
  using T = TypeParam;
  // Each row's columns repeated for three rows, like those of the unknowns at one point.
  const auto points = suan::test::irregular<T>(400, 1200, 12, 3);
  HostArrays<T> a{1200, 1200};
  suan::test::Numbers numbers(4);
  for (std::size_t i = 0; i < 400; ++i) {
    for (int copy = 0; copy < 3; ++copy) {
      for (auto k = static_cast<std::size_t>(points.offsets[i]);
           k < static_cast<std::size_t>(points.offsets[i + 1]); ++k) {
        a.indices.push_back(points.indices[k]);
        a.values.push_back(numbers.value<T>() / T(3));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
  }
  this->expect_near(to_host(suan::multiply(a.csr(), a.csr())), this->reference(a, a));
}

enum class Neighbours { of_edges, and_diagonal };

/// `unknowns` at each point of a grid, each coupled to all unknowns of the point and its
/// neighbours, with different values. Rows repeat at a distance of `unknowns`.
template <class T>
HostArrays<T> grid_matrix(LocalIndex nx, LocalIndex ny, LocalIndex unknowns, LocalIndex seed,
                          Neighbours neighbours = Neighbours::of_edges) {
  const LocalIndex n = nx * ny * unknowns;
  HostArrays<T> a{n, n};
  for (LocalIndex i = 0; i < n; ++i) {
    const LocalIndex point = i / unknowns;
    std::vector<LocalIndex> points;
    for (const LocalIndex dy : {-1, 0, 1}) {
      for (const LocalIndex dx : {-1, 0, 1}) {
        if (neighbours == Neighbours::of_edges && dx != 0 && dy != 0) continue;
        const LocalIndex x = point % nx + dx;
        const LocalIndex y = point / nx + dy;
        if (x >= 0 && x < nx && y >= 0 && y < ny) points.push_back(y * nx + x);
      }
    }
    for (const LocalIndex p : points) {
      for (LocalIndex u = 0; u < unknowns; ++u) {
        a.indices.push_back(p * unknowns + u);
        a.values.push_back(T(static_cast<float>((seed + 7 * i + 3 * u + p) % 61 - 30)) / T(7));
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

// 9 unknowns exceed the farthest repetition that is searched for; 25 points in a line give
// boundaries anywhere in a chunk. Removing one entry breaks the repetition in A or in B alone.
TYPED_TEST(SpgemmRows, RowsThatRepeat) {
  using T = TypeParam;
  for (const LocalIndex unknowns : {1, 2, 3, 8, 9}) {
    SCOPED_TRACE(unknowns);
    const LocalIndex height = unknowns == 1 ? 40 : unknowns < 8 ? 8 : 3;
    const auto a = grid_matrix<T>(25, height, unknowns, 1);
    const auto b = grid_matrix<T>(25, height, unknowns, 2);
    const std::size_t middle = a.indices.size() / 2;
    for (const auto& [left, right] :
         {std::pair(a, b), std::pair(without(a, middle), b), std::pair(a, without(b, middle))}) {
      this->expect_right_on_any_threads(left, right);
    }
  }
}

// Rows of B are three runs of three times the unknowns, and follow each other with the same ones.
TYPED_TEST(SpgemmRows, RowsOfRunsOfOneLength) {
  using T = TypeParam;
  for (const LocalIndex unknowns : {1, 2, 3, 4, 5}) {
    SCOPED_TRACE(unknowns);
    const auto a = grid_matrix<T>(25, 8, unknowns, 1, Neighbours::and_diagonal);
    const auto b = grid_matrix<T>(25, 8, unknowns, 2, Neighbours::and_diagonal);
    this->expect_right_on_any_threads(a, b);
    this->expect_right_on_any_threads(a, without(b, b.indices.size() / 2));
  }
}

/// Each row's entries, and behind them the same ones with other values.
template <class T>
HostArrays<T> twice(const HostArrays<T>& a) {
  HostArrays<T> result{a.rows, a.columns};
  for (std::size_t i = 0; i + 1 < a.offsets.size(); ++i) {
    for (const int copy : {1, 3}) {
      for (auto k = static_cast<std::size_t>(a.offsets[i]);
           k < static_cast<std::size_t>(a.offsets[i + 1]); ++k) {
        result.indices.push_back(a.indices[k]);
        result.values.push_back(a.values[k] / T(static_cast<suan::Real<T>>(copy)));
      }
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

// Runs, but not several rows at once: a row with a duplicate column is summed row by row.
TYPED_TEST(SpgemmRows, RunsInRowsThatHaveColumnsTwice) {
  using T = TypeParam;
  for (const LocalIndex unknowns : {2, 3}) {
    SCOPED_TRACE(unknowns);
    const auto a = grid_matrix<T>(25, 8, unknowns, 1, Neighbours::and_diagonal);
    const auto b = twice(grid_matrix<T>(25, 8, unknowns, 2, Neighbours::and_diagonal));
    this->expect_right_on_any_threads(a, b);
    // The same columns three times in a row of A, of which a few rows have no list.
    this->expect_right_on_any_threads(without(a, a.indices.size() / 3), b);
  }
}

TEST(PlaceList, RunsByHand) {
  suan::kernels::PlaceList list;
  // Rows of 4, 4 and 2 products: the first two have the same runs.
  for (const std::size_t place : {3, 4, 8, 9, 3, 4, 8, 9, 10, 11}) list.push_back(place);
  const auto rows = [](const auto& use) {
    for (const Offset products : {4, 4, 2}) use(products);
  };
  list.find_runs(rows);
  ASSERT_TRUE(list.has_runs());
  EXPECT_EQ(list.common_length(), 2);
  EXPECT_THAT(std::vector(list.alike(), list.alike() + 2), testing::ElementsAre(2, 1));
  const std::vector runs(list.runs(), list.runs() + 3);
  using Run = suan::kernels::PlaceList::Run;
  EXPECT_THAT(runs, testing::ElementsAre(Run{3, 2}, Run{8, 2}, Run{10, 2}));

  // Rows that have a place twice are not taken together.
  list.clear();
  for (const std::size_t place : {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}) list.push_back(place);
  list.find_runs([](const auto& use) {
    use(6);
    use(6);
  });
  ASSERT_TRUE(list.has_runs());
  EXPECT_THAT(std::vector(list.alike(), list.alike() + 2), testing::ElementsAre(1, 1));

  // A run does not continue in the next row, and short ones do not pay off.
  list.clear();
  for (const std::size_t place : {1, 2, 3, 5}) list.push_back(place);
  list.find_runs([](const auto& use) {
    use(2);
    use(2);
  });
  EXPECT_FALSE(list.has_runs());
}

// The same structure, other sums: a plan for values that differ from those it was made with.
TYPED_TEST(SpgemmRows, RowsThatRepeatTakeNewValues) {
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

// A node with very many connections: its row of B makes up most of many rows of C. The row is
// sorted or not, and the columns are too far apart for an array.
TYPED_TEST(SpgemmRows, OneLongRowOfBAndAFewShortOnes) {
  using T = TypeParam;
  constexpr LocalIndex rows = 300;
  constexpr LocalIndex columns = 3000000;
  constexpr LocalIndex length = 900;
  for (const bool in_order : {true, false}) {
    SCOPED_TRACE(in_order);
    suan::test::Numbers numbers(9);
    auto b = suan::test::irregular<T>(rows - 1, columns, 9, 10);
    b.rows = rows;
    for (LocalIndex k = 0; k < length; ++k) {
      const LocalIndex place = in_order ? k : (7 * k + 3) % length;
      b.indices.push_back(place * 3001 + 11);
      b.values.push_back(numbers.value<T>() / T(3));
    }
    b.offsets.push_back(static_cast<Offset>(b.indices.size()));
    HostArrays<T> a{rows, rows};
    for (LocalIndex i = 0; i < rows; ++i) {
      // Up to 120 products with others, and the long row first, last, in between, alone, and twice.
      const LocalIndex others = i % 20;
      const LocalIndex at = (i / 20) % (others + 1);
      for (LocalIndex k = 0; k <= others; ++k) {
        a.indices.push_back(k == at ? rows - 1 : (i + 13 * k) % (rows - 1));
        a.values.push_back(numbers.value<T>() / T(3));
      }
      if (i % 30 == 0) {
        a.indices.push_back(rows - 1);
        a.values.push_back(T(2));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    this->expect_right_on_any_threads(a, b);
  }
}

// Pairs of equal rows: the second one reuses the list of the first, unless a chunk ends between
// them, which depends on the number of threads. Their bits must not, whichever way they are summed.
TYPED_TEST(SpgemmRows, SameBitsWhereverAChunkEnds) {
  using T = TypeParam;
  // Whether the first row of B is most of a row of C; and columns close together and far apart,
  // whose sums are in an array or in a table.
  for (const auto& [length, distance] : {std::pair(1000, 7), {300, 7}, {300, 3001}}) {
    SCOPED_TRACE(testing::Message() << length << " columns, " << distance << " apart");
    constexpr LocalIndex others = 150;
    suan::test::Numbers numbers(12);
    HostArrays<T> b{others + 1, length * distance};
    const auto add = [&](HostArrays<T>& m, LocalIndex column) {
      m.indices.push_back(column);
      m.values.push_back(numbers.value<T>() / T(3));
    };
    for (LocalIndex j = 0; j < length; ++j) add(b, j * distance);
    b.offsets.push_back(length);
    for (LocalIndex i = 1; i <= others; ++i) {
      for (LocalIndex k = 0; k < 100; ++k) add(b, (i + k * (i % 3 + 1)) % length * distance);
      b.offsets.push_back(static_cast<Offset>(b.indices.size()));
    }
    HostArrays<T> a{2 * others, others + 1};
    for (LocalIndex i = 0; i < a.rows; ++i) {
      add(a, 0);
      add(a, 1 + i / 2);
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    this->expect_right_on_any_threads(a, b);
  }
}

}  // namespace
