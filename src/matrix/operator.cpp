// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/operator.hpp"

#include "kernels/vector/multi_level1.hpp"
#include "matrix/deferred_errors.hpp"
#include "matrix/in_operator.hpp"
#include "matrix/multi_operands.hpp"

namespace suan {

namespace {

template <Scalar T>
void require_distinct(const Vector<T>& x, const Vector<T>& y) {
  // The same object counts even where a rank has no elements: all ranks must throw the same error.
  if (&x == &y || detail::ranges_meet<T>(x.view().data(), x.view().extent(0), y.view().data(),
                                         y.view().extent(0))) {
    throw InvalidArgument("apply: x and y share elements; give the result its own vector");
  }
}

}  // namespace

template <Scalar T>
void Operator<T>::apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  require_same_layout("apply", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("apply", "y", y.layout(), "the rows of the operator", rows_);
  require_distinct(x, y);
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] { do_apply(alpha, x, beta, y); });
}

template <Scalar T>
void Operator<T>::apply(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  detail::require_multi_operands("apply", rows_, columns_, x, y);
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] { do_apply_multi(alpha, x, beta, y); });
}

template <Scalar T>
T Operator<T>::apply_dot(const Vector<T>& x, Vector<T>& y) const {
  require_same_layout("apply_dot", "the rows of the operator", rows_, "its columns", columns_);
  require_same_layout("apply_dot", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("apply_dot", "y", y.layout(), "the rows of the operator", rows_);
  require_distinct(x, y);
  T product(std::numeric_limits<Real<T>>::quiet_NaN());
  const detail::InOperator here;
  detail::in_frame(y.view(), [&] { product = do_apply_dot(x, y); });
  return product;
}

template <Scalar T>
Real<T> Operator<T>::residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const {
  require_same_layout("residual", "x", x.layout(), "the columns of the operator", columns_);
  require_same_layout("residual", "b", b.layout(), "the rows of the operator", rows_);
  require_same_layout("residual", "r", r.layout(), "the rows of the operator", rows_);
  require_distinct(x, r);
  require_distinct(b, r);
  Real<T> norm = std::numeric_limits<Real<T>>::quiet_NaN();
  const detail::InOperator here;
  detail::in_frame(r.view(), [&] { norm = do_residual(b, x, r); });
  return norm;
}

template <Scalar T>
void Operator<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                 MultiVector<T>& y) const {
  Vector<T> result;
  together(comm(), [&] { result = Vector<T>(rows_); });
  std::exception_ptr first;
  for (LocalIndex j = 0; j < x.columns(); ++j) {
    if (beta != T(0)) result = y.column(j);
    // Other ranks continue with the next column, where do_apply may wait for this rank.
    const auto error =
        detail::attempt(result.view(), [&] { do_apply(alpha, x.column(j), beta, result); });
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

template class Operator<float>;
template class Operator<double>;
template class Operator<Complex>;
template class Identity<float>;
template class Identity<double>;
template class Identity<Complex>;
template class FunctionOperator<float>;
template class FunctionOperator<double>;
template class FunctionOperator<Complex>;

}  // namespace suan
