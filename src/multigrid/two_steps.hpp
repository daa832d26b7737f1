// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The coefficients of a K-cycle.
#pragma once

#include "suan/core/types.hpp"

namespace suan::multigrid {

/// x = first * c + second * d.
template <Scalar T>
struct TwoSteps {
  T first;
  T second;
};

/// The x whose residual b - A x is orthogonal to l and m, from the inner products rho = l^H A c,
/// alpha = l^H b, gamma = m^H A c, beta = m^H A d and rest = m^H (b - alpha / rho A c). With l = c
/// and m = d for Hermitian A it has the least error in the energy norm, with l = A c and m = A d
/// the least residual; in both cases l^H A d is the conjugate of gamma. beta must not be |gamma|^2
/// / rho: then d is no other direction.
template <Scalar T>
TwoSteps<T> two_steps(const T& rho, const T& alpha, const T& gamma, const T& beta, const T& rest) {
  const T second = rest / (beta - gamma * (conjugate(gamma) / rho));
  return {(alpha - conjugate(gamma) * second) / rho, second};
}

}  // namespace suan::multigrid
