// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A preconditioner of one precision for solvers of another, with update().
#pragma once

#include "suan/matrix/cast_operator.hpp"
#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

/// A CastOperator on a preconditioner, which update() reaches: the new matrix is rounded to Inner
/// first. A narrower Inner cannot hold values beyond its range: scale the matrix in that case.
template <Scalar Outer, Scalar Inner>
class CastPreconditioner final : public Preconditioner<Outer> {
 public:
  /// Collective. @throws as the constructor of CastOperator.
  explicit CastPreconditioner(std::shared_ptr<Preconditioner<Inner>> inner);

  const Preconditioner<Inner>& inner() const noexcept { return *inner_; }

  std::string name() const override { return cast_.name(); }
  std::string path() const override { return cast_.path(); }
  std::int64_t bytes_per_apply() const override { return cast_.bytes_per_apply(); }
  Access<Outer> access() const override { return cast_.access(); }
  bool varies() const noexcept override { return cast_.varies(); }
  bool rounds() const noexcept override { return cast_.rounds(); }
  void require_current() const override { cast_.require_current(); }

 private:
  /// @throws NotSupported, on all ranks, unless `a` is a Csr or a DistributedMatrix;
  /// InvalidArgument when a value is beyond the range of Inner.
  std::string do_update(const Operator<Outer>& a) override;
  void do_apply(Outer alpha, const Vector<Outer>& x, Outer beta, Vector<Outer>& y) const override {
    cast_.apply(alpha, x, beta, y);
  }
  void do_apply_multi(Outer alpha, const MultiVector<Outer>& x, Outer beta,
                      MultiVector<Outer>& y) const override {
    cast_.apply(alpha, x, beta, y);
  }

  std::shared_ptr<Preconditioner<Inner>> inner_;
  CastOperator<Outer, Inner> cast_;
};

/// A preconditioner of any precision, as one for solvers of Outer:
/// `in_precision<double>(BlockJacobi<float>(cast<float>(a)))`. It is moved or copied into the
/// result. Collective. @throws as the constructor above.
template <Scalar Outer, class Op>
requires std::derived_from<Op, Operator<typename Op::value_type>> &&
    std::derived_from<Op, Preconditioner<typename Op::value_type>>
        CastPreconditioner<Outer, typename Op::value_type> in_precision(Op op) {
  return CastPreconditioner<Outer, typename Op::value_type>(std::make_shared<Op>(std::move(op)));
}

}  // namespace suan
