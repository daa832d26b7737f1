// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the solves of a LinearSolver share.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan::detail {

/// Iterations of CG after which it is known whether it is slow. A set-up of multigrid takes about
/// as long as 300 of them.
inline constexpr std::int64_t trial = 50;

/// Iterations of GMRES that a factorisation may save.
inline constexpr double most_left_before_factors = 300;
/// Of the first method at most, where a factorisation may follow.
inline constexpr std::int64_t most_before_factors = 400;

/// Whether CG ended so that another method may do better.
inline bool has_failed(const SolveReport& report) {
  switch (report.reason) {
    case Reason::indefinite_matrix:
    case Reason::indefinite_preconditioner:
    case Reason::diverged:
    case Reason::breakdown:
      return true;
    case Reason::stagnated:
      return report.attainable_residual_norm == 0;
    default:
      return false;
  }
}

}  // namespace suan::detail
