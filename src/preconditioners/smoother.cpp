// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/smoother.hpp"

#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/matrix/detail/in_operator.hpp"

namespace suan {

namespace {

const char* const shared_elements =
    "the operands of a smoother share elements; give each its own vector";

template <Scalar T>
LocalIndex columns_of(const Vector<T>&) {
  return 1;
}
template <Scalar T>
LocalIndex columns_of(const MultiVector<T>& x) {
  return x.columns();
}

/// Checks what all ranks see alike.
template <class V>
void require_operand(const char* what, const Layout& layout, const V& b, const char* name,
                     const V& x) {
  require_same_layout(what, name, x.layout(), "the matrix", layout);
  require_same_columns(what, "b", columns_of(b), name, columns_of(x));
}

/// Calls smooth(b, x, r) after the checks; r may be null. Where only this rank sees that elements
/// are shared, it first takes part in the messages, with vectors apart, and throws then.
template <class V, class Smooth>
void call(const char* what, const Layout& layout, const V& b, V& x, V* r, const Smooth& smooth) {
  require_operand(what, layout, b, "b", b);
  require_operand(what, layout, b, "x", x);
  if (r != nullptr) require_operand(what, layout, b, "r", *r);
  if (&b == &x || r == &x || r == &b) throw InvalidArgument(shared_elements);
  const bool with_r = r != nullptr && (detail::meet(b, *r) || detail::meet(x, *r));
  const bool shared = detail::meet(b, x) || with_r;
  const detail::InOperator here;
  detail::in_frame(x.view(), [&] {
    if (!shared) {
      smooth(b, x, r);
      return;
    }
    V x_apart = detail::like(x);
    V r_apart = detail::like(x);
    Kokkos::deep_copy(x_apart.view(), x.view());
    smooth(b, x_apart, r != nullptr ? &r_apart : nullptr);
    throw InvalidArgument(shared_elements);
  });
  if (r != nullptr && detail::DeferredErrors::kept()) detail::spoil(r->view());
}

/// vectors[which], of that shape.
template <class V>
V& of_shape(const V& shape, V& kept) {
  if (!detail::has_shape_of(kept, shape)) {
    V made;
    together(shape.layout().comm(), [&] { made = detail::like(shape); });
    kept = std::move(made);
  }
  return kept;
}

}  // namespace

template <Scalar T>
Smoother<T>::Smoother(const char* name, const DistributedMatrix<T>& a)
    : Preconditioner<T>(a.row_layout(), a.column_layout()), a_(a) {
  require_same_layout(name, "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
}

template <Scalar T>
void Smoother<T>::smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  call<Vector<T>>("smooth", this->row_layout(), b, x, nullptr,
                  [&](const auto& from, auto& to, auto*) { do_smooth(from, to, guess); });
}

template <Scalar T>
void Smoother<T>::smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  call<MultiVector<T>>("smooth", this->row_layout(), b, x, nullptr,
                       [&](const auto& from, auto& to, auto*) { do_smooth(from, to, guess); });
}

template <Scalar T>
void Smoother<T>::smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                                      Guess guess) const {
  call("smooth_and_residual", this->row_layout(), b, x, &r,
       [&](const auto& from, auto& to, auto* rest) {
         do_smooth_and_residual(from, to, *rest, guess);
       });
}

template <Scalar T>
void Smoother<T>::smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x, MultiVector<T>& r,
                                      Guess guess) const {
  call("smooth_and_residual", this->row_layout(), b, x, &r,
       [&](const auto& from, auto& to, auto* rest) {
         do_smooth_and_residual(from, to, *rest, guess);
       });
}

template <Scalar T>
void Smoother<T>::smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  call<Vector<T>>("smooth_adjoint", this->row_layout(), b, x, nullptr,
                  [&](const auto& from, auto& to, auto*) { do_smooth_adjoint(from, to, guess); });
}

template <Scalar T>
void Smoother<T>::smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  call<MultiVector<T>>(
      "smooth_adjoint", this->row_layout(), b, x, nullptr,
      [&](const auto& from, auto& to, auto*) { do_smooth_adjoint(from, to, guess); });
}

template <Scalar T>
std::int64_t Smoother<T>::bytes_per_apply() const {
  return bytes_per_smooth(Guess::zero) + (is_self_adjoint() ? 0 : bytes_per_smooth(Guess::given));
}

template <Scalar T>
Vector<T>& Smoother<T>::kept(const Vector<T>& shape, std::size_t which) const {
  return of_shape(shape, kept_[which]);
}

template <Scalar T>
MultiVector<T>& Smoother<T>::kept(const MultiVector<T>& shape, std::size_t which) const {
  return of_shape(shape, kept_multi_[which]);
}

template <Scalar T>
void Smoother<T>::do_smooth_and_residual(const Vector<T>& b, Vector<T>& x, Vector<T>& r,
                                         Guess guess) const {
  do_smooth(b, x, guess);
  detail::residual_alone<T>(a_, b, x, r);
}

template <Scalar T>
void Smoother<T>::do_smooth_and_residual(const MultiVector<T>& b, MultiVector<T>& x,
                                         MultiVector<T>& r, Guess guess) const {
  do_smooth(b, x, guess);
  detail::residual_alone<T>(a_, b, x, r);
}

template <Scalar T>
void Smoother<T>::do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  do_smooth(b, x, guess);
}

template <Scalar T>
void Smoother<T>::do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  do_smooth(b, x, guess);
}

template <Scalar T>
void Smoother<T>::do_smooth_both(const Vector<T>& b, Vector<T>& x) const {
  do_smooth(b, x, Guess::zero);
  do_smooth_adjoint(b, x, Guess::given);
}

template <Scalar T>
void Smoother<T>::do_smooth_both(const MultiVector<T>& b, MultiVector<T>& x) const {
  do_smooth(b, x, Guess::zero);
  do_smooth_adjoint(b, x, Guess::given);
}

template <Scalar T>
std::string Smoother<T>::do_update(const Operator<T>& a) {
  DistributedMatrix<T> next = detail::require_matrix(this->name().c_str(), a);
  std::string done = set_up(next);
  a_ = std::move(next);
  return done;
}

template <Scalar T>
template <class V>
void Smoother<T>::apply_any(T alpha, const V& x, T beta, V& y) const {
  const bool is_plain = alpha == T(1) && beta == T(0);
  V apart;
  if (!is_plain) together(this->comm(), [&] { apart = detail::like(y); });
  V& image = is_plain ? y : apart;
  if (is_self_adjoint()) {
    do_smooth(x, image, Guess::zero);
  } else {
    do_smooth_both(x, image);
  }
  if (!is_plain) detail::add(alpha, std::as_const(apart), beta, y);
}

template <Scalar T>
void Smoother<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  apply_any(alpha, x, beta, y);
}

template <Scalar T>
void Smoother<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                 MultiVector<T>& y) const {
  apply_any(alpha, x, beta, y);
}

#define SUAN_INSTANTIATE(T) template class Smoother<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
