// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/distributed_matrix.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <new>
#include <optional>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Layout;
using suan::Real;
using suan::Vector;

/// Rows of pseudo-random structure, the same on any number of ranks.
template <class T>
DistributedMatrix<T> irregular(const Layout& rows, const Layout& columns) {
  return suan::generate_rows<T>(rows, columns, [&](GlobalIndex i, suan::RowWriter<T>& row) {
    const GlobalIndex step = 1 + (i * 7919) % 13;
    if (i % 11 == 4) return;  // an empty row
    for (GlobalIndex j = i % 5; j < columns.global_size(); j += step * step) {
      row.add(j, static_cast<T>(static_cast<float>((i + 3 * j) % 17 - 8)));
    }
  });
}

/// Even, everything on the last rank, and nothing on odd ranks.
std::vector<Layout> layouts(GlobalIndex size) {
  const auto world = suan::Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  const int even_ranks = (world.size() + 1) / 2;
  const GlobalIndex each = size / even_ranks;
  const GlobalIndex mine =
      world.rank() % 2 == 1 ? 0 : (world.rank() == 0 ? size - each * (even_ranks - 1) : each);
  return {Layout::even(size, world), Layout::from_local_size(last ? size : 0, world),
          Layout::from_local_size(mine, world)};
}

template <class T>
class DistributedMatrixTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(DistributedMatrixTest, Scalars);

// All numbers are small integers, so every sum is exact in every order.
TYPED_TEST(DistributedMatrixTest, ProductsEqualThoseOfOneRank) {
  using T = TypeParam;
  const auto integer = [](GlobalIndex i) { return T(static_cast<float>(i % 7 - 3)); };
  const auto serial_layout = Layout::serial(600);
  const auto serial = irregular<T>(serial_layout, serial_layout);
  const auto sx = suan::generate<T>(serial_layout, integer);
  Vector<T> sy(serial_layout);
  const T sdot = serial.apply_dot(sx, sy);
  Vector<T> sr(serial_layout);
  const auto snorm = serial.residual(suan::ones<T>(serial_layout), sx, sr);
  for (const auto& layout : layouts(600)) {
    const auto a = irregular<T>(layout, layout);
    EXPECT_EQ(a.global_entries(), serial.global_entries());
    const auto x = suan::generate<T>(layout, integer);
    Vector<T> y(layout);
    EXPECT_EQ(a.apply_dot(x, y), sdot);
    auto z = suan::ones<T>(layout);
    a.apply(T(2), x, T(-1), z);
    Vector<T> r(layout);
    EXPECT_NEAR(a.residual(suan::ones<T>(layout), x, r) / snorm, 1,
                600 * std::numeric_limits<Real<T>>::epsilon());
    const auto all_y = y.gather();
    const auto all_z = z.gather();
    const auto all_r = r.gather();
    if (!layout.comm().is_root()) continue;
    const auto expected = sy.to_host();
    EXPECT_EQ(all_y, expected);
    EXPECT_EQ(all_r, sr.to_host());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(all_z[i], T(2) * expected[i] - T(1));
    }
  }
}

/// Vector c has small integers that depend on c.
template <class T>
suan::MultiVector<T> integers(const Layout& layout, suan::LocalIndex columns) {
  suan::MultiVector<T> x(layout, columns);
  for (suan::LocalIndex c = 0; c < columns; ++c) {
    x.set_column(c, suan::generate<T>(layout, [c](GlobalIndex i) {
                   return T(static_cast<float>((i + 5 * c) % 7 - 3));
                 }));
  }
  return x;
}

TYPED_TEST(DistributedMatrixTest, ProductsWithSeveralVectorsAreThoseOfEach) {
  using T = TypeParam;
  for (const auto& layout : layouts(600)) {
    const auto csr = irregular<T>(layout, layout);
    for (const char* format : {"csr", "sell", "bsr"}) {
      const auto a = suan::optimize(csr, {.format = format});
      for (const suan::LocalIndex k : {1, 5, 8, 17}) {
        const auto x = integers<T>(layout, k);
        auto y = integers<T>(layout, k);
        a.apply(T(2), x, T(-1), y);
        const auto before = integers<T>(layout, k);
        for (suan::LocalIndex c = 0; c < k; ++c) {
          auto expected = before.column(c);
          csr.apply(T(2), x.column(c), T(-1), expected);
          EXPECT_EQ(y.column(c).to_host(), expected.to_host()) << format << ", vector " << c;
        }
      }
    }
  }
}

