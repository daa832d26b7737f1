// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/prolongator.hpp"

#include <gmock/gmock.h>

#include "block_grid.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::MultiVector;
using suan::Real;
using suan::Vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
struct Coarse {
  DistributedMatrix<T> p;
  MultiVector<T> near_null;
  double radius = 0;
};

template <class T>
Coarse<T> coarsened(const DistributedMatrix<T>& a, const MultiVector<T>& b, LocalIndex block,
                    double omega = 2.0 / 3, double theta = 0.08) {
  const auto graph = suan::strength(a, suan::make_nodes(a, block), theta);
  const auto aggregates = suan::aggregate(graph);
  const auto& map = *a.exchange().map();
  const suan::RowMajor<T> all("suan::test", static_cast<std::size_t>(map.size()),
                              static_cast<std::size_t>(b.columns()));
  Kokkos::deep_copy(
      Kokkos::subview(all, Kokkos::make_pair(LocalIndex(0), map.owned()), Kokkos::ALL), b.view());
  suan::multigrid::refresh(a.exchange(), all);
  const auto tentative = suan::multigrid::make_tentative<T>(graph.nodes, aggregates, all);
  const auto filtered = suan::multigrid::make_filtered<T>(a, graph, all);
  return {suan::multigrid::make_prolongator<T>(a, filtered, tentative, all, omega),
          tentative.near_null, suan::multigrid::spectral_radius(filtered, a.exchange())};
}

/// The largest element of P R - (B - omega D^-1 A B).
template <class T>
double defect(const DistributedMatrix<T>& a, const MultiVector<T>& b, const Coarse<T>& coarse,
              double omega) {
  MultiVector<T> interpolated(a.row_layout(), b.columns());
  coarse.p.apply(coarse.near_null, interpolated);
  MultiVector<T> product(a.row_layout(), b.columns());
  a.apply(b, product);
  const auto diagonal = suan::diagonal(a).to_host();
  const auto expected = b.to_host();
  const auto found = interpolated.to_host();
  const auto ab = product.to_host();
  double worst = 0;
  const auto columns = static_cast<std::size_t>(b.columns());
  for (std::size_t k = 0; k < found.size(); ++k) {
    const T wanted = expected[k] - T(static_cast<Real<T>>(omega)) * ab[k] / diagonal[k / columns];
    worst = std::max(worst, static_cast<double>(suan::test::magnitude(T(found[k] - wanted))));
  }
  return a.comm().max(worst);
}

template <class T>
class ProlongatorTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(ProlongatorTest, Scalars);

TYPED_TEST(ProlongatorTest, RepresentsTheNearNullSpace) {
  using T = TypeParam;
  const double tolerance = 200 * std::numeric_limits<Real<T>>::epsilon();
  const GlobalIndex n = 6;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    const auto b = suan::constant_vectors<T>(layout, 1);
    EXPECT_LT(defect(a, b, coarsened(a, b, 1), 2.0 / 3), tolerance);
  }
  for (const auto& layout : suan::test::layouts(n * n * n, 3)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    std::vector<double> coordinates;
    for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
      coordinates.push_back(static_cast<double>(i * i % 37));
    }
    const auto modes = suan::rigid_body_modes<T>(layout, 3, coordinates);
    EXPECT_EQ(modes.columns(), 6);
    EXPECT_LT(defect(a, modes, coarsened(a, modes, 3), 2.0 / 3), 50 * tolerance);
  }
}

// Rows of a node that have the same columns are formed together, with the same sums.
TYPED_TEST(ProlongatorTest, HasTheSameBitsFromRowsWithDifferentColumns) {
  using T = TypeParam;
  const GlobalIndex n = 9;
  for (const auto& layout : suan::test::layouts(3 * n * n, 3)) {
    std::vector<double> coordinates;
    for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
      coordinates.push_back(static_cast<double>(std::array{i / 3 % n, i / 3 / n, i}[i % 3]));
    }
    for (const auto& b : {suan::rigid_body_modes<T>(layout, 3, coordinates),
                          suan::constant_vectors<T>(layout, 3)}) {
      // The larger threshold drops connections.
      for (const double theta : {0.06, 0.001}) {
        const auto made = [&](bool has_zeros) {
          return coarsened(suan::test::block_grid<T>(layout, n, has_zeros), b, 3, 2.0 / 3, theta);
        };
        const auto equal = made(true);
        const auto different = made(false);
        EXPECT_EQ(equal.radius, different.radius);
        EXPECT_EQ(equal.p.global_entries(), different.p.global_entries());
        const auto x = suan::random_vector<T>(equal.p.column_layout(), 4);
        Vector<T> y(layout);
        Vector<T> z(layout);
        equal.p.apply(x, y);
        different.p.apply(x, z);
        EXPECT_EQ(y.to_host(), z.to_host());
        if (theta > 0.01) continue;
        const auto a = suan::test::block_grid<T>(layout, n, true);
        EXPECT_LT(defect(a, b, equal, 2.0 / 3), 1e4 * std::numeric_limits<Real<T>>::epsilon() * n);
      }
    }
  }
}

