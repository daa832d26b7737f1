// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/multi_vector.hpp"

#include <gmock/gmock.h>

#include "suan/vector/tall_skinny.hpp"
#include "support/scalars.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::MultiVector;
using suan::RowMajor;
using suan::Vector;

template <class T>
T element(GlobalIndex i, LocalIndex c) {
  return T(static_cast<float>(10 * i + c));
}

/// Vector c has 10 i + c at i.
template <class T>
MultiVector<T> counted(const Layout& layout, LocalIndex columns) {
  std::vector<T> mine;
  for (GlobalIndex i = layout.first(); i < layout.last(); ++i) {
    for (LocalIndex c = 0; c < columns; ++c) mine.push_back(element<T>(i, c));
  }
  return MultiVector<T>::from_host(layout, columns, mine);
}

template <class T>
class MultiVectorTest : public testing::Test {
 public:
  const Layout layout = Layout::even(23, Communicator::world());
};
using Scalars = suan::test::AllScalars;
TYPED_TEST_SUITE(MultiVectorTest, Scalars);

TYPED_TEST(MultiVectorTest, BeginsWithZeros) {
  using T = TypeParam;
  const MultiVector<T> none;
  EXPECT_EQ(none.columns(), 0);
  EXPECT_EQ(none.global_size(), 0);
  const MultiVector<T> x(this->layout, 3);
  EXPECT_EQ(x.columns(), 3);
  EXPECT_EQ(x.global_size(), 23);
  EXPECT_EQ(x.to_host(), std::vector<T>(static_cast<std::size_t>(x.local_size()) * 3, T(0)));
}

TYPED_TEST(MultiVectorTest, GathersRowByRow) {
  using T = TypeParam;
  const auto all = counted<T>(this->layout, 4).gather();
  if (!this->layout.comm().is_root()) {
    EXPECT_TRUE(all.empty());
    return;
  }
  ASSERT_EQ(all.size(), 92u);
  for (std::size_t i = 0; i < 23; ++i) {
    for (LocalIndex c = 0; c < 4; ++c) {
      EXPECT_EQ(all[4 * i + static_cast<std::size_t>(c)],
                element<T>(static_cast<GlobalIndex>(i), c));
    }
  }
}

TYPED_TEST(MultiVectorTest, CopiesHaveElementsOfTheirOwn) {
  using T = TypeParam;
  auto x = counted<T>(this->layout, 2);
  const auto before = x.to_host();
  auto y = x;
  Kokkos::deep_copy(x.view(), T(7));
  EXPECT_EQ(y.to_host(), before);
  MultiVector<T> z(this->layout, 5);
  z = y;
  Kokkos::deep_copy(y.view(), T(8));
  EXPECT_EQ(z.columns(), 2);
  EXPECT_EQ(z.to_host(), before);
  const auto& same = z;
  z = same;
  EXPECT_EQ(z.to_host(), before);
  const auto moved = std::move(z);
  EXPECT_EQ(moved.to_host(), before);
}

TYPED_TEST(MultiVectorTest, ColumnsComeAndGo) {
  using T = TypeParam;
  auto x = counted<T>(this->layout, 3);
  const auto middle = x.column(1);
  EXPECT_EQ(middle.layout(), this->layout);
  EXPECT_EQ(middle.to_host(), suan::generate<T>(this->layout, [](GlobalIndex i) {
                                return element<T>(i, 1);
                              }).to_host());
  x.set_column(2, middle);
  const auto host = x.to_host();
  for (std::size_t i = 0; i < host.size() / 3; ++i) {
    const auto global = this->layout.first() + static_cast<GlobalIndex>(i);
    EXPECT_EQ(host[3 * i], element<T>(global, 0));
    EXPECT_EQ(host[3 * i + 1], element<T>(global, 1));
    EXPECT_EQ(host[3 * i + 2], element<T>(global, 1));
  }
  EXPECT_THROW(x.column(3), suan::InvalidArgument);
  EXPECT_THROW(x.column(-1), suan::InvalidArgument);
  EXPECT_THROW(x.set_column(3, middle), suan::InvalidArgument);
  EXPECT_THROW(x.set_column(0, Vector<T>(Layout::serial(22))), suan::DimensionMismatch);
}

// Columns of a wider array are used in place.
TYPED_TEST(MultiVectorTest, SharesColumnsOfAWiderArray) {
  using T = TypeParam;
  const auto rows = static_cast<std::size_t>(this->layout.local_size());
  const RowMajor<T> wide("suan::test", rows, 6);
  Kokkos::deep_copy(wide, T(1));
  MultiVector<T> part(this->layout, Kokkos::subview(wide, Kokkos::ALL, std::make_pair(2, 5)));
  EXPECT_EQ(part.columns(), 3);
  EXPECT_EQ(part.to_host(), std::vector<T>(rows * 3, T(1)));
  const auto numbers = counted<T>(this->layout, 3);
  part = numbers;
  const auto all = MultiVector<T>(this->layout, wide).to_host();
  for (std::size_t i = 0; i < rows; ++i) {
    const auto global = this->layout.first() + static_cast<GlobalIndex>(i);
    EXPECT_EQ(all[6 * i + 1], T(1));
    EXPECT_EQ(all[6 * i + 2], element<T>(global, 0));
    EXPECT_EQ(all[6 * i + 4], element<T>(global, 2));
    EXPECT_EQ(all[6 * i + 5], T(1));
  }
}

