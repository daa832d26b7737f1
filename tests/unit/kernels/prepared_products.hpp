// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What every format is compared with: sums on the host.
#pragma once

#include <gtest/gtest.h>

#include "suan/kernels/format_plan.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace suan::test {

/// The matrix whose products were prepared by make_sell or make_bsr.
template <class T>
Csr<T> with_products(const Csr<T>& a, std::shared_ptr<const kernels::PreparedFormat<T>> prepared) {
  return a.with_plan(kernels::SpmvPlan<T>(std::move(prepared)));
}

/// Compares every form of the product with sums on the host.
template <class T>
void expect_products(const HostMatrix<T>& a, const Csr<T>& prepared) {
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
