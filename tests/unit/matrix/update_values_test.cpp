// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Values that change under a matrix, and products that were prepared for others.
#include <gmock/gmock.h>

#include "suan/kernels/bsr.hpp"
#include "suan/kernels/sell.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Csr;
using suan::DeviceView;
using suan::DistributedMatrix;
using suan::ExecutionSpace;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Vector;
using suan::kernels::SpmvPlan;
using suan::kernels::ValueStorage;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// On each row the diagonal and both neighbours, with values that nothing rounds exactly.
template <class T>
DistributedMatrix<T> tridiagonal(const Layout& layout) {
  return suan::generate_rows<T>(
      layout, layout, [n = layout.global_size()](GlobalIndex i, suan::RowWriter<T>& row) {
        const auto value = [&](GlobalIndex j) {
          return T(1) / T(static_cast<float>(3 + (7 * i + 3 * j) % 501));
        };
        for (GlobalIndex j = std::max<GlobalIndex>(0, i - 1); j < std::min(n, i + 2); ++j) {
          row.add(j, value(j));
        }
      });
}

template <class T>
DeviceView<T> scaled(const DeviceView<const T>& values, T factor) {
  const DeviceView<T> result("suan::test::values", values.extent(0));
  Kokkos::deep_copy(result, values);
  suan::Vector<T> wrapped(Layout::serial(static_cast<GlobalIndex>(values.extent(0))), result);
  suan::scale(factor, wrapped);
  return result;
}

template <class T>
std::vector<T> product(const suan::Operator<T>& a) {
  Vector<T> y(a.row_layout());
  a.apply(suan::random_vector<T>(a.column_layout(), 5), y);
  return y.to_host();
}

template <class T>
std::vector<T> times(std::vector<T> x, T factor) {
  for (auto& element : x) element *= factor;
  return x;
}

suan::OptimizeOptions format(const char* name) {
  suan::OptimizeOptions options;
  options.format = name;
  options.measure = false;
  return options;
}

template <class T>
class UpdateValues : public testing::Test {
 protected:
  const Layout layout = Layout::even(500, Communicator::world());
  const DistributedMatrix<T> matrix = tridiagonal<T>(layout);
};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(UpdateValues, Scalars);

// A factor of 2 changes no rounding: products are exactly twice as large.
TYPED_TEST(UpdateValues, GivesAllFormatsOtherValues) {
  using T = TypeParam;
  for (const char* name : {"csr", "sell", "bsr"}) {
    SCOPED_TRACE(name);
    auto b = suan::optimize(this->matrix, format(name));
    const auto copy = b;
    const auto before = product(b);
    b.update_values(scaled(b.local().view().values, T(2)),
                    scaled(b.remote().matrix.view().values, T(2)));
    EXPECT_EQ(b.name(), name);
    EXPECT_EQ(product(b), times(before, T(2)));
    EXPECT_EQ(b.local().version(), 1);
    EXPECT_NO_THROW(b.require_current());
    EXPECT_EQ(product(copy), before);  // copies keep theirs
    EXPECT_EQ(copy.local().version(), 0);
    EXPECT_NO_THROW(copy.require_current());
  }
}