// Without smoothing the columns are orthonormal, also those of one aggregate among each other.
TYPED_TEST(ProlongatorTest, KeepsLengthsUnlessSmoothed) {
  using T = TypeParam;
  const double tolerance = 200 * std::numeric_limits<Real<T>>::epsilon();
  const GlobalIndex n = 6;
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<T>(layout, n, suan::test::isotropic());
    MultiVector<T> b(layout, 3);
    for (LocalIndex j = 0; j < 3; ++j) {
      b.set_column(j, suan::random_vector<T>(layout, static_cast<std::uint64_t>(j) + 1));
    }
    const auto coarse = coarsened(a, b, 1, 0);
    EXPECT_LT(defect(a, b, coarse, 0), tolerance);
    const auto y = suan::random_vector<T>(coarse.p.column_layout(), 9);
    suan::Vector<T> x(layout);
    coarse.p.apply(y, x);
    EXPECT_NEAR(suan::norm2(x) / suan::norm2(y), 1, tolerance);
  }
}

// Weak connections leave P R as it is, although they give P no entries.
TEST(Prolongator, KeepsTheNearNullSpaceWhereConnectionsAreDropped) {
  const GlobalIndex n = 8;
  const auto anisotropic = [](GlobalIndex, GlobalIndex, int d) { return d == 2 ? 1.0 : 0.01; };
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, anisotropic);
    auto b = suan::constant_vectors<double>(layout, 1);
    const auto full = coarsened(a, b, 1);
    EXPECT_LT(static_cast<double>(full.p.global_entries()), 2.5 * n * n * n);
    // The diagonal of A_F is what weak entries leave: inside, 2.04 - 0.04.
    const auto interpolated = [&] {
      MultiVector<double> y(layout, 1);
      full.p.apply(full.near_null, y);
      return y.gather();
    }();
    if (layout.comm().rank() != 0) continue;
    const auto inside = static_cast<std::size_t>(3 * n * n + 3 * n + 3);
    EXPECT_NEAR(interpolated[inside], 1, 1e-14);
  }
}

TEST(Prolongator, HasTheBitsOfOneRank) {
  const GlobalIndex n = 9;
  const auto rough = [](GlobalIndex i, GlobalIndex j, int) {
    return 1 + 0.5 * std::sin(static_cast<double>(i * 31 + j * 17));
  };
  const auto serial = Layout::serial(n * n * n);
  const auto on_one = suan::test::grid3d<double>(serial, n, rough);
  const auto one = coarsened(on_one, suan::constant_vectors<double>(serial, 1), 1);
  const auto x = [](const Layout& layout) {
    return suan::generate<double>(layout, [](GlobalIndex i) { return 1.0 + double(i % 5); });
  };
  Vector<double> expected(serial);
  one.p.apply(x(one.p.column_layout()), expected);
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto a = suan::test::grid3d<double>(layout, n, rough);
    const auto several = coarsened(a, suan::constant_vectors<double>(layout, 1), 1);
    EXPECT_EQ(several.radius, one.radius);
    EXPECT_EQ(several.p.global_entries(), one.p.global_entries());
    EXPECT_EQ(several.near_null.gather(),
              layout.comm().rank() == 0 ? one.near_null.gather() : std::vector<double>());
    Vector<double> y(layout);
    several.p.apply(x(several.p.column_layout()), y);
    const auto all = suan::test::everywhere(y.to_host());
    const auto reference = expected.to_host();
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], reference[i], 1e-14);
  }
}

// The rotation of two points about the line through them is no motion: one column fewer.
TEST(Prolongator, DependentVectorsGiveNoCoarseRows) {
  const auto layout = Layout::even(24, suan::Communicator::world());
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 0) row.add(i - 1, -1);
        row.add(i, 2);
        if (i < 23) row.add(i + 1, -1);
      });
  MultiVector<double> b(layout, 3);
  b.set_column(0, suan::ones(layout));
  auto twice = suan::ones(layout);
  suan::scale(2e-3, twice);
  b.set_column(1, twice);
  b.set_column(2, suan::generate<double>(layout, [](GlobalIndex i) { return double(i) * 1e6; }));
  const auto coarse = coarsened(a, b, 1);
  const auto aggregates =
      suan::aggregate(suan::strength(a, suan::make_nodes(a, 1), 0.08)).layout.global_size();
  EXPECT_EQ(coarse.p.global_columns(), 2 * aggregates);
  EXPECT_LT(defect(a, b, coarse, 2.0 / 3), 1e-7);
}

