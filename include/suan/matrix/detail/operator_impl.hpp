// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/matrix/operator.hpp.
#pragma once

#include "suan/matrix/operator.hpp"

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/matrix/detail/in_operator.hpp"
#include "suan/matrix/detail/multi_operands.hpp"

namespace suan {

namespace detail {

inline constexpr const char* shared_elements =
    "the result of a product shares elements with an operand; give it its own vector";

/// Whether x and y share elements on this rank. The same object counts even where a rank has no
/// elements: all ranks must throw the same error.
template <Scalar T>
bool share_elements(const Vector<T>& x, const Vector<T>& y) {
  if (&x == &y) throw InvalidArgument(shared_elements);
  return ranges_meet<T>(x.view().data(), x.view().extent(0), y.view().data(), y.view().extent(0));
}

/// Calls multiply(y). If y shares elements with an operand on this rank, which other ranks do not
/// see, it first answers their messages with a result of its own, and then throws.
template <Scalar T, class Multiply>
void multiply_apart(bool shared, Vector<T>& y, const Multiply& multiply) {
  if (!shared) {
    multiply(y);
    return;
  }
  auto apart = Vector<T>::over(y.layout(), allocate<T>("suan::Operator", y.view().size()));
  Kokkos::deep_copy(apart.view(), y.view());
  multiply(apart);
  throw InvalidArgument(shared_elements);
}

}  // namespace detail

template <Scalar T>
void Operator<T>::apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  require_same_layout("apply", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("apply", "y", y.layout(), "the rows of the operator", rows_);
  const bool shared = detail::share_elements(x, y);
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] {
    detail::multiply_apart(shared, y, [&](Vector<T>& result) { do_apply(alpha, x, beta, result); });
  });
}

template <Scalar T>
void Operator<T>::apply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  detail::require_multi_operands("apply", rows_, columns_, x, y);
  if (&x == &y) throw InvalidArgument(detail::shared_elements);
  const bool shared = detail::share_elements<T>(x.view(), y.view());
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] {
    if (!shared) {
      do_apply_multi(alpha, x, beta, y);
      return;
    }
    // As detail::multiply_apart().
    MultiVector<T> apart(y.layout(), detail::allocate_view<RowMajor<T>>(
                                         "suan::Operator", y.view().extent(0), y.view().extent(1)));
    Kokkos::deep_copy(apart.view(), y.view());
    do_apply_multi(alpha, x, beta, apart);
    throw InvalidArgument(detail::shared_elements);
  });
}

template <Scalar T>
T Operator<T>::apply_dot(const Vector<T>& x, Vector<T>& y) const {
  require_same_layout("apply_dot", "the rows of the operator", rows_, "its columns", columns_);
  require_same_layout("apply_dot", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("apply_dot", "y", y.layout(), "the rows of the operator", rows_);
  const bool shared = detail::share_elements(x, y);
  T product(std::numeric_limits<Real<T>>::quiet_NaN());
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] {
    detail::multiply_apart(shared, y,
                           [&](Vector<T>& result) { product = do_apply_dot(x, result); });
  });
  return product;
}

template <Scalar T>
Real<T> Operator<T>::residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const {
  require_same_layout("residual", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("residual", "b", b.layout(), "the rows of the operator", rows_);
  require_same_layout("residual", "r", r.layout(), "the rows of the operator", rows_);
  const bool with_x = detail::share_elements(x, r);
  const bool shared = detail::share_elements(b, r) || with_x;
  Real<T> norm = std::numeric_limits<Real<T>>::quiet_NaN();
  const detail::InOperator here;
  detail::in_frame(r.view(), [&] {
    detail::multiply_apart(shared, r, [&](Vector<T>& result) { norm = do_residual(b, x, result); });
  });
  return norm;
}

template <Scalar T>
void Operator<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                 MultiVector<T>& y) const {
  Vector<T> given;
  Vector<T> result;
  // Not where each is needed: a rank without the memory would miss the messages of do_apply.
  together(comm(), [&] {
    given = Vector<T>(columns_);
    result = Vector<T>(rows_);
  });
  const ExecutionSpace space;
  std::exception_ptr first;
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    const auto column = static_cast<std::size_t>(j);
    kernels::copy_column<T>(space, x.view(), column, given.view());
    if (beta != T(0)) kernels::copy_column<T>(space, y.view(), column, result.view());
    // Other ranks continue with the next column, where do_apply may wait for this rank.
    const auto error = detail::attempt(
        result.view(), [&] { do_apply(alpha, std::as_const(given), beta, result); });
    if (!first) first = error;
    y.set_column(j, result);
  }
  detail::settle(first);
}

template <Scalar T>
T Operator<T>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const {
  const auto error = detail::attempt(y.view(), [&] { do_apply(T(1), x, T(0), y); });
  const T product = dot(x, y);
  detail::settle(error);
  return product;
}

template <Scalar T>
Real<T> Operator<T>::do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const {
  copy(b, r);
  const auto error = detail::attempt(r.view(), [&] { do_apply(T(-1), x, T(1), r); });
  const Real<T> norm = norm2(r);
  detail::settle(error);
  return norm;
}

template <Scalar T>
void Identity<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  axpby(alpha, x, beta, y);
}

template <Scalar T>
void Identity<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                 MultiVector<T>& y) const {
  kernels::axpby<T>(ExecutionSpace(), alpha, x.view(), beta, y.view());
}

template <Scalar T>
FunctionOperator<T>::FunctionOperator(const Layout& rows, const Layout& columns, Function function,
                                      std::string name)
    : Operator<T>(rows, columns), function_(std::move(function)), name_(std::move(name)) {
  if (!function_) throw InvalidArgument("FunctionOperator: the function is empty");
}

template <Scalar T>
void FunctionOperator<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  if (alpha == T(1) && beta == T(0)) {
    function_(x, y);
    return;
  }
  Vector<T> product;
  together(this->comm(), [&] { product = Vector<T>(this->row_layout()); });
  function_(x, product);
  axpby(alpha, product, beta, y);
}

#define SUAN_INSTANTIATE(T)        \
  SUAN_TEMPLATE class Operator<T>; \
  SUAN_TEMPLATE class Identity<T>; \
  SUAN_TEMPLATE class FunctionOperator<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