TYPED_TEST(UpdateValues, WrittenInPlaceAreNoticed) {
  using T = TypeParam;
  for (const char* name : {"csr", "sell", "bsr"}) {
    SCOPED_TRACE(name);
    auto b = this->matrix;
    // In arrays of the program's own.
    const auto local = scaled(b.local().view().values, T(1));
    const auto remote = scaled(b.remote().matrix.view().values, T(1));
    b.update_values(local, remote);
    b = suan::optimize(b, format(name));
    EXPECT_NO_THROW(b.require_current());
    const auto before = product(b);
    // The last entry of the last rank.
    const auto& world = this->layout.comm();
    const bool is_last = world.rank() == world.size() - 1;
    const auto entry = Kokkos::subview(local, local.extent(0) - 1);
    T value{};
    Kokkos::deep_copy(value, entry);
    if (is_last) Kokkos::deep_copy(entry, value + T(1));
    if (std::string(name) == "csr") {
      EXPECT_NO_THROW(b.require_current());  // products read the array itself
    } else {
      EXPECT_THAT([&] { b.require_current(); },
                  ThrowsMessage<suan::InvalidArgument>(HasSubstr("update_values()")));
      EXPECT_EQ(product(b), before);
    }
    b.update_values(local, remote);
    EXPECT_NO_THROW(b.require_current());
    EXPECT_EQ(product(b) == before, !is_last);
    if (is_last) Kokkos::deep_copy(entry, value);
    b.update_values(local, remote);
    EXPECT_EQ(product(b), before);
    EXPECT_NO_THROW(suan::optimize(b, format(name)).require_current());
  }
}

TYPED_TEST(UpdateValues, SolvesRefuseCopiesOfOldValues) {
  using T = TypeParam;
  auto b = this->matrix;
  const auto local = scaled(b.local().view().values, T(1));
  b.update_values(local, b.remote().matrix.view().values);
  const auto fast = suan::optimize(b, format("sell"));
  Kokkos::deep_copy(Kokkos::subview(local, 0), T(7));
  const auto right = suan::ones<T>(this->layout);
  Vector<T> x(this->layout);
  EXPECT_THROW(suan::Cg<T>().solve(fast, right, x), suan::InvalidArgument);
  const suan::MultiVector<T> rights(this->layout, 4);
  suan::MultiVector<T> xs(this->layout, 4);
  EXPECT_THROW(suan::Cg<T>().solve(fast, rights, xs), suan::InvalidArgument);
  EXPECT_NO_THROW(suan::Cg<T>({.max_iterations = 1}).solve(b, right, x));
}

// The changes that a weak sum would miss.
TYPED_TEST(UpdateValues, EveryChangeIsNoticed) {
  using T = TypeParam;
  constexpr LocalIndex n = 5000;
  std::vector<suan::Offset> offsets;
  std::vector<LocalIndex> columns;
  for (LocalIndex i = 0; i <= n; ++i) offsets.push_back(i);
  for (LocalIndex i = 0; i < n; ++i) columns.push_back(i);
  std::vector<T> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = T(static_cast<float>(i % 4));
  const auto a = Csr<T>::from_host(n, n, offsets, columns, values);
  const DeviceView<T> array(const_cast<T*>(a.view().values.data()), n);
  const SpmvPlan<T> plan(
      ExecutionSpace(), a.view(),
      suan::kernels::make_sell<T>(ExecutionSpace(), a.view(), ValueStorage::lossless));
  const auto b = a.with_plan(plan);
  const auto expect_noticed = [&](const std::vector<T>& changed) {
    Kokkos::deep_copy(array, suan::HostView<const T>(changed.data(), changed.size()));
    EXPECT_THROW(b.require_current(), suan::InvalidArgument);
    Kokkos::deep_copy(array, suan::HostView<const T>(values.data(), values.size()));
    EXPECT_NO_THROW(b.require_current());
  };
  for (const std::size_t i : {0, 1, 4096, 4999}) {
    auto changed = values;
    changed[i] = -changed[i] - T(1);
    expect_noticed(changed);
  }
  for (const std::size_t i : {1, 2048, 4096}) {  // change places
    auto changed = values;
    changed[0] = T(8);
    std::swap(changed[0], changed[i]);
    expect_noticed(changed);
    changed = values;
    std::swap(changed[i + 1], changed[i + 2]);
    expect_noticed(changed);
  }
  expect_noticed(times(values, T(2)));
  expect_noticed(times(values, T(-1)));
  expect_noticed(std::vector<T>(n, T(0)));
}

