// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a solve did, and why it ended.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace suan {

/// Why a solve ended. The first four mean that x solves the system to the tolerance.
enum class Reason {
  converged,                  ///< the recomputed residual is below the tolerance
  zero_right_hand_side,       ///< b is zero, and so is x
  exact_initial_guess,        ///< x solved the system before the first iteration
  happy_breakdown,            ///< the Krylov space became invariant: x is exact
  max_iterations,             ///< the limit on iterations was reached
  time_limit,                 ///< the limit on seconds was reached
  interrupted,                ///< an EventLogger requested a stop
  stagnated,                  ///< the residual no longer falls; the tolerance is out of reach
  diverged,                   ///< the residual grew beyond dtol times its start
  breakdown,                  ///< a division by zero inside the method
  indefinite_matrix,          ///< p^H A p <= 0, or A is not Hermitian: not for this method
  indefinite_preconditioner,  ///< r^H M r <= 0, or M is not Hermitian: not for this method
  not_finite                  ///< NaN or infinity in the matrix, the vectors or the iteration
};

std::string_view to_string(Reason reason);
/// One sentence: what the reason means and what to try.
std::string_view advice(Reason reason);

/// The result of a solve. Prints as a short table and as JSON.
struct SolveReport {
  Reason reason = Reason::max_iterations;
  std::string detail;  ///< a sentence about this case, such as the row of a NaN; may be empty
  std::string solver;
  std::string preconditioner;
  std::string choice;  ///< what the library chose and why; empty if nothing was left to choose
  std::string format;  ///< of the matrix: "csr", "sell"
  std::string path;    ///< of the kernels: "native", "cuda", "cusparse"
  std::string scalar;  ///< "float64", ...
  std::int64_t unknowns = 0;
  std::int64_t iterations = 0;
  double right_hand_side_norm = 0;
  double initial_residual_norm = 0;
  double residual_norm = 0;             ///< from the method's recurrence
  double true_residual_norm = 0;        ///< recomputed: ||b - A x||
  double attainable_residual_norm = 0;  ///< the level of rounding errors, if it was reached; else 0
  std::vector<double> history;          ///< residual norm before the first and after each iteration
  double setup_seconds = 0;
  double solve_seconds = 0;
  std::int64_t bytes_moved = 0;  ///< by all ranks in the iterations, counted by formula
  double joules = -1;            ///< energy of the solve; negative if the machine cannot tell
  int ranks = 1;
  int threads = 1;
  std::string space;  ///< "OpenMP", "Cuda", ...

  bool converged() const noexcept { return reason <= Reason::happy_breakdown; }
  /// ||b - A x|| / ||b||, recomputed; 0 when b and the residual are both zero.
  double true_relative_residual() const noexcept;
  /// Compact when `indent` is negative. NaN and infinity are written as null.
  std::string to_json(int indent = 2) const;
};

/// A short table.
std::ostream& operator<<(std::ostream& out, const SolveReport& report);

}  // namespace suan
