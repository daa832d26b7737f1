// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "matrix/distributed_pattern.hpp"
#include "matrix/extended_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan {

using detail::local_rows;
using detail::take_rows;

namespace {

using kernels::CsrView;

template <Scalar T>
void require_fitting(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                     const DistributedMatrix<T>& p) {
  require_agreement(a.comm(), "galerkin_product");
  together(a.comm(), [&] {
    detail::require_fitting("galerkin_product", "R", r, "A", a);
    detail::require_fitting("galerkin_product", "A", a, "P", p);
  });
}

/// For P^H A P, before P is transposed.
template <Scalar T>
void require_fitting(const DistributedMatrix<T>& a, const DistributedMatrix<T>& p) {
  detail::require_fitting("galerkin_product", "A", a, "P", p);
  detail::require_same_layout("galerkin_product",
                              message("the rows of ", detail::described("A", a)), a.row_layout(),
                              message("the rows of ", detail::described("P", p)), p.row_layout());
}

/// The rows of P that `middle`, rows of A, names.
template <Scalar T>
detail::ExtendedRows<T> rows_named(const detail::LocalRows<T>& middle,
                                   const DistributedMatrix<T>& p) {
  return {Exchange(IndexMap::make(p.row_layout(), middle.ghosts)), p};
}

/// The rows of R in which triple products have entries in columns of other ranks.
template <Scalar T>
DeviceView<const LocalIndex> boundary_of(const CsrView<T>& r, const CsrView<T>& a,
                                         const detail::LocalRows<T>& p) {
  const auto reach_p = detail::rows_with_entries(p.ghost);
  return detail::numbers_of(detail::rows_that_reach(r, detail::rows_that_reach(a, reach_p)));
}

}  // namespace

// The two parts of the result are two triple products, with the two parts of the rows of P.
template <Scalar T>
DistributedMatrix<T> galerkin_product(const DistributedMatrix<T>& r, const DistributedMatrix<T>& a,
                                      const DistributedMatrix<T>& p) try {
  require_fitting(r, a, p);
  const Layout& rows = r.row_layout();
  const Layout& columns = p.column_layout();
  if (a.comm().size() == 1) {
    return DistributedMatrix<T>(rows, columns, galerkin_product(r.local(), a.local(), p.local()),
                                {});
  }
  // One copy of A at a time: the peak of memory of a multigrid set-up is here.
  auto middle = detail::ExtendedRows<T>(r.exchange(), a).of(a);
  const auto named = rows_named(middle, p);
  CsrView<T> rows_of_a;
  together(a.comm(), [&] {
    rows_of_a = joined(middle);
    middle = {};
  });
  const auto right = named.of(p);
  CsrView<T> own;
  CsrView<T> ghost;
  DeviceView<const LocalIndex> boundary;
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const auto left = joined(local_rows(r));
    own = kernels::galerkin_product(space, left, rows_of_a, right.own);
    boundary = boundary_of(left, rows_of_a, right);
    ghost = kernels::galerkin_product(space, take_rows(left, boundary), rows_of_a, right.ghost);
  });
  return detail::ResultParts<T>(rows, columns, ghost, boundary, right.ghosts)
      .with(own, ghost.values);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> galerkin_product(const DistributedMatrix<T>& a,
                                      const DistributedMatrix<T>& p) {
  require_fitting(a, p);
  return galerkin_product(conjugate_transpose(p), a, p);
}

template <Scalar T>
struct detail::DistributedGalerkinPlan {
  std::optional<DistributedTransposition<T>> transposition;  // when R is P^H
  std::optional<GalerkinProduct<T>> one;                     // on one rank, instead of the rest
  Layout rows;
  Layout columns;
  DistributedPattern<T> r;
  DistributedPattern<T> a;
  DistributedPattern<T> p;
  ExtendedRows<T> fetched_a;
  ExtendedRows<T> fetched_p;
  DeviceView<const Offset> ghost_offsets;  // of the rows of R
  CsrView<T> left;  // the joined rows of R and of A; their values are not used
  CsrView<T> middle;
  DeviceView<const LocalIndex> boundary;
  kernels::GalerkinPlan<T> own;
  kernels::GalerkinPlan<T> ghost;
  ResultParts<T> result;

  DistributedGalerkinPlan(const DistributedMatrix<T>& matrix_r,
                          const DistributedMatrix<T>& matrix_a,
                          const DistributedMatrix<T>& matrix_p)
      : rows(matrix_r.row_layout()), columns(matrix_p.column_layout()) {
    if (rows.comm().size() == 1) {
      one.emplace(matrix_r.local(), matrix_a.local(), matrix_p.local());
      return;
    }
    r = distributed_pattern_of(matrix_r);
    a = distributed_pattern_of(matrix_a);
    p = distributed_pattern_of(matrix_p);
    fetched_a = ExtendedRows<T>(matrix_r.exchange(), matrix_a);
    const auto rows_of_a = fetched_a.of(matrix_a);
    fetched_p = rows_named(rows_of_a, matrix_p);
    const auto right = fetched_p.of(matrix_p);
    CsrView<T> first;
    together(rows.comm(), [&] {
      const ExecutionSpace space;
      const auto rows_of_r = local_rows(matrix_r);
      ghost_offsets = rows_of_r.ghost.offsets;
      left = joined(rows_of_r);
      middle = joined(rows_of_a);
      own = kernels::GalerkinPlan<T>(space, left, middle, right.own);
      boundary = boundary_of(left, middle, right);
      const auto left_boundary = take_rows(left, boundary);
      ghost = kernels::GalerkinPlan<T>(space, left_boundary, middle, right.ghost);
      first = ghost.multiply(space, left_boundary, middle, right.ghost);
      left.values = {};
      middle.values = {};
    });
    result = ResultParts<T>(rows, columns, first, boundary, right.ghosts);
  }

