// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/distributed_products.hpp"

#include <iomanip>
#include <optional>

#include "kernels/algebra/add.hpp"
#include "matrix/distributed_pattern.hpp"
#include "matrix/extended_rows.hpp"
#include "matrix/product_options.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

using detail::local_rows;
using detail::take_rows;

namespace {

using kernels::CsrView;

std::string told(const SpgemmOptions& options) {
  return message(std::setprecision(17), "path = ", to_string(options.path),
                 "\ncusparse = ", static_cast<int>(options.cusparse),
                 "\nchunk_fraction = ", options.chunk_fraction, "\n");
}

template <Scalar T>
void require_product(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b,
                     const SpgemmOptions& options) {
  if (a.comm().size() > 1) require_agreement(a.comm(), "multiply", told(options));
  together(a.comm(), [&] {
    detail::require_fitting("multiply", "A", a, "B", b);
    detail::require_options(options);
  });
}

/// The rows of A in which products have entries in columns of other ranks.
template <Scalar T>
DeviceView<const LocalIndex> boundary_of(const CsrView<T>& a, const detail::LocalRows<T>& b) {
  return detail::numbers_of(detail::rows_that_reach(a, detail::rows_with_entries(b.ghost)));
}

template <Scalar T>
DistributedMatrix<T> on_one_rank(const Layout& rows, const Layout& columns, Csr<T> c) {
  return DistributedMatrix<T>(rows, columns, std::move(c), {});
}

}  // namespace

// The two parts of C are two products, of the rows of A with the two parts of the rows of B: no
// entry needs to be moved afterwards. Only the boundary rows take part in the second.
template <Scalar T>
DistributedMatrix<T> multiply(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b,
                              const SpgemmOptions& options) try {
  require_product(a, b, options);
  const Layout& rows = a.row_layout();
  const Layout& columns = b.column_layout();
  if (a.comm().size() == 1) {
    return on_one_rank(rows, columns, multiply(a.local(), b.local(), options));
  }
  const auto right = detail::ExtendedRows<T>(a.exchange(), b).of(b);
  CsrView<T> own;
  CsrView<T> ghost;
  DeviceView<const LocalIndex> boundary;
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const auto left = joined(local_rows(a));
    own = kernels::spgemm(space, left, right.own, options);
    boundary = boundary_of(left, right);
    ghost = kernels::spgemm(space, take_rows(left, boundary), right.ghost, options);
  });
  return detail::ResultParts<T>(rows, columns, ghost, boundary, right.ghosts)
      .with(own, ghost.values);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
struct detail::DistributedProductPlan {
  std::optional<Product<T>> one;  // on one rank, instead of the rest
  Layout rows;
  Layout columns;
  DistributedPattern<T> a;
  DistributedPattern<T> b;
  ExtendedRows<T> fetched;
  DeviceView<const Offset> ghost_offsets;  // of the rows of A
  CsrView<T> left;                         // the joined rows of A; its values are not used
  DeviceView<const LocalIndex> boundary;
  kernels::SpgemmPlan<T> own;
  kernels::SpgemmPlan<T> ghost;
  ResultParts<T> result;
  std::int64_t multiply_adds = 0;

  DistributedProductPlan(const DistributedMatrix<T>& left_matrix,
                         const DistributedMatrix<T>& right_matrix, const SpgemmOptions& options)
      : rows(left_matrix.row_layout()), columns(right_matrix.column_layout()) {
    if (rows.comm().size() == 1) {
      one.emplace(left_matrix.local(), right_matrix.local(), options);
      multiply_adds = one->multiply_adds();
      return;
    }
    a = distributed_pattern_of(left_matrix);
    b = distributed_pattern_of(right_matrix);
    fetched = ExtendedRows<T>(left_matrix.exchange(), right_matrix);
    const auto right = fetched.of(right_matrix);
    CsrView<T> first;
    together(rows.comm(), [&] {
      const ExecutionSpace space;
      const auto left_rows = local_rows(left_matrix);
      ghost_offsets = left_rows.ghost.offsets;
      left = joined(left_rows);
      own = kernels::SpgemmPlan<T>(space, left, right.own, options);
      boundary = boundary_of(left, right);
      const auto left_boundary = take_rows(left, boundary);
      ghost = kernels::SpgemmPlan<T>(space, left_boundary, right.ghost, options);
      first = ghost.multiply(space, left_boundary, right.ghost);
      left.values = {};
    });
    result = ResultParts<T>(rows, columns, first, boundary, right.ghosts);
    multiply_adds =
        rows.comm().template sum<std::int64_t>(own.multiply_adds() + ghost.multiply_adds());
  }
};