TYPED_TEST(UpdateValues, RefusesOtherNumbersOfValuesOnAllRanks) {
  using T = TypeParam;
  auto b = this->matrix;
  const auto& world = this->layout.comm();
  const auto entries = static_cast<std::size_t>(b.local().entries());
  const DeviceView<T> local("suan::test::values", entries + (world.is_root() ? 1 : 0));
  EXPECT_THROW(b.update_values(local, b.remote().matrix.view().values), suan::DimensionMismatch);
  EXPECT_EQ(product(b), product(this->matrix));
  if (world.size() > 1) {
    EXPECT_THROW(b.update_values(b.local().view().values), suan::DimensionMismatch);
  }
}

TYPED_TEST(UpdateValues, TakesThemFromTheHost) {
  using T = TypeParam;
  auto a = Csr<T>::from_host(2, 2, std::vector<suan::Offset>{0, 1, 2},
                             std::vector<LocalIndex>{0, 1}, std::vector<T>{T(1), T(2)});
  a.update_values(std::vector<T>{T(5), T(6)});
  Vector<T> y(Layout::serial(2));
  a.apply(suan::ones<T>(Layout::serial(2)), y);
  EXPECT_EQ(y.to_host(), (std::vector<T>{T(5), T(6)}));
  Csr<T> none;
  EXPECT_NO_THROW(none.update_values(DeviceView<const T>()));
  EXPECT_NO_THROW(none.require_current());
}

// Requested rounding stays in force, and what was lossless stays so.
TEST(UpdateStorage, IsAskedForAgain) {
  const auto layout = Layout::even(500, Communicator::world());
  const auto poisson = suan::generate_rows<double>(
      layout, layout, [](GlobalIndex i, suan::RowWriter<double>& row) { row.add(i, 2.0); });
  const auto third = [&](const DistributedMatrix<double>& a) {
    return scaled(a.local().view().values, 1.0 / 3);
  };
  auto lossless = suan::optimize(poisson, format("sell"));
  lossless.update_values(third(lossless));
  EXPECT_EQ(lossless.name(), "sell");
  auto expected = poisson;
  expected.update_values(third(poisson));
  EXPECT_EQ(product(lossless), product(expected));
  auto options = format("sell");
  options.storage = "bfloat16";
  auto rounded = suan::optimize(poisson, options);
  rounded.update_values(third(rounded));
  EXPECT_EQ(rounded.name(), "sell, rounded to bfloat16");
}

TYPED_TEST(UpdateValues, PlansOfOtherMatricesAreRefused) {
  using T = TypeParam;
  const auto serial = Layout::serial(30);
  const auto a = tridiagonal<T>(serial).local();
  const auto same = tridiagonal<T>(serial).local();
  const auto other = tridiagonal<T>(Layout::serial(31)).local();
  for (const Csr<T>* b : {&same, &other}) {
    EXPECT_THAT([&] { a.with_plan(b->plan()); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("another matrix")));
    const SpmvPlan<T> sell(
        ExecutionSpace(), b->view(),
        suan::kernels::make_sell<T>(ExecutionSpace(), b->view(), ValueStorage::same));
    EXPECT_THROW(a.with_plan(sell), suan::InvalidArgument);
    EXPECT_NO_THROW(b->with_plan(sell));
  }
  auto next = a;
  next.update_values(scaled(a.view().values, T(2)));
  EXPECT_THROW(next.with_plan(a.plan()), suan::InvalidArgument);
  EXPECT_NO_THROW(a.with_plan(a.plan()));
  EXPECT_NO_THROW(Csr<T>().with_plan(Csr<T>().plan()));
}

TEST(DistributedPlans, OfOtherMatricesAreRefusedOnAllRanks) {
  const auto world = Communicator::world();
  const auto layout = Layout::even(50, world);
  const auto a = tridiagonal<double>(layout);
  const auto b = tridiagonal<double>(layout);
  EXPECT_THROW(a.with_plan(world.is_root() ? b.local().plan() : a.local().plan()),
               suan::InvalidArgument);
}

}  // namespace
