// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/convert.hpp"

#include <gmock/gmock.h>

#include "unit/kernels/host_matrix.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

template <class T>
class ConvertTest : public testing::Test {};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(ConvertTest, Scalars);

template <class V>
auto host_of(const V& device) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device);
  return std::vector(host.data(), host.data() + host.size());
}

TYPED_TEST(ConvertTest, DenseByHand) {
  using T = TypeParam;
  // Unsorted, one place twice, one stored zero: [1 0 2; 0 0 0; 5 3 0]
  const HostMatrix<T> a{
      3, 3, {0, 2, 3, 6}, {2, 0, 1, 0, 1, 0}, {T(2), T(1), T(0), T(1), T(3), T(4)}};
  const auto dense = to_dense(a.csr());
  EXPECT_EQ(to_host<T>(dense),
            (std::vector<T>{T(1), T(0), T(2), T(0), T(0), T(0), T(5), T(3), T(0)}));
  const auto back = from_dense<T>(dense);
  EXPECT_TRUE(back.sorted());
  EXPECT_EQ(host_of(back.view().offsets), (std::vector<Offset>{0, 2, 2, 4}));
  EXPECT_EQ(host_of(back.view().indices), (std::vector<LocalIndex>{0, 2, 0, 1}));
  EXPECT_EQ(host_of(back.view().values), (std::vector<T>{T(1), T(2), T(5), T(3)}));
  EXPECT_EQ(from_dense<T>(dense, 2).entries(), 2);  // beyond 2
}

TYPED_TEST(ConvertTest, NanIsKeptAndMinusZeroIsNot) {
  using T = TypeParam;
  const auto nan = T(std::numeric_limits<Real<T>>::quiet_NaN());
  const auto dense = to_device<T>(1, 4, {nan, T(-0.0), T(0), T(-1)});
  EXPECT_EQ(host_of(from_dense<T>(dense).view().indices), (std::vector<LocalIndex>{0, 3}));
  EXPECT_EQ(host_of(from_dense<T>(dense, 9).view().indices), (std::vector<LocalIndex>{0}));
}

TYPED_TEST(ConvertTest, DenseOfALargerMatrixHasTheSameProducts) {
  using T = TypeParam;
  const auto a = irregular<T>(300, 170);
  const auto dense = to_host<T>(to_dense(a.csr()));
  const auto back = from_dense<T>(to_dense(a.csr()));
  const auto x = random_vector<T>(Layout::serial(170), 5);
  const auto hx = x.to_host();
  Vector<T> y(Layout::serial(300));
  back.apply(x, y);
  const auto hy = y.to_host();
  for (std::size_t i = 0; i < 300; ++i) {
    T sum{};
    for (std::size_t j = 0; j < 170; ++j) sum += dense[i * 170 + j] * hx[j];
    EXPECT_LE(magnitude<T>(hy[i] - a.row(hx, i)), product_bound(a, hx, i, Real<T>(0)));
    // Zeros add no rounding, so that the row's own length bounds this sum too.
    EXPECT_LE(magnitude<T>(sum - a.row(hx, i)), product_bound(a, hx, i, Real<T>(0)));
  }
}

TYPED_TEST(ConvertTest, CornerShapes) {
  using T = TypeParam;
  EXPECT_EQ(to_dense(HostMatrix<T>{}.csr()).size(), 0u);
  const HostMatrix<T> no_columns{4, 0, {0, 0, 0, 0, 0}, {}, {}};
  const auto dense = to_dense(no_columns.csr());
  EXPECT_EQ(dense.extent(0), 4u);
  const auto back = from_dense<T>(dense);
  EXPECT_EQ(back.rows(), 4);
  EXPECT_EQ(back.columns(), 0);
  EXPECT_EQ(back.entries(), 0);
}

TEST(Convert, WhatIsTooLargeOrNegativeIsRefusedInWords) {
  const LocalIndex n = std::numeric_limits<LocalIndex>::max();
  const HostMatrix<double> a{3, n, {0, 0, 0, 0}, {}, {}};
  const auto message_of = [](const auto& body) -> std::string {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message_of([&] { to_dense(a.csr()); }),
              HasSubstr("6442450941 elements of 8 bytes, and most_bytes is 1073741824"));
  const HostMatrix<double> small{2, 2, {0, 0, 0}, {}, {}};
  EXPECT_THAT(message_of([&] { to_dense(small.csr(), 31); }), HasSubstr("most_bytes is 31"));
  EXPECT_NO_THROW(to_dense(small.csr(), 32));
  EXPECT_THAT(message_of([] { from_dense<double>(RowMajor<const double>(), -1); }),
              HasSubstr("must be 0 or more"));
}

// On any number of ranks: the output can be used as input again and gives the same products.
TYPED_TEST(ConvertTest, TripletsComeBackAsTheSameMatrix) {
  using T = TypeParam;
  const auto comm = Communicator::world();
  const auto rows = Layout::even(53, comm);
  const auto columns = Layout::even(71, comm);
  const auto a = generate_rows<T>(rows, columns, [](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex j = i % 3; j < 71; j += 1 + i % 7) {
      row.add(j, T(static_cast<Real<T>>(i + 10 * j)));
    }
  });
  const auto triplets = to_triplets(a);
  EXPECT_EQ(comm.sum(static_cast<std::int64_t>(triplets.size())), a.global_entries());
  for (const auto& entry : triplets) {
    EXPECT_EQ(entry.value, T(static_cast<Real<T>>(entry.row + 10 * entry.column)));
    EXPECT_GE(entry.row, rows.first());
    EXPECT_LT(entry.row, rows.first() + rows.local_size());
  }
  const auto b = from_triplets<T>(rows, columns, triplets);
  EXPECT_EQ(b.global_entries(), a.global_entries());
  EXPECT_EQ(host_of(b.local().view().values), host_of(a.local().view().values));
  EXPECT_EQ(host_of(b.remote().matrix.view().values), host_of(a.remote().matrix.view().values));
  EXPECT_EQ(b.remote().columns, a.remote().columns);
}

}  // namespace
}  // namespace suan::test
