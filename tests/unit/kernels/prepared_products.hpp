// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The reference for every format: sums on the host.
#pragma once

#include <gtest/gtest.h>

#include "suan/kernels/format_plan.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace suan::test {

/// The matrix whose products were prepared by make_sell or make_bsr.
template <class T>
Csr<T> with_products(const Csr<T>& a, std::shared_ptr<const kernels::PreparedFormat<T>> prepared) {
  return a.with_plan(kernels::SpmvPlan<T>(ExecutionSpace(), a.view(), std::move(prepared)));
}

/// Products with one, three and 21 vectors (a line of each type and a rest) against sums on the
/// host. Each column has the same bits whatever the other columns and the number of threads.
template <class T>
void expect_block_products(const HostMatrix<T>& a, const Csr<T>& prepared) {
  const auto rows = static_cast<std::size_t>(a.rows);
  const auto columns = static_cast<std::size_t>(a.columns);
  constexpr std::size_t most = 21;
  const auto x = random_block<T>(columns, most, 3);
  const auto y0 = random_block<T>(rows, most, 4);
  const auto magnitude_of = [](const T& z) { return std::sqrt(abs_squared<T>(z)); };
  const auto all_x = to_device<T>(columns, most, x);
  std::vector<T> all;
  for (const std::size_t k : {most, std::size_t{1}, std::size_t{3}}) {
    const RowMajor<T> some_x = Kokkos::subview(all_x, Kokkos::ALL, std::make_pair(most - k, most));
    const RowMajor<T> y("suan::test::y", rows, k);
    Kokkos::deep_copy(y, T(std::numeric_limits<Real<T>>::quiet_NaN()));
    prepared.plan().apply(ExecutionSpace(), T(1), RowMajor<const T>(some_x), T(0), y);
    const auto result = to_host<T>(y);
    if (all.empty()) all = result;
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t c = 0; c < k; ++c) {
        ASSERT_EQ(result[i * k + c], all[i * most + (most - k + c)]) << "row " << i << " of " << k;
      }
    }
  }
  const auto general = to_device<T>(rows, most, y0);
  prepared.plan().apply(ExecutionSpace(), T(2), RowMajor<const T>(all_x), T(-3), general);
  const auto hg = to_host<T>(general);
  std::vector<T> one(columns);
  for (std::size_t c = 0; c < most; ++c) {
    for (std::size_t j = 0; j < columns; ++j) one[j] = x[j * most + c];
    for (std::size_t i = 0; i < rows; ++i) {
      const T ax = a.row(one, i);
      const T y_before = y0[i * most + c];
      const Real<T> bound = product_bound(a, one, i, magnitude_of(y_before));
      ASSERT_LE(magnitude_of(all[i * most + c] - ax), bound) << "row " << i << ", vector " << c;
      ASSERT_LE(magnitude_of(hg[i * most + c] - (T(2) * ax - T(3) * y_before)), 3 * bound);
    }
  }
}

/// Compares every form of the product with sums on the host.
template <class T>
void expect_products(const HostMatrix<T>& a, const Csr<T>& prepared) {
  expect_block_products(a, prepared);
  using R = Real<T>;
  const auto x = random_vector<T>(Layout::serial(a.columns), 1);
  const auto y0 = random_vector<T>(Layout::serial(a.rows), 2);
  const auto hx = x.to_host();
  const auto hy0 = y0.to_host();
  auto general = y0;
  prepared.apply(T(2), x, T(-3), general);
  auto plain = y0;
  fill(plain, T(std::numeric_limits<R>::quiet_NaN()));
  prepared.apply(x, plain);
  Vector<T> r(Layout::serial(a.rows));
  const R norm = prepared.residual(y0, x, r);
  const auto hg = general.to_host();
  const auto hp = plain.to_host();
  const auto hr = r.to_host();
  R squares = 0;
  const auto size = [](const T& z) { return std::sqrt(abs_squared<T>(z)); };
  for (std::size_t i = 0; i < hp.size(); ++i) {
    const T ax = a.row(hx, i);
    const R extra = size(hy0[i]);
    EXPECT_LE(size(hp[i] - ax), product_bound(a, hx, i, R(0))) << "row " << i;
    EXPECT_LE(size(hg[i] - (T(2) * ax - T(3) * hy0[i])), 3 * product_bound(a, hx, i, extra));
    EXPECT_LE(size(hr[i] - (hy0[i] - ax)), 2 * product_bound(a, hx, i, extra));
    squares += abs_squared(hr[i]);
  }
  // A sum of n squares in any order differs by at most n eps.
  const R tolerance = 2 * static_cast<R>(a.rows + 1) * std::numeric_limits<R>::epsilon();
  EXPECT_NEAR(norm, std::sqrt(squares), tolerance * std::sqrt(squares));
  if (a.rows != a.columns) return;
  Vector<T> y(Layout::serial(a.rows));
  const T xy = prepared.apply_dot(x, y);
  EXPECT_EQ(y.to_host(), hp);
  T dot{};
  R scale = 0;
  for (std::size_t i = 0; i < hx.size(); ++i) {
    dot += conjugate(hx[i]) * hp[i];
    scale += size(hx[i]) * size(hp[i]);
  }
  EXPECT_LE(size(xy - dot), 3 * tolerance * scale);
}

/// `back` is `a`, entry by entry.
template <class T>
void expect_entries(const HostMatrix<T>& a, const kernels::CsrView<T>& back) {
  const auto copy = [](const auto& device) {
    const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), device);
    return std::vector(host.data(), host.data() + host.size());
  };
  EXPECT_EQ(back.rows, a.rows);
  EXPECT_EQ(back.columns, a.columns);
  EXPECT_EQ(copy(back.offsets), a.offsets);
  EXPECT_EQ(copy(back.indices), a.indices);
  EXPECT_EQ(copy(back.values), a.values);
}

}  // namespace suan::test
