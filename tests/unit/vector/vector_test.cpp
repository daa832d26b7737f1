// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/vector.hpp"

#include <gmock/gmock.h>

#include "suan/comm/communicator.hpp"
#include "support/scalars.hpp"

namespace {

using suan::Layout;
using suan::Vector;

template <class T>
class VectorTest : public testing::Test {
 public:
  const Layout layout = Layout::even(11, suan::Communicator::world());
};
using Scalars = suan::test::AllScalars;
TYPED_TEST_SUITE(VectorTest, Scalars);

TYPED_TEST(VectorTest, StartsAtZero) {
  const Vector<TypeParam> x(this->layout);
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(0));
  EXPECT_EQ(x.global_size(), 11);
}

TYPED_TEST(VectorTest, CopiesOwnTheirElements) {
  auto x = suan::ones<TypeParam>(this->layout);
  auto y = x;
  Kokkos::deep_copy(y.view(), TypeParam(2));
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(1));
  x = y;
  for (const auto& element : x.to_host()) EXPECT_EQ(element, TypeParam(2));
}

TYPED_TEST(VectorTest, GathersInGlobalOrder) {
  const auto x = suan::generate<TypeParam>(
      this->layout, [](suan::GlobalIndex i) { return TypeParam(static_cast<float>(i)); });
  const auto all = x.gather();
  if (this->layout.comm().is_root()) {
    ASSERT_EQ(all.size(), 11u);
    for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(all[i], TypeParam(static_cast<float>(i)));
  } else {
    EXPECT_TRUE(all.empty());
  }
}

TYPED_TEST(VectorTest, RandomElementsDoNotDependOnTheRanks) {
  const auto spread = suan::random_vector<TypeParam>(this->layout, 5).gather();
  const auto serial = suan::random_vector<TypeParam>(Layout::serial(11), 5).to_host();
  if (this->layout.comm().is_root()) {
    EXPECT_EQ(spread, serial);
  }
  EXPECT_NE(suan::random_vector<TypeParam>(Layout::serial(11), 6).to_host(), serial);
}

TYPED_TEST(VectorTest, RefusesTheWrongNumberOfElements) {
  const std::vector<TypeParam> elements(static_cast<std::size_t>(this->layout.local_size()) + 1);
  EXPECT_THROW(Vector<TypeParam>::from_host(this->layout, elements), suan::DimensionMismatch);
}

// On one rank, and all throw.
TYPED_TEST(VectorTest, RefusesTheWrongNumberOfElementsOnAllRanks) {
  using T = TypeParam;
  const auto right = static_cast<std::size_t>(this->layout.local_size());
  const bool is_last = this->layout.comm().rank() == this->layout.comm().size() - 1;
  const std::size_t wrong = right + (is_last ? 1 : 0);
  const std::vector<T> elements(wrong);
  const auto expect_refused = [](const auto& call) {
    EXPECT_THAT(call, testing::ThrowsMessage<suan::DimensionMismatch>(
                          testing::HasSubstr("elements were given")));
  };
  expect_refused([&] { Vector<T>::from_host(this->layout, elements); });
  expect_refused([&] { Vector<T>(this->layout, suan::DeviceView<T>("suan::test", wrong)); });
  // Without a word to other ranks.
  Vector<T> x(this->layout);
  if (is_last) {
    EXPECT_THROW(x.assign(elements), suan::DimensionMismatch);
    EXPECT_THROW(Vector<T>::over(this->layout, suan::DeviceView<T>("suan::test", wrong)),
                 suan::DimensionMismatch);
  }
}

// What is assigned to a vector on memory of the program goes into that memory.
TYPED_TEST(VectorTest, AssignmentWritesThroughToWrappedMemory) {
  using T = TypeParam;
  const auto size = static_cast<std::size_t>(this->layout.local_size());
  const suan::DeviceView<T> mine("suan::test", size);
  const auto expect_mine = [&](float value) {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), mine);
    for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(host(i), T(value));
  };
  Vector<T> x(this->layout, mine);
  x = suan::ones<T>(this->layout);  // without a name
  expect_mine(1);
  EXPECT_EQ(x.view().data(), mine.data());
  Vector<T> two(this->layout);
  Kokkos::deep_copy(two.view(), T(2));
  x = two;  // with one
  expect_mine(2);
  Kokkos::deep_copy(two.view(), T(3));
  Vector<T> moved = std::move(x);  // the memory goes along
  moved = std::move(two);
  expect_mine(3);
  x = Vector<T>(this->layout);  // one that was moved from has no memory of the program's
  expect_mine(3);
  EXPECT_NE(x.view().data(), mine.data());
  // Another size: a vector of its own from now on.
  moved =
      suan::ones<T>(Layout::from_local_size(this->layout.local_size() + 1, this->layout.comm()));
  expect_mine(3);
  EXPECT_EQ(moved.local_size(), this->layout.local_size() + 1);
  Kokkos::deep_copy(moved.view(), T(9));
  expect_mine(3);
}

// Where nothing is wrapped, moving hands the memory over.
TYPED_TEST(VectorTest, MovingCopiesNothing) {
  using T = TypeParam;
  auto x = suan::ones<T>(this->layout);
  const auto* const data = x.view().data();
  Vector<T> y(this->layout);
  y = std::move(x);
  EXPECT_EQ(y.view().data(), data);
  const Vector<T> z(std::move(y));
  EXPECT_EQ(z.view().data(), data);
}

TEST(VectorOf, OtherNumbersThatFit) {
  const auto layout = Layout::even(5, suan::Communicator::world());
  const auto n = static_cast<std::size_t>(layout.local_size());
  const std::vector<std::complex<double>> numbers(n, {1.5, -2});
  const std::vector<suan::Complex> expected(n, suan::Complex(1.5, -2));
  EXPECT_EQ(Vector<suan::Complex>::from_host(layout, numbers).to_host(), expected);
  const std::vector<std::complex<float>> narrow(n, {1.5F, -2});
  EXPECT_EQ(Vector<suan::Complex>::from_host(layout, narrow).to_host(), expected);
  const std::vector<float> real(n, 0.5F);
  EXPECT_EQ(Vector<double>::from_host(layout, real).to_host(), std::vector<double>(n, 0.5));
  EXPECT_EQ(Vector<suan::Complex>::from_host(layout, real).to_host(),
            std::vector<suan::Complex>(n, suan::Complex(0.5)));
  Vector<suan::Complex> x(layout);
  x.assign(numbers);
  EXPECT_EQ(x.to_host(), expected);
  // At an odd multiple of 8 bytes.
  std::vector<double> raw(2 * n + 3, 1.5);
  const std::size_t shift = reinterpret_cast<std::uintptr_t>(raw.data()) % 16 == 0 ? 1 : 0;
  const std::span<const std::complex<double>> odd(
      reinterpret_cast<const std::complex<double>*>(raw.data() + shift), n);
  EXPECT_EQ(Vector<suan::Complex>::from_host(layout, odd).to_host(),
            std::vector<suan::Complex>(n, suan::Complex(1.5, 1.5)));
}

}  // namespace
