// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Steps of smoothers, by the same names for one vector and for several. They check nothing and
// reduce nothing.
#pragma once

#include "suan/core/detail/memory.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/detail/overlap.hpp"

namespace suan::detail {

/// Another vector of the same shape. In the body of together() it communicates nothing.
template <Scalar T>
Vector<T> like(const Vector<T>& x) {
  return Vector<T>(x.layout());
}
template <Scalar T>
MultiVector<T> like(const MultiVector<T>& x) {
  return MultiVector<T>(x.layout(), x.columns());
}

template <Scalar T>
bool has_shape_of(const Vector<T>& x, const Vector<T>& y) {
  return x.layout() == y.layout();
}
template <Scalar T>
bool has_shape_of(const MultiVector<T>& x, const MultiVector<T>& y) {
  return x.layout() == y.layout() && x.columns() == y.columns();
}

/// The elements row by row, as kernels take them.
template <Scalar T>
RowMajor<const T> rows_of(const Vector<T>& x) {
  return {x.view().data(), x.view().extent(0), 1};
}
template <Scalar T>
RowMajor<T> rows_of(Vector<T>& x) {
  return {x.view().data(), x.view().extent(0), 1};
}
template <Scalar T>
RowMajor<const T> rows_of(const MultiVector<T>& x) {
  return x.view();
}
template <Scalar T>
RowMajor<T> rows_of(MultiVector<T>& x) {
  return x.view();
}

/// Whether they share elements on this rank.
template <Scalar T>
bool meet(const Vector<T>& x, const Vector<T>& y) {
  return ranges_meet<T>(x.view().data(), x.view().extent(0), y.view().data(), y.view().extent(0));
}
template <Scalar T>
bool meet(const MultiVector<T>& x, const MultiVector<T>& y) {
  return share_elements<T>(x.view(), y.view());
}

/// y = alpha x + beta y; y is not read when beta is zero.
template <class V>
void add(typename V::value_type alpha, const V& x, typename V::value_type beta, V& y) {
  kernels::axpby<typename V::value_type>(ExecutionSpace(), alpha, x.view(), beta, y.view());
}

/// y = alpha diag(d) x + beta y; y is not read when beta is zero.
template <class V>
void add_scaled(typename V::value_type alpha, const DeviceView<const typename V::value_type>& d,
                const V& x, typename V::value_type beta, V& y) {
  kernels::multiply<typename V::value_type>(ExecutionSpace(), alpha, d, x.view(), beta, y.view());
}

/// r = b - A x, without its norm, hence without a reduction. Collective.
template <Scalar T>
void residual_alone(const DistributedMatrix<T>& a, const Vector<T>& b, const Vector<T>& x,
                    Vector<T>& r) {
  const ExecutionSpace space;
  auto pending = a.exchange().template forward<T>(x.view());
  a.local().plan().residual(space, x.view(), b.view(), r.view());
  const auto received = pending.finish();
  const auto& remote = a.remote();
  if (remote.matrix.rows() == 0) return;
  kernels::spmv_add_rows<T>(space, T(-1), remote.matrix.view(), remote.row_numbers,
                            DeviceView<const T>(received.data(), received.extent(0)), r.view(), {});
}
template <Scalar T>
void residual_alone(const DistributedMatrix<T>& a, const MultiVector<T>& b, const MultiVector<T>& x,
                    MultiVector<T>& r) {
  Kokkos::deep_copy(r.view(), b.view());
  a.apply(T(-1), x, T(1), r);
}

/// The entries of an operator. @throws DimensionMismatch unless rows and columns are distributed
/// alike, NotSupported when it has none; on all ranks.
template <Scalar T>
DistributedMatrix<T> require_matrix(const char* what, const Operator<T>& a) {
  require_same_layout(what, "the rows of the operator", a.row_layout(), "its columns",
                      a.column_layout());
  const auto access = a.access();
  if (access.distributed != nullptr) return *access.distributed;
  // The square block of an operator on several ranks is not all of it.
  if (access.local != nullptr && a.comm().size() == 1) return DistributedMatrix<T>(*access.local);
  throw NotSupported(message(what, ": the operator \"", a.name(),
                             "\" has no accessible entries; use preconditioner none, or pass your "
                             "own preconditioner"));
}

}  // namespace suan::detail
