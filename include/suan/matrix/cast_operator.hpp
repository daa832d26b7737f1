// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// An operator of one precision for vectors of another: a preconditioner or a solver in float inside
// a solver in double, at half the bytes.
#pragma once

#include "suan/matrix/operator.hpp"

namespace suan {

/// y = alpha A x + beta y with x, y of type Outer and A an Operator<Inner>, both real or both
/// complex: x is rounded to Inner, multiplied, and the result added in Outer.
///
/// An Inner narrower than Outer gets 2^k x, and the result is multiplied by 2^-k, where 2^k times
/// the largest element of x is about 1 (for several vectors: times the norm, for each its own k).
/// So residuals of size 1e-60 or 1e60 lose nothing to the range of float, a linear A gives the same
/// digits whatever the size of x, and a solver's atol is relative to x. That k takes a pass over x
/// and a reduction. An x with elements that are not finite is passed on as it is.
///
/// Only one host thread at a time may use it and its copies.
template <Scalar Outer, Scalar Inner>
class CastOperator final : public Operator<Outer> {
 public:
  static_assert(is_complex<Outer> == is_complex<Inner>,
                "CastOperator: both types must be real, or both complex");

  /// Allocates two vectors of Inner; the first product with several vectors allocates as many of
  /// them. Collective. @throws InvalidArgument for a null pointer; OutOfMemory on all ranks.
  explicit CastOperator(std::shared_ptr<const Operator<Inner>> inner);

  const Operator<Inner>& inner() const noexcept { return *inner_; }

  /// "jacobi in float32"
  std::string name() const override;
  std::string path() const override { return inner_->path(); }
  std::string multi_path() const override { return inner_->multi_path(); }
  /// Those of the inner one, and both conversions.
  std::int64_t bytes_per_apply() const override;
  Access<Outer> access() const override {
    return inner_->access().is_identity() ? Access<Outer>::to_identity() : Access<Outer>();
  }
  bool varies() const noexcept override { return inner_->varies(); }
  bool rounds() const noexcept override {
    return sizeof(Inner) < sizeof(Outer) || inner_->rounds();
  }
  void require_current() const override { inner_->require_current(); }

 private:
  void do_apply(Outer alpha, const Vector<Outer>& x, Outer beta, Vector<Outer>& y) const override;
  void do_apply_multi(Outer alpha, const MultiVector<Outer>& x, Outer beta,
                      MultiVector<Outer>& y) const override;

  std::shared_ptr<const Operator<Inner>> inner_;
  mutable Vector<Inner> x_;
  mutable Vector<Inner> y_;
  mutable MultiVector<Inner> many_x_;
  mutable MultiVector<Inner> many_y_;
};

/// An operator of any precision, as one on vectors of Outer:
/// `in_precision<double>(Jacobi<float>(cast<float>(a)))`. It is moved or copied into the result.
/// Collective. @throws as the constructor above.
template <Scalar Outer, class Op>
requires std::derived_from<Op, Operator<typename Op::value_type>>
    CastOperator<Outer, typename Op::value_type> in_precision(Op op) {
  return CastOperator<Outer, typename Op::value_type>(std::make_shared<const Op>(std::move(op)));
}

}  // namespace suan
