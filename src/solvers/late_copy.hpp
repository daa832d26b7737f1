// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A copy of the matrix in a smaller format, made when it pays off.
#pragma once

#include <memory>
#include <string>

#include "solvers/choice.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::detail {

/// Which values this rank's part of A has; see Csr::version().
template <Scalar T>
std::int64_t version_of(const Operator<T>& a) {
  const Csr<T>* local = a.access().local;
  return local != nullptr ? local->version() : 0;
}

/// A, read as it is in the first products and then from a copy in a smaller format, if there is
/// one. The copy costs about as much as `patience` products; waiting for that many before making it
/// never costs more than twice the better choice, however long the solve is.
///
/// Ranks count the same products, so they make the copy together.
template <Scalar T>
class LateCopy final : public Operator<T> {
 public:
  static constexpr std::int64_t patience = 30;

  /// Keeps a reference.
  explicit LateCopy(const Operator<T>& a) : Operator<T>(a.row_layout(), a.column_layout()), a_(a) {}

  /// For a matrix `a` after this one: with a copy at once where there is one and only values
  /// differ. Collective.
  std::shared_ptr<LateCopy> next_of(const Operator<T>& a) const {
    auto next = std::make_shared<LateCopy>(a);
    if (copy_) {
      try {
        next->copy_ = with_values_of(a, a_, *copy_);
      } catch (const Error& error) {
        // The copy is optional.
        if (error.kind() != ErrorKind::out_of_memory && error.kind() != ErrorKind::not_supported) {
          throw;
        }
      }
    }
    // The new values may need more bits.
    if (next->copy_ && next->copy_->bytes_per_apply() < a.bytes_per_apply()) {
      next->version_ = version_of(a);
      next->products_ = patience;
      next->why_ = why_;
    } else {
      next->copy_.reset();
    }
    return next;
  }
  bool has_copy() const noexcept { return copy_ != nullptr; }

  std::string name() const override { return seen().name(); }
  std::string path() const override { return seen().path(); }
  std::string multi_path() const override { return seen().multi_path(); }
  std::int64_t bytes_per_apply() const override { return seen().bytes_per_apply(); }
  Access<T> access() const override { return a_.access(); }
  /// A copy of values that update_values() has replaced since is given up. Collective.
  void require_current() const override {
    if (copy_ && this->comm().max(std::int64_t{version_of(a_) != version_}) != 0) {
      copy_.reset();
      products_ = 0;
      why_.clear();
    }
    seen().require_current();
  }
  /// Why there is a copy; empty without one.
  const std::string& why() const noexcept { return why_; }

 private:
  const Operator<T>& seen() const noexcept { return copy_ ? *copy_ : a_; }
  const Operator<T>& next(std::int64_t products) const {
    if (products_ < patience && products_ + products >= patience) {
      copy_ = in_format(a_, "auto", why_);
      version_ = version_of(a_);
    }
    products_ += products;
    return seen();
  }
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override {
    next(1).apply(alpha, x, beta, y);
  }
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override {
    next(x.columns()).apply(alpha, x, beta, y);
  }
  T do_apply_dot(const Vector<T>& x, Vector<T>& y) const override {
    return next(1).apply_dot(x, y);
  }
  Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const override {
    return next(1).residual(b, x, r);
  }

  const Operator<T>& a_;
  mutable std::int64_t products_ = 0;
  mutable std::int64_t version_ = 0;
  mutable std::unique_ptr<const Operator<T>> copy_;
  mutable std::string why_;
};

}  // namespace suan::detail