TYPED_TEST(DistributedMatrixTest, RectangularProducts) {
  using T = TypeParam;
  const auto world = suan::Communicator::world();
  const auto rows = Layout::even(90, world);
  const auto columns = Layout::even(301, world);
  const auto a = irregular<T>(rows, columns);
  const auto s = irregular<T>(Layout::serial(90), Layout::serial(301));
  Vector<T> y(rows);
  a.apply(suan::ones<T>(columns), y);
  Vector<T> sy(Layout::serial(90));
  s.apply(suan::ones<T>(Layout::serial(301)), sy);
  const auto all = y.gather();
  if (world.is_root()) {
    EXPECT_EQ(all, sy.to_host());
  }
}

TEST(DistributedMatrix, OneRankHasNoRemotePart) {
  const auto a = suan::poisson2d<double>(10, 10);
  EXPECT_EQ(a.remote().matrix.rows(), 0);
  EXPECT_EQ(a.exchange().path(), "serial");
  EXPECT_EQ(a.bytes_per_apply(), a.local().bytes_per_apply());
}

TEST(DistributedMatrix, RefusesPartsThatDoNotFit) {
  const auto part = suan::poisson1d<double>(4).local();
  EXPECT_THROW(DistributedMatrix<double>(Layout::serial(5), Layout::serial(5), part, {}),
               suan::DimensionMismatch);
}

using Remote = DistributedMatrix<double>::Remote;

/// One row for each number, each with one entry in the first of the columns.
Remote remote_part(const std::vector<suan::LocalIndex>& row_numbers,
                   const std::vector<GlobalIndex>& columns) {
  const std::size_t rows = row_numbers.size();
  std::vector<suan::Offset> offsets(rows + 1);
  for (std::size_t i = 0; i <= rows; ++i) offsets[i] = static_cast<suan::Offset>(i);
  const std::vector<suan::LocalIndex> indices(rows, 0);
  const std::vector<double> values(rows, 1.0);
  const suan::DeviceView<suan::LocalIndex> numbers("suan::test", rows);
  Kokkos::deep_copy(numbers,
                    suan::HostView<const suan::LocalIndex>(row_numbers.data(), row_numbers.size()));
  return {suan::Csr<double>::from_host(static_cast<suan::LocalIndex>(rows),
                                       static_cast<suan::LocalIndex>(columns.size()), offsets,
                                       indices, values),
          numbers, columns};
}

/// No entries on this rank's own columns.
suan::Csr<double> empty_local(const Layout& layout) {
  const std::vector<suan::Offset> offsets(static_cast<std::size_t>(layout.local_size()) + 1, 0);
  return suan::Csr<double>::from_host(layout.local_size(), layout.local_size(), offsets, {}, {});
}

// Products write to these rows and read these columns without looking.
TEST(DistributedMatrix, RefusesRemotePartsWithBadContentsOnAllRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank has no remote part";
  const auto layout = Layout::even(5 * world.size(), world);
  const auto local = empty_local(layout);
  const GlobalIndex other = world.is_root() ? 5 : 0;  // another rank's
  const auto make = [&](const Remote& of_last) {
    const bool last = world.rank() == world.size() - 1;
    DistributedMatrix<double>(layout, layout, local, last ? of_last : remote_part({}, {}));
  };
  EXPECT_NO_THROW(make(remote_part({0, 4}, {other, other + 1})));
  for (const auto& rows :
       std::vector<std::vector<suan::LocalIndex>>{{1, 1}, {3, 2}, {-1, 2}, {0, 5}, {5}}) {
    EXPECT_THROW(make(remote_part(rows, {other})), suan::InvalidArgument);
  }
  const GlobalIndex own = 5 * (world.size() - 1);  // of the last rank
  for (const auto& columns :
       std::vector<std::vector<GlobalIndex>>{{0, 0}, {1, 0}, {-1}, {layout.global_size()}, {own}}) {
    EXPECT_THROW(make(remote_part({0}, columns)), suan::InvalidArgument);
  }
  EXPECT_THROW(make(remote_part({}, {1, 0})), suan::InvalidArgument);
}