// Points of this rank: for each, what `axes` has of it, and the same number along all other axes.
std::vector<double> points(const Layout& layout, GlobalIndex dimension,
                           const std::vector<bool>& axes) {
  std::vector<double> result;
  for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
    const bool varies = axes[static_cast<std::size_t>(i % dimension)];
    result.push_back(varies ? 1.7 + 0.1 * static_cast<double>(i / dimension * i % 7) : 1.1e6);
  }
  return result;
}

template <class T>
void expect_columns(const MultiVector<T>& modes, LocalIndex columns) {
  ASSERT_EQ(modes.columns(), columns);
  for (LocalIndex j = 0; j < columns; ++j) EXPECT_GT(suan::norm2(modes.column(j)), 0) << j;
}

TYPED_TEST(ProlongatorTest, RotationsThatMoveNothingAreLeftOut) {
  using T = TypeParam;
  for (const auto& layout : suan::test::layouts(30, 3)) {
    const auto columns = [&](LocalIndex count, const std::vector<bool>& axes) {
      expect_columns(suan::rigid_body_modes<T>(layout, 3, points(layout, 3, axes)), count);
    };
    columns(3, {false, false, false});
    for (const auto& line :
         {std::vector<bool>{true, false, false}, {false, true, false}, {false, false, true}}) {
      columns(5, line);
    }
    columns(6, {true, true, false});
    columns(6, {true, true, true});
  }
  for (const auto& layout : suan::test::layouts(30, 2)) {
    const auto columns = [&](LocalIndex count, const std::vector<bool>& axes) {
      expect_columns(suan::rigid_body_modes<T>(layout, 2, points(layout, 2, axes)), count);
    };
    columns(2, {false, false});
    columns(3, {false, true});
    columns(3, {true, true});
  }
  const auto nothing = Layout::even(0, suan::Communicator::world());
  EXPECT_EQ(suan::rigid_body_modes<T>(nothing, 3, {}).columns(), 3);
}

// 1e50 and 1e-60 are beyond the range of float.
TYPED_TEST(ProlongatorTest, VectorsOfAnyScalingFitIntoThePrecision) {
  using T = TypeParam;
  using Double = suan::DoubleOf<T>;
  const auto layout = Layout::even(20, suan::Communicator::world());
  std::vector<Double> elements;
  for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
    const auto x = static_cast<double>(1 + i % 4);
    elements.insert(elements.end(), {Double(1e50 * x), Double(-1e-60 * x), Double(x), Double(0)});
  }
  const auto vectors = suan::near_null_vectors<T>(layout, 4, elements);
  ASSERT_EQ(vectors.columns(), 4);
  const double expected = suan::norm2(vectors.column(2));
  EXPECT_GT(expected, 1);
  for (LocalIndex j = 0; j < 2; ++j) {
    const double ratio = suan::norm2(vectors.column(j)) / expected;
    EXPECT_GT(ratio, 0.4) << j;
    EXPECT_LT(ratio, 2.1) << j;
  }
  EXPECT_EQ(suan::norm2(vectors.column(3)), 0);
}

TEST(NearNullSpace, RefusesWhatDoesNotFit) {
  const auto layout = Layout::even(12, suan::Communicator::world());
  const std::vector<double> few(static_cast<std::size_t>(layout.local_size()) + 3);
  EXPECT_THAT([&] { suan::rigid_body_modes<double>(layout, 3, few); },
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("coordinates")));
  EXPECT_THAT([&] { suan::rigid_body_modes<double>(layout, 4, few); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("2 or 3")));
  EXPECT_THAT([&] { suan::near_null_vectors<double>(layout, 1, few); },
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("elements")));
  EXPECT_THAT([&] { suan::near_null_vectors<double>(layout, 0, few); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("0 columns")));
  EXPECT_THAT([&] { suan::constant_vectors<double>(layout, 5); },
              ThrowsMessage<suan::DimensionMismatch>(HasSubstr("block_size = 5")));
  EXPECT_THAT([&] { suan::constant_vectors<double>(layout, 0); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("positive")));
  const auto world = layout.comm();
  if (world.size() == 1) return;
  EXPECT_THAT([&] { suan::constant_vectors<double>(layout, world.rank() == 0 ? 1 : 2); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("block_size")));
  EXPECT_THAT([&] { suan::rigid_body_modes<double>(layout, world.rank() == 0 ? 2 : 3, few); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("dimension")));
}

}  // namespace
