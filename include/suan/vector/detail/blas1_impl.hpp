// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/vector/blas1.hpp.
#pragma once

#include "suan/vector/blas1.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"

namespace suan {

template <Scalar T>
T dot(const Vector<T>& x, const Vector<T>& y) {
  require_same_layout("dot", "x", x.layout(), "y", y.layout());
  return scalar_cast<T>(
      x.layout().comm().sum(kernels::dot<T>(ExecutionSpace(), x.view(), y.view())));
}

template <Scalar T>
Real<T> norm_inf(const Vector<T>& x) {
  const Real<T> mine = kernels::max_abs<T>(ExecutionSpace(), x.view());
  const Communicator& comm = x.layout().comm();
  if (comm.size() == 1) return mine;
  // MPI leaves the maximum with a NaN undefined, so NaN is sent separately.
  const bool nan = comm.max(std::int64_t{std::isnan(mine)}) != 0;
  const Real<T> largest = comm.max(std::isnan(mine) ? Real<T>(0) : mine);
  return nan ? std::numeric_limits<Real<T>>::quiet_NaN() : largest;
}

namespace detail {

/// Whether a sum of squares neither overflowed nor lost digits to underflow.
template <class R>
bool has_its_digits(R sum) {
  constexpr R small = std::numeric_limits<R>::min() / std::numeric_limits<R>::epsilon();
  return sum >= small && sum <= std::numeric_limits<R>::max();
}

/// The norm from squares relative to the largest element.
template <Scalar T>
Real<T> scaled_norm2(const Vector<T>& x) {
  const Real<T> largest = norm_inf(x);
  if (largest == 0 || !std::isfinite(largest)) return largest;
  const auto squares =
      x.layout().comm().sum(kernels::sum_of_squares<T>(ExecutionSpace(), x.view(), largest));
  return static_cast<Real<T>>(largest * std::sqrt(squares));
}

}  // namespace detail

template <Scalar T>
Real<T> norm2(const Vector<T>& x) {
  const auto sum =
      x.layout().comm().sum(kernels::sum_of_squares<T>(ExecutionSpace(), x.view(), Real<T>(1)));
  return detail::has_its_digits(sum) ? static_cast<Real<T>>(std::sqrt(sum))
                                     : detail::scaled_norm2(x);
}

template <Scalar T>
std::vector<T> dot(const MultiVector<T>& x, const MultiVector<T>& y) {
  require_same_layout("dot", "X", x.layout(), "Y", y.layout());
  require_same_columns("dot", "X", x.columns(), "Y", y.columns());
  std::vector<T> result(x.view().extent(1));
  kernels::column_dots<T>(ExecutionSpace(), x.view(), y.view(), result.data());
  x.layout().comm().sum(std::span<T>(result));
  return result;
}

template <Scalar T>
std::vector<Real<T>> norm2(const MultiVector<T>& x) {
  const auto squares = dot(x, x);
  std::vector<Real<T>> result;
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    const Real<T> sum = real_part(squares[static_cast<std::size_t>(j)]);
    result.push_back(detail::has_its_digits(sum) ? std::sqrt(sum) : norm2(x.column(j)));
  }
  return result;
}

template <Scalar T>
Real<T> norm2(const Vector<T>& x, std::type_identity_t<Real<T>> own_squares) {
  const auto sum = x.layout().comm().sum(own_squares);
  return detail::has_its_digits(sum) ? std::sqrt(sum) : detail::scaled_norm2(x);
}

template <Scalar T>
void axpy(T alpha, const Vector<T>& x, Vector<T>& y) {
  axpby(alpha, x, T(1), y);
}

template <Scalar T>
void axpby(T alpha, const Vector<T>& x, T beta, Vector<T>& y) {
  require_same_layout("axpby", "x", x.layout(), "y", y.layout());
  kernels::axpby<T>(ExecutionSpace(), alpha, x.view(), beta, y.view());
}

template <Scalar T>
void scale(T alpha, Vector<T>& x) {
  kernels::scale<T>(ExecutionSpace(), alpha, x.view());
}

template <Scalar T>
void fill(Vector<T>& x, T value) {
  Kokkos::deep_copy(x.view(), value);
}

template <Scalar T>
void copy(const Vector<T>& x, Vector<T>& y) {
  require_same_layout("copy", "x", x.layout(), "y", y.layout());
  Kokkos::deep_copy(y.view(), x.view());
}

template <Scalar T>
GlobalIndex first_not_finite(const Vector<T>& x) {
  const LocalIndex i = kernels::first_not_finite<T>(ExecutionSpace(), x.view());
  constexpr GlobalIndex none = std::numeric_limits<GlobalIndex>::max();
  const GlobalIndex first =
      x.layout().comm().min(i < x.local_size() ? x.layout().first() + i : none);
  return first == none ? -1 : first;
}

#define SUAN_INSTANTIATE(T)                                                       \
  SUAN_TEMPLATE T dot(const Vector<T>&, const Vector<T>&);                        \
  SUAN_TEMPLATE Real<T> norm2(const Vector<T>&);                                  \
  SUAN_TEMPLATE Real<T> norm2(const Vector<T>&, Real<T>);                         \
  SUAN_TEMPLATE std::vector<T> dot(const MultiVector<T>&, const MultiVector<T>&); \
  SUAN_TEMPLATE std::vector<Real<T>> norm2(const MultiVector<T>&);                \
  SUAN_TEMPLATE Real<T> norm_inf(const Vector<T>&);                               \
  SUAN_TEMPLATE void axpy(T, const Vector<T>&, Vector<T>&);                       \
  SUAN_TEMPLATE void axpby(T, const Vector<T>&, T, Vector<T>&);                   \
  SUAN_TEMPLATE void scale(T, Vector<T>&);                                        \
  SUAN_TEMPLATE void fill(Vector<T>&, T);                                         \
  SUAN_TEMPLATE void copy(const Vector<T>&, Vector<T>&);                          \
  SUAN_TEMPLATE GlobalIndex first_not_finite(const Vector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