/// Products of it fail.
class Failing final : public suan::kernels::PreparedSpmv<double> {
 public:
  std::string format() const override { return "failing"; }
  std::int64_t bytes() const override { return 0; }
  void apply(const suan::ExecutionSpace&, double, const suan::DeviceView<const double>&, double,
             const suan::DeviceView<double>&) const override {
    throw std::bad_alloc();
  }
  void apply(const suan::ExecutionSpace&, double, const suan::RowMajor<const double>&, double,
             const suan::RowMajor<double>&) const override {
    throw std::bad_alloc();
  }
};

/// `a`, whose local products fail on the last rank.
DistributedMatrix<double> failing_on_last(const DistributedMatrix<double>& a) {
  const auto& comm = a.comm();
  const suan::kernels::SpmvPlan<double> failing(suan::ExecutionSpace(), a.local().view(),
                                                std::make_shared<Failing>());
  return a.with_plan(comm.rank() == comm.size() - 1 ? failing : a.local().plan());
}

/// What `product` returns; nothing where it throws OutOfMemory.
template <class Product>
std::optional<double> result(const Product& product) {
  try {
    return product();
  } catch (const suan::OutOfMemory&) {
    return {};
  }
}

// The ranks go on together: the others hear of it from NaN, and the next product is right.
TEST(DistributedMatrix, AProductThatFailsOnOneRankLeavesTheOthersInStep) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson1d<double>(40, world);
  const auto failing = failing_on_last(a);
  const bool last = world.rank() == world.size() - 1;
  const auto x = suan::ones(a.column_layout());
  Vector<double> y(a.row_layout());
  suan::MultiVector<double> many(a.row_layout(), 3);
  const suan::MultiVector<double> zeros(a.row_layout(), 3);

  const auto dot = result([&] { return failing.apply_dot(x, y); });
  EXPECT_EQ(dot.has_value(), !last);
  EXPECT_TRUE(last || std::isnan(*dot));
  EXPECT_EQ(a.apply_dot(x, y), 2);
  const auto norm = result([&] { return failing.residual(x, x, y); });
  EXPECT_EQ(norm.has_value(), !last);
  EXPECT_TRUE(last || std::isnan(*norm));
  EXPECT_EQ(a.apply_dot(x, y), 2);
  EXPECT_EQ(result([&] { return failing.apply(x, y), 0.0; }).has_value(), !last);
  EXPECT_EQ(a.apply_dot(x, y), 2);
  EXPECT_EQ(result([&] { return failing.apply(zeros, many), 0.0; }).has_value(), !last);
  EXPECT_EQ(a.apply_dot(x, y), 2);
}

TEST(DistributedMatrix, RefusesLayoutsThatDifferBetweenRanks) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const auto first = Layout::even(50, world);
  const auto second = Layout::even(60, world);
  const auto& mine = world.is_root() ? first : second;
  EXPECT_THAT([&] { DistributedMatrix<double>(mine, mine, empty_local(mine), {}); },
              testing::ThrowsMessage<suan::InvalidArgument>(
                  testing::HasSubstr("rank 0 has rows = 50, rank 1 has rows = 60")));
}

TEST(DistributedMatrix, VectorsOfOtherRanksAreRefused) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson1d<double>(10, world);
  const Vector<double> x(Layout::from_local_size(world.is_root() ? 10 : 0, world));
  Vector<double> y(a.row_layout());
  if (world.size() > 1) {
    EXPECT_THROW(a.apply(x, y), suan::DimensionMismatch);
  } else {
    EXPECT_NO_THROW(a.apply(x, y));
  }
}

}  // namespace
