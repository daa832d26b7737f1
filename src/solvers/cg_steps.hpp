// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The numbers of conjugate gradients that show whether A and M are positive definite.
#pragma once

#include <cmath>
#include <string>

#include "suan/core/error.hpp"
#include "suan/core/report.hpp"

namespace suan::detail {

/// The step length rho / p^H A p, or nothing, with the reason noted.
template <class Run>
bool step_length(Run& run, double rho, double p_a_p, double& alpha) {
  if (!std::isfinite(p_a_p)) {
    run.end(Reason::not_finite, "the product of the matrix and a search direction is not finite");
    return false;
  }
  if (p_a_p <= 0) {
    run.end(Reason::indefinite_matrix, message("p^H A p = ", p_a_p, " for a search direction p"));
    return false;
  }
  alpha = rho / p_a_p;
  if (!std::isfinite(alpha)) {
    run.end(Reason::breakdown, message("the step length ", rho, " / ", p_a_p, " overflows"));
    return false;
  }
  return true;
}

/// Whether r^H M r says that M is positive definite; else the reason is noted.
template <class Run>
bool positive(Run& run, double rho) {
  if (rho > 0 && std::isfinite(rho)) return true;
  if (std::isfinite(rho)) {
    run.end(Reason::indefinite_preconditioner, message("r^H M r = ", rho, " for a residual r"));
  } else {
    run.end(Reason::not_finite, "the preconditioned residual is not finite");
  }
  return false;
}

}  // namespace suan::detail
