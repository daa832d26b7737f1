// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The inverse of a sparse triangular matrix on one rank, as an operator.
#pragma once

#include "suan/kernels/trsv.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

struct TriangularOptions {
  Triangle triangle = Triangle::lower;
  Diagonal diagonal = Diagonal::stored;
  TrsvSchedule schedule = TrsvSchedule::automatic;
};

/// y = alpha A^-1 x + beta y for a triangular matrix A.
///
/// Set up once per structure: one pass over the entries, and less memory than they take. The bits
/// of a solution depend neither on the schedule nor on the number of threads (the CUDA-only
/// schedules have bits of their own). Copies share the schedule and must not be used by two host
/// threads at once.
template <Scalar T>
class TriangularSolver final : public Operator<T> {
 public:
  /// 0 x 0
  TriangularSolver() = default;
  /// @throws InvalidArgument, naming the row, when A is not square, the columns of a row do not
  /// increase strictly, an entry belongs to the other triangle, or a diagonal entry is missing,
  /// zero, without a finite inverse, or stored although the diagonal is unit; NotSupported for the
  /// schedule.
  explicit TriangularSolver(const Csr<T>& a, const TriangularOptions& options = {});

  /// New values for the structure of A. @throws InvalidArgument when the structure differs, and for
  /// the diagonal as above; the old values are then kept.
  void update(const Csr<T>& a);

  /// x = A^-1 b; b and x may be the same vector. @throws DimensionMismatch.
  void solve(const Vector<T>& b, Vector<T>& x) const;

  /// X = A^-1 B for several vectors; the matrix is read once for all of them. B and X may be the
  /// same array. The bits of a column depend only on the number of columns.
  /// @throws DimensionMismatch naming the operands; InvalidArgument when B and X overlap in memory
  /// without being the same array.
  void solve(const MultiVector<T>& b, MultiVector<T>& x) const;

  /// The schedule in use.
  TrsvSchedule schedule() const noexcept { return plan_.schedule(); }

  std::string name() const override { return "triangular_solver"; }
  /// The schedule in words.
  std::string path() const override { return plan_.description(); }
  std::int64_t bytes_per_apply() const override;

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;

  TriangularOptions options_;
  kernels::CsrView<T> a_;
  kernels::TrsvPlan<T> plan_;
};

}  // namespace suan
