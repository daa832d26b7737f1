// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transpose of a sparse matrix on one rank, as an operator.
#pragma once

#include "suan/kernels/spmv_transposed.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// A^T or A^H for a matrix A in CSR, whose arrays it shares. Columns may be unsorted, and
/// duplicates are summed. No atomic additions: the same number of threads gives the same bits.
/// Copies share a workspace and must not be used by two host threads at once.
template <Scalar T>
class TransposedOperator final : public Operator<T> {
 public:
  /// @throws NotSupported when this build has no such path.
  explicit TransposedOperator(const Csr<T>& a, Adjoint op = Adjoint::plain,
                              TransposedPath path = TransposedPath::automatic);

  std::string name() const override {
    return op_ == Adjoint::plain ? "transposed" : "conjugate_transposed";
  }
  std::string path() const override { return std::string(to_string(plan_.path())); }
  std::int64_t bytes_per_apply() const override { return bytes_; }
  /// Bytes of the workspace, or of the transposed structure.
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