template <Scalar T>
DistributedProduct<T>::DistributedProduct(const DistributedMatrix<T>& a,
                                          const DistributedMatrix<T>& b,
                                          const SpgemmOptions& options) try {
  require_product(a, b, options);
  plan_ = std::make_shared<const detail::DistributedProductPlan<T>>(a, b, options);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> DistributedProduct<T>::multiply(const DistributedMatrix<T>& a,
                                                     const DistributedMatrix<T>& b) const {
  return multiply(a, b, DistributedMatrix<T>());
}

template <Scalar T>
DistributedMatrix<T> DistributedProduct<T>::multiply(const DistributedMatrix<T>& a,
                                                     const DistributedMatrix<T>& b,
                                                     DistributedMatrix<T>&& last) const try {
  const auto& plan = *plan_;
  if (plan.one) {
    // Copies: `last` may be one of the operands, and is then kept.
    const Csr<T> left = a.local();
    const Csr<T> right = b.local();
    Csr<T> before = last.local();
    last = DistributedMatrix<T>();
    return on_one_rank(plan.rows, plan.columns, plan.one->multiply(left, right, std::move(before)));
  }
  detail::require_pattern("DistributedProduct", "A", plan.a, a);
  detail::require_pattern("DistributedProduct", "B", plan.b, b);
  const auto right = plan.fetched.of(b);
  CsrView<T> own;
  CsrView<T> ghost;
  together(plan.rows.comm(), [&] {
    const ExecutionSpace space;
    const auto left = joined(local_rows(a, plan.ghost_offsets), plan.left);
    own = last.local().view();
    ghost = last.remote().matrix.view();
    last = DistributedMatrix<T>();
    own = plan.own.multiply(space, left, right.own, std::move(own));
    ghost =
        plan.ghost.multiply(space, take_rows(left, plan.boundary), right.ghost, std::move(ghost));
  });
  return plan.result.with(own, ghost.values);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
std::int64_t DistributedProduct<T>::multiply_adds() const noexcept {
  return plan_->multiply_adds;
}

template <Scalar T>
std::string DistributedProduct<T>::path() const {
  return plan_->one ? plan_->one->path() : std::string(to_string(plan_->own.path()));
}

namespace {

/// The same entries with ghosts numbered as in `ghosts`, which has those of `rows` and others.
template <Scalar T>
CsrView<T> with_ghosts(const detail::LocalRows<T>& rows, const std::vector<GlobalIndex>& ghosts) {
  auto result = rows.ghost;
  result.indices = detail::renumbered(
      result.indices, detail::on_device<LocalIndex>("suan::ghost_numbers",
                                                    detail::places_among(rows.ghosts, ghosts)));
  result.columns = static_cast<LocalIndex>(ghosts.size());
  return result;
}

template <Scalar T>
void require_sum(T alpha, const DistributedMatrix<T>& a, T beta, const DistributedMatrix<T>& b) {
  require_agreement(a.comm(), "add",
                    message(std::setprecision(17), "alpha = ", alpha, "\nbeta = ", beta, "\n"));
  together(a.comm(), [&] {
    detail::require_same_ranks("add", "A", a, "B", b);
    const std::string of_a = detail::described("A", a);
    const std::string of_b = detail::described("B", b);
    detail::require_same_layout("add", message("the rows of ", of_a), a.row_layout(),
                                message("those of ", of_b), b.row_layout());
    detail::require_same_layout("add", message("the columns of ", of_a), a.column_layout(),
                                message("those of ", of_b), b.column_layout());
  });
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> add(T alpha, const DistributedMatrix<T>& a, T beta,
                         const DistributedMatrix<T>& b) try {
  require_sum(alpha, a, beta, b);
  if (a.comm().size() == 1) {
    return on_one_rank(a.row_layout(), a.column_layout(), add(alpha, a.local(), beta, b.local()));
  }
  detail::LocalRows<T> sum;
  together(a.comm(), [&] {
    const ExecutionSpace space;
    const auto left = local_rows(a);
    const auto right = local_rows(b);
    sum.ghosts = detail::united(left.ghosts, right.ghosts);
    sum.own = kernels::add(space, alpha, left.own, beta, right.own);
    sum.ghost = kernels::add(space, alpha, with_ghosts(left, sum.ghosts), beta,
                             with_ghosts(right, sum.ghosts));
  });
  return from_local_rows(a.row_layout(), a.column_layout(), sum);
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template DistributedMatrix<T> multiply(const DistributedMatrix<T>&, const DistributedMatrix<T>&, \
                                         const SpgemmOptions&);                                    \
  template DistributedMatrix<T> add(T, const DistributedMatrix<T>&, T,                             \
                                    const DistributedMatrix<T>&);                                  \
  template class DistributedProduct<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
