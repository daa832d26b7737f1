// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The inverse of a sparse triangular matrix of one rank, as an operator.
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
/// Set up once for the structure: a look at every entry, and memory below that of the entries. The
/// bits of a solution depend neither on the schedule nor on the number of threads (of the schedules
/// that are CUDA's alone: on the schedule). Copies share the schedule; not for two host threads at
/// once.
template <Scalar T>
class TriangularSolver final : public Operator<T> {
 public:
  /// 0 x 0
  TriangularSolver() = default;
  /// @throws InvalidArgument, naming the row, when A is not square, columns of a row do not
  /// increase strictly, an entry is of the other triangle, a diagonal entry is missing, zero or
  /// without a finite inverse, or stored although the diagonal is unit; NotSupported for the
  /// schedule.
  explicit TriangularSolver(const Csr<T>& a, const TriangularOptions& options = {});

  /// Other values, with the structure that A had. @throws InvalidArgument when the structure is
  /// another one, and for the diagonal as above; the former values are kept then.
  void update(const Csr<T>& a);

  /// x = A^-1 b; b and x may be the same vector. @throws DimensionMismatch.
  void solve(const Vector<T>& b, Vector<T>& x) const;

  /// X = A^-1 B for several vectors side by side: the matrix is read once for all of them. B and X
  /// may be the same array. The bits of a column depend on how many there are, and on nothing else.
  /// @throws DimensionMismatch naming the operands; InvalidArgument when B and X overlap in memory
  /// without being the same array.
  void solve(const MultiVector<T>& b, MultiVector<T>& x) const;

  /// What was chosen.
  TrsvSchedule schedule() const noexcept { return plan_.schedule(); }

  std::string name() const override { return "triangular_solver"; }
  /// The schedule in words.
  std::string path() const override { return plan_.description(); }
  std::int64_t bytes_per_apply() const override;

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_block(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;

  TriangularOptions options_;
  kernels::CsrView<T> a_;
  kernels::TrsvPlan<T> plan_;
};

}  // namespace suan