  DistributedMatrix<T> multiply(const DistributedMatrix<T>& matrix_r,
                                const DistributedMatrix<T>& matrix_a,
                                const DistributedMatrix<T>& matrix_p,
                                DistributedMatrix<T>&& last) const {
    require_pattern("DistributedGalerkinProduct", "R", r, matrix_r);
    require_pattern("DistributedGalerkinProduct", "A", a, matrix_a);
    require_pattern("DistributedGalerkinProduct", "P", p, matrix_p);
    const auto rows_of_a = fetched_a.of(matrix_a);
    const auto right = fetched_p.of(matrix_p);
    CsrView<T> new_own;
    CsrView<T> new_ghost;
    together(rows.comm(), [&] {
      const ExecutionSpace space;
      const auto new_left = joined(local_rows(matrix_r, ghost_offsets), left);
      const auto new_middle = joined(rows_of_a, middle);
      new_own = last.local().view();
      new_ghost = last.remote().matrix.view();
      last = DistributedMatrix<T>();
      new_own = own.multiply(space, new_left, new_middle, right.own, std::move(new_own));
      new_ghost = ghost.multiply(space, take_rows(new_left, boundary), new_middle, right.ghost,
                                 std::move(new_ghost));
    });
    return result.with(new_own, new_ghost.values);
  }
};

template <Scalar T>
DistributedGalerkinProduct<T>::DistributedGalerkinProduct(const DistributedMatrix<T>& r,
                                                          const DistributedMatrix<T>& a,
                                                          const DistributedMatrix<T>& p) try {
  require_fitting(r, a, p);
  plan_ = std::make_shared<const detail::DistributedGalerkinPlan<T>>(r, a, p);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedGalerkinProduct<T>::DistributedGalerkinProduct(const DistributedMatrix<T>& a,
                                                          const DistributedMatrix<T>& p) try {
  require_fitting(a, p);
  const DistributedTransposition<T> transposition(p);
  const auto r = transposition.conjugate_transpose(p);
  require_fitting(r, a, p);
  const auto plan = std::make_shared<detail::DistributedGalerkinPlan<T>>(r, a, p);
  plan->transposition = transposition;
  plan_ = plan;
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> DistributedGalerkinProduct<T>::multiply(const DistributedMatrix<T>& r,
                                                             const DistributedMatrix<T>& a,
                                                             const DistributedMatrix<T>& p) const {
  return multiply(r, a, p, DistributedMatrix<T>());
}

template <Scalar T>
DistributedMatrix<T> DistributedGalerkinProduct<T>::multiply(const DistributedMatrix<T>& r,
                                                             const DistributedMatrix<T>& a,
                                                             const DistributedMatrix<T>& p,
                                                             DistributedMatrix<T>&& last) const
    try {
  if (!plan_->one) return plan_->multiply(r, a, p, std::move(last));
  // Copies: `last` may be one of the operands, and is then kept.
  const Csr<T> left = r.local();
  const Csr<T> middle = a.local();
  const Csr<T> right = p.local();
  Csr<T> before = last.local();
  last = DistributedMatrix<T>();
  return DistributedMatrix<T>(plan_->rows, plan_->columns,
                              plan_->one->multiply(left, middle, right, std::move(before)), {});
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> DistributedGalerkinProduct<T>::multiply(const DistributedMatrix<T>& a,
                                                             const DistributedMatrix<T>& p) const {
  return multiply(a, p, DistributedMatrix<T>());
}

template <Scalar T>
DistributedMatrix<T> DistributedGalerkinProduct<T>::multiply(const DistributedMatrix<T>& a,
                                                             const DistributedMatrix<T>& p,
                                                             DistributedMatrix<T>&& last) const {
  if (!plan_->transposition) {
    throw InvalidArgument(
        "DistributedGalerkinProduct: this was made from R, A and P, so give it all three");
  }
  return multiply(plan_->transposition->conjugate_transpose(p), a, p, std::move(last));
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template DistributedMatrix<T> galerkin_product(                                             \
      const DistributedMatrix<T>&, const DistributedMatrix<T>&, const DistributedMatrix<T>&); \
  template DistributedMatrix<T> galerkin_product(const DistributedMatrix<T>&,                 \
                                                 const DistributedMatrix<T>&);                \
  template class DistributedGalerkinProduct<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