// As a vector: what is assigned goes into the columns of the wider array.
TYPED_TEST(MultiVectorTest, AssignmentWritesThroughToWrappedMemory) {
  using T = TypeParam;
  const auto rows = static_cast<std::size_t>(this->layout.local_size());
  const RowMajor<T> wide("suan::test", rows, 3);
  MultiVector<T> part(this->layout, Kokkos::subview(wide, Kokkos::ALL, std::make_pair(1, 3)));
  part = counted<T>(this->layout, 2);
  const auto host = MultiVector<T>(this->layout, wide).to_host();
  for (std::size_t i = 0; i < rows; ++i) {
    const auto global = this->layout.first() + static_cast<GlobalIndex>(i);
    EXPECT_EQ(host[3 * i], T(0));
    EXPECT_EQ(host[3 * i + 1], element<T>(global, 0));
    EXPECT_EQ(host[3 * i + 2], element<T>(global, 1));
  }
  part = MultiVector<T>(this->layout, 1);  // of another shape: one of its own
  EXPECT_EQ(part.columns(), 1);
  EXPECT_EQ(MultiVector<T>(this->layout, wide).to_host(), host);
  auto x = counted<T>(this->layout, 2);
  const auto* const data = x.view().data();
  MultiVector<T> y(this->layout, 2);
  y = std::move(x);
  EXPECT_EQ(y.view().data(), data);
}

TEST(MultiVectorOf, OtherNumbersThatFit) {
  const auto layout = Layout::even(5, Communicator::world());
  const auto n = 2 * static_cast<std::size_t>(layout.local_size());
  const std::vector<std::complex<double>> numbers(n, {1.5, -2});
  EXPECT_EQ(MultiVector<suan::Complex>::from_host(layout, 2, numbers).to_host(),
            std::vector<suan::Complex>(n, suan::Complex(1.5, -2)));
}

// All numbers are small integers, so every sum is exact in every order.
TYPED_TEST(MultiVectorTest, InnerProductsAreOfAllRanks) {
  using T = TypeParam;
  const auto x = counted<T>(this->layout, 2);
  const auto y = counted<T>(this->layout, 3);
  const auto products = suan::inner_products(x, y);
  ASSERT_EQ(products.size(), 6u);
  for (LocalIndex r = 0; r < 2; ++r) {
    for (LocalIndex c = 0; c < 3; ++c) {
      T sum{};
      for (GlobalIndex i = 0; i < 23; ++i) sum += element<T>(i, r) * element<T>(i, c);
      EXPECT_EQ(products[static_cast<std::size_t>(3 * r + c)], sum);
    }
  }
  EXPECT_THROW(suan::inner_products(x, MultiVector<T>(Layout::serial(5), 2)),
               suan::DimensionMismatch);
}

TEST(MultiVector, RefusesWhatDoesNotFitOnAllRanks) {
  const auto world = Communicator::world();
  const auto layout = Layout::even(9, world);
  EXPECT_THROW(MultiVector<double>(layout, -1), suan::InvalidArgument);
  const auto rows = static_cast<std::size_t>(layout.local_size());
  const std::size_t wrong = rows + (world.is_root() ? 1 : 0);
  EXPECT_THROW(MultiVector<double>(layout, RowMajor<double>("suan::test", wrong, 2)),
               suan::DimensionMismatch);
  EXPECT_THROW(MultiVector<double>::from_host(layout, 2, std::vector<double>(2 * wrong)),
               suan::DimensionMismatch);
  if (world.size() == 1) return;
  // A number that is wrong on one rank.
  MultiVector<double> x(layout, 2);
  auto y = x;
  const LocalIndex j = world.is_root() ? 2 : 1;
  EXPECT_THROW(x.column(j), suan::InvalidArgument);
  EXPECT_THROW(x.set_column(j, Vector<double>(layout)), suan::InvalidArgument);
  EXPECT_THROW(suan::select_columns<double>(x, std::vector<LocalIndex>{0, j}),
               suan::InvalidArgument);
  EXPECT_THROW(suan::assign_columns<double>(x, std::vector<LocalIndex>{0, j}, y),
               suan::InvalidArgument);
  const LocalIndex columns = world.is_root() ? 3 : 2;
  EXPECT_THROW(MultiVector<double>(layout, columns), suan::DimensionMismatch);
  const RowMajor<double> own("suan::test", rows, static_cast<std::size_t>(columns));
  EXPECT_THROW(MultiVector<double>(layout, own), suan::DimensionMismatch);
}

}  // namespace
