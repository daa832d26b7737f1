// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transpose of a sparse matrix of one rank, as an operator.
#pragma once

#include "suan/kernels/spmv_transposed.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// A^T or A^H for a matrix A in compressed sparse rows, which it shares and does not copy. Columns
/// may stand in any order, and repeated entries are summed. No atomic additions: for a fixed number
/// of threads the bits are the same each time. Copies share a workspace; not for two host threads
/// at once.
template <Scalar T>
class TransposedOperator final : public Operator<T> {
 public:
  /// @throws NotSupported for the path.
  explicit TransposedOperator(const Csr<T>& a, Adjoint op = Adjoint::plain,
                              TransposedPath path = TransposedPath::automatic);

  std::string name() const override {
    return op_ == Adjoint::plain ? "transposed" : "conjugate_transposed";
  }
  std::string path() const override { return std::string(to_string(plan_.path())); }
  std::int64_t bytes_per_apply() const override { return bytes_; }
  /// The workspace, or the transposed structure.
  std::int64_t memory_bytes() const { return plan_.memory_bytes(); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  T do_apply_dot(const Vector<T>& x, Vector<T>& y) const override;
  Real<T> do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const override;

  Adjoint op_;
  kernels::SpmvTransposedPlan<T> plan_;
  std::int64_t bytes_ = 0;
};

}  // namespace suan
