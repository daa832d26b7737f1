// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coefficients of conjugate gradients, which show whether A and M are positive definite.
#pragma once

#include <cmath>
#include <string>

#include "suan/core/report.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

/// The step length rho / p^H A p, or nothing, with the reason recorded.
template <class Run, class R>
bool step_length(Run& run, R rho, R p_a_p, R& alpha) {
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

/// Whether r^H M r is consistent with a positive definite M; else the reason is recorded.
template <class Run, class R>
bool positive(Run& run, R rho) {
  if (rho > 0 && std::isfinite(rho)) return true;
  if (std::isfinite(rho)) {
    run.end(Reason::indefinite_preconditioner, message("r^H M r = ", rho, " for a residual r"));
  } else {
    run.end(Reason::not_finite, "the preconditioned residual is not finite");
  }
  return false;
}

/// An imaginary part of r^H M r, relative to ||r|| ||M r||, that exceeds rounding.
constexpr double imaginary_tolerance = 1e-6;

/// Whether rho = r^H z with z = M r shows that M is not Hermitian. The norms are computed only if
/// rho does not decide. Collective.
template <Scalar T>
bool is_not_hermitian(const T& rho, const Vector<T>& r, const Vector<T>& z) {
  if constexpr (is_complex<T>) {
    const auto imaginary = static_cast<double>(std::abs(rho.imag()));
    if (!(imaginary > imaginary_tolerance * std::abs(static_cast<double>(rho.real()))))
      return false;
    return imaginary >
           imaginary_tolerance * static_cast<double>(norm2(r)) * static_cast<double>(norm2(z));
  } else {
    return false;
  }
}

/// Whether any vector shows it.
template <Scalar T>
bool is_not_hermitian(const std::vector<T>& rho, const MultiVector<T>& r, const MultiVector<T>& z) {
  if constexpr (is_complex<T>) {
    for (std::size_t j = 0; j < rho.size(); ++j) {
      const T& one = rho[j];
      if (!(std::abs(static_cast<double>(one.imag())) >
            imaginary_tolerance * std::abs(static_cast<double>(one.real())))) {
        continue;
      }
      const auto column = static_cast<LocalIndex>(j);
      if (is_not_hermitian(rho[j], r.column(column), z.column(column))) return true;
    }
  }
  return false;
}

template <class Run, Scalar T>
void end_not_hermitian(Run& run, const T& rho) {
  if constexpr (is_complex<T>) {
    run.end(Reason::indefinite_preconditioner,
            message("r^H M r = ", rho.real(), rho.imag() < 0 ? " - " : " + ", std::abs(rho.imag()),
                    "i for a residual r: M is not Hermitian"));
  } else {
    run.end(Reason::indefinite_preconditioner, "M is not Hermitian");
  }
}

}  // namespace suan::detail
