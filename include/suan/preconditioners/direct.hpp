// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sparse direct solution, by the multifrontal method of MUMPS. P. R. Amestoy, I. S. Duff, J.
// Koster, J.-Y. L'Excellent, "A fully asynchronous multifrontal solver using distributed dynamic
// scheduling", SIAM J. Matrix Anal. Appl. 23 (2001), 15-41.
#pragma once

#include <complex>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "suan/core/options.hpp"
#include "suan/matrix/distributed_matrix.hpp"
#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

namespace detail {
template <Scalar T>
class DirectFactors;
}  // namespace detail

/// Whether this build has a sparse direct solver.
bool have_direct() noexcept;

struct DirectOptions {
  /// The order of elimination. "metis" is computed by Suan, on one rank, from the graph of the
  /// whole matrix; "amd", "amf", "qamd", "pord" and "scotch" by MUMPS, if it was built with them;
  /// "auto" is "amd" on one rank where rows have fewer than six entries on average, else MUMPS's
  /// own choice.
  std::string ordering = "auto";
  /// "symmetric": L D L^T, for half of the memory; "general": L U; "auto": symmetric where A is.
  /// Hermitian complex matrices are general ones, complex symmetric ones are symmetric.
  std::string symmetry = "auto";
  /// What becomes of a singular matrix: "refuse", or "one_solution" of those that there are, where
  /// there is any.
  std::string singular = "refuse";
  bool scaling = true;  ///< of rows and columns, before the elimination
  /// Pivots that are smaller than this share of the largest entry of their column are put off.
  double pivot_threshold = 0.01;
  /// Bytes that the ranks of a node may use for the factors, and to find them; 0: what is free
  /// there. A factorisation that needs more by forecast is refused before it begins.
  std::int64_t memory = 0;
  static const OptionTable<DirectOptions>& table();
};

/// What the factorisation found and took. Prints as a short table.
struct DirectReport {
  std::string library;  ///< with its version
  std::string factors;  ///< "L U" or "L D L^T"
  std::string ordering;
  GlobalIndex rows = 0;
  std::int64_t entries = 0;         ///< of A; of one triangle if factors are symmetric
  std::int64_t factor_entries = 0;  ///< of the factors, the diagonal once
  std::int64_t delayed_pivots = 0;  ///< that were put off, because they were too small
  std::int64_t null_pivots = 0;
  double flops = 0;                 ///< of the elimination
  std::int64_t forecast_bytes = 0;  ///< of all ranks
  std::int64_t bytes = 0;           ///< that the factorisation took on all ranks
  int ranks = 1;
  double analysis_seconds = 0;
  double factorisation_seconds = 0;  ///< of the last one
  double solve_seconds = 0;          ///< of the last solve
  std::vector<std::string> notes;
  /// Compact when `indent` is negative.
  std::string to_json(int indent = 2) const;
};
std::ostream& operator<<(std::ostream& out, const DirectReport& report);

/// The numbers of positive, negative and zero eigenvalues of a real symmetric matrix.
struct Inertia {
  GlobalIndex positive = 0;
  GlobalIndex negative = 0;
  GlobalIndex zero = 0;
};

/// mantissa * 2^exponent, of which the mantissa is of size [0.5, 1), or 0.
struct Determinant {
  std::complex<double> mantissa = 1;
  std::int64_t exponent = 0;
};

/// How exact a solution is. M. Arioli, J. W. Demmel, I. S. Duff, "Solving sparse linear systems
/// with sparse backward error", SIAM J. Matrix Anal. Appl. 10 (1989), 165-190.
struct DirectErrors {
  double residual = 0;  ///< |b - A x| / (|A| |x|), in maximum norms
  double backward_error =
      0;                     ///< the least relative change of entries of A and b that makes x exact
  double condition = 0;      ///< the larger of the two condition numbers that belong to it
  double forward_error = 0;  ///< a bound, by these, of the relative error of x
};

/// y = A^-1 x, by a complete factorisation: of A^T = A as P L D L^T P^T, with pivots of one and two
/// rows, else as P L U Q.
///
/// A is divided by a power of two, and MUMPS scales rows and columns, so units do not matter. A
/// pivot is taken for zero if no entry of its row is more than rounding. If A is nearly singular, a
/// solve loses digits: errors() estimates how many, and GMRES with this preconditioner refines and
/// verifies.
///
/// With several ranks MUMPS distributes the factors, and takes messages as they arrive: bits may
/// differ from run to run. The analysis, and "metis", need the graph of A on one rank. MPI must
/// run, or is started if there is but one process.
///
/// Memory: the factors, which report() counts; in each rank's own memory, not on GPUs. Beside them
/// a copy of A's entries with two numbers of four bytes for each, on the host. During an update for
/// another structure there are the old factors, too.
template <Scalar T>
class Direct final : public Preconditioner<T> {
 public:
  /// Collective. @throws NotSupported when the build has no MUMPS, A has no accessible entries or
  /// 2^31 rows and more, or an ordering is missing; DimensionMismatch unless rows and columns are
  /// distributed alike; InvalidArgument, on all ranks, for an entry that is not finite, and for a
  /// singular matrix, with a row where that is known; also when options are out of range or differ
  /// between ranks, and when a symmetric factorisation was asked for and A is not; OutOfMemory,
  /// with the numbers, when the factors need more memory than there is.
  explicit Direct(const Operator<T>& a, const DirectOptions& options = {});
  Direct(Direct&&) noexcept;
  Direct& operator=(Direct&&) noexcept;
  /// Collective where A has several ranks, unless MPI has ended.
  ~Direct() override;

  std::string name() const override { return "direct"; }
  std::string path() const override { return "mumps"; }
  std::int64_t bytes_per_apply() const override;

  const DirectReport& report() const noexcept { return report_; }
  const DirectOptions& options() const noexcept { return options_; }
  bool is_symmetric() const noexcept { return is_symmetric_; }
  /// @throws InvalidArgument unless A is real and its factors symmetric.
  Inertia inertia() const;
  /// Of A; zero if there are null pivots.
  Determinant determinant() const;
  /// Solves A x = b once more on the way, and estimates the errors of x. Takes some solves more,
  /// and b and x on one rank. Collective. @throws DimensionMismatch when layouts differ,
  /// OutOfMemory.
  DirectErrors errors(const Vector<T>& b, Vector<T>& x) const;

 private:
  /// Keeps the analysis while entries are in the same places.
  std::string do_update(const Operator<T>& a) override;
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  template <class V>
  void apply_any(T alpha, const V& x, T beta, V& y) const;
  void take_report();

  DirectOptions options_;
  bool is_symmetric_ = false;
  std::unique_ptr<detail::DirectFactors<T>> factors_;  // null for 0 x 0
  mutable DirectReport report_;
};

}  // namespace suan
