// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with a matrix whose rows are split: the columns that a rank owns, and the boundary rows'
// entries in ghost columns. The exchange runs while the own columns are multiplied.
#pragma once

#include <utility>

#include "suan/comm/exchange.hpp"
#include "suan/kernels/detail/portable_spmv.hpp"
#include "suan/kernels/spmm.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::detail {

/// `Own` multiplies the own columns: an SpmvPlan or a PreparedSpmv. All members are collective.
template <Scalar T, class Own>
struct SplitProduct {
  const Exchange& exchange;
  const Own& own;
  const kernels::CsrView<T>& boundary;
  const DeviceView<const LocalIndex>& boundary_rows;

  void apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const;
  void apply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const;
  T apply_dot(const Vector<T>& x, Vector<T>& y) const;
  Real<T> residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const;

 private:
  /// y(boundary rows) += alpha times their entries in ghost columns; as spmv_add_rows.
  T add_boundary(T alpha, const RowMajor<const T>& ghosts, Vector<T>& y,
                 const DeviceView<const T>& left) const {
    return kernels::spmv_add_rows<T>(ExecutionSpace(), alpha, boundary, boundary_rows,
                                     DeviceView<const T>(ghosts.data(), ghosts.extent(0)), y.view(),
                                     left);
  }
};

template <Scalar T, class Own>
void SplitProduct<T, Own>::apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const try {
  auto pending = exchange.forward<T>(x.view());
  own.apply(ExecutionSpace(), alpha, x.view(), beta, y.view());
  const auto ghosts = pending.finish();
  if (boundary.rows > 0) add_boundary(alpha, ghosts, y, {});
} catch (...) {
  rethrow_typed();
}

template <Scalar T, class Own>
void SplitProduct<T, Own>::apply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const
    try {
  const ExecutionSpace space;
  auto pending = exchange.forward<T>(x.view());
  own.apply(space, alpha, x.view(), beta, y.view());
  const auto ghosts = pending.finish();
  if (boundary.rows == 0) return;
  kernels::spmm_add_rows<T>(space, alpha, boundary, boundary_rows, ghosts, y.view());
} catch (...) {
  rethrow_typed();
}

template <Scalar T, class Own>
T SplitProduct<T, Own>::apply_dot(const Vector<T>& x, Vector<T>& y) const {
  T sum(std::numeric_limits<Real<T>>::quiet_NaN());  // tells the others when this rank fails
  const auto error = attempt(y.view(), [&] {
    auto pending = exchange.forward<T>(x.view());
    T mine = own.apply_dot(ExecutionSpace(), x.view(), y.view());
    const auto ghosts = pending.finish();
    if (boundary.rows > 0) mine += add_boundary(T(1), ghosts, y, x.view());
    sum = mine;
  });
  sum = x.layout().comm().sum(sum);
  settle(error);
  return sum;
}

template <Scalar T, class Own>
Real<T> SplitProduct<T, Own>::residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const {
  const ExecutionSpace space;
  Real<T> squares = std::numeric_limits<Real<T>>::quiet_NaN();  // as above
  const auto error = attempt(r.view(), [&] {
    auto pending = exchange.forward<T>(x.view());
    Real<T> mine = own.residual(space, x.view(), b.view(), r.view());
    const auto ghosts = pending.finish();
    if (boundary.rows > 0) {
      add_boundary(T(-1), ghosts, r, {});
      mine = static_cast<Real<T>>(
          kernels::sum_of_squares<T>(space, std::as_const(r).view(), Real<T>(1)));
    }
    squares = mine;
  });
  const Real<T> norm = norm2(r, squares);
  settle(error);
  return norm;
}

}  // namespace suan::detail
