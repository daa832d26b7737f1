// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/products.hpp"

#include "kernels/algebra/add.hpp"
#include "kernels/algebra/rearrange.hpp"
#include "matrix/pattern.hpp"
#include "matrix/product_options.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

using detail::described;
using detail::pattern_of;
using detail::require_pattern;
using detail::to_csr;

namespace {

template <Scalar T>
void require_fitting(const char* what, const char* left_name, const Csr<T>& left,
                     const char* right_name, const Csr<T>& right) {
  if (left.columns() != right.rows()) {
    throw DimensionMismatch(message(
        what, ": ", described(left_name, left.view()), " has ", left.columns(), " columns, but ",
        described(right_name, right.view()), " has ", right.rows(), " rows"));
  }
}

template <Scalar T>
void require_product(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options) {
  require_fitting("multiply", "A", a, "B", b);
  detail::require_options(options);
}

/// Checks, then makes the plan; for member initialiser lists.
template <Scalar T>
kernels::SpgemmPlan<T> product_plan(const Csr<T>& a, const Csr<T>& b,
                                    const SpgemmOptions& options) {
  require_product(a, b, options);
  return kernels::SpgemmPlan<T>(ExecutionSpace(), a.view(), b.view(), options);
}

template <Scalar T>
void require_fitting(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) {
  require_fitting("galerkin_product", "R", r, "A", a);
  require_fitting("galerkin_product", "A", a, "P", p);
}

template <Scalar T>
kernels::GalerkinPlan<T> galerkin_plan(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) {
  require_fitting(r, a, p);
  return kernels::GalerkinPlan<T>(ExecutionSpace(), r.view(), a.view(), p.view());
}

/// The arrays of `m`, which is empty afterwards.
template <Scalar T>
kernels::CsrView<T> take_view(Csr<T>& m) {
  auto view = m.view();
  m = Csr<T>();
  return view;
}

}  // namespace

template <Scalar T>
Csr<T> multiply(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options) try {
  require_product(a, b, options);
  return to_csr(kernels::spgemm(ExecutionSpace(), a.view(), b.view(), options));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Product<T>::Product(const Csr<T>& a, const Csr<T>& b, const SpgemmOptions& options) try
    : a_(pattern_of(a)), b_(pattern_of(b)), plan_(product_plan(a, b, options)) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> Product<T>::multiply(const Csr<T>& a, const Csr<T>& b) const {
  return multiply(a, b, Csr<T>());
}

template <Scalar T>
Csr<T> Product<T>::multiply(const Csr<T>& a, const Csr<T>& b, Csr<T>&& last) const try {
  require_pattern("Product", "A", a_, a);
  require_pattern("Product", "B", b_, b);
  // Copies: `last` may be one of the operands, and is then kept.
  const auto a_view = a.view();
  const auto b_view = b.view();
  return to_csr(plan_.multiply(ExecutionSpace(), a_view, b_view, take_view(last)));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> galerkin_product(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) try {
  require_fitting(r, a, p);
  return to_csr(kernels::galerkin_product(ExecutionSpace(), r.view(), a.view(), p.view()));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
GalerkinProduct<T>::GalerkinProduct(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) try
    : r_(pattern_of(r)), a_(pattern_of(a)), p_(pattern_of(p)), plan_(galerkin_plan(r, a, p)) {
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> GalerkinProduct<T>::multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p) const {
  return multiply(r, a, p, Csr<T>());
}

template <Scalar T>
Csr<T> GalerkinProduct<T>::multiply(const Csr<T>& r, const Csr<T>& a, const Csr<T>& p,
                                    Csr<T>&& last) const try {
  require_pattern("GalerkinProduct", "R", r_, r);
  require_pattern("GalerkinProduct", "A", a_, a);
  require_pattern("GalerkinProduct", "P", p_, p);
  const auto r_view = r.view();
  const auto a_view = a.view();
  const auto p_view = p.view();
  return to_csr(plan_.multiply(ExecutionSpace(), r_view, a_view, p_view, take_view(last)));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> add(T alpha, const Csr<T>& a, T beta, const Csr<T>& b) try {
  if (a.rows() != b.rows() || a.columns() != b.columns()) {
    throw DimensionMismatch(message("add: ", described("A", a.view()), " and ",
                                    described("B", b.view()), " must have the same size"));
  }
  const ExecutionSpace space;
  const auto sorted = [&](const Csr<T>& m) {
    return m.sorted() ? m.view() : kernels::sort_rows(space, m.view());
  };
  return to_csr(kernels::add(space, alpha, sorted(a), beta, sorted(b)));
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                      \
  template Csr<T> multiply(const Csr<T>&, const Csr<T>&, const SpgemmOptions&);  \
  template Csr<T> galerkin_product(const Csr<T>&, const Csr<T>&, const Csr<T>&); \
  template Csr<T> add(T, const Csr<T>&, T, const Csr<T>&);                       \
  template class Product<T>;                                                     \
  template class GalerkinProduct<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
