// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The choices that the library makes for options left at "auto".
#pragma once

#include "suan/matrix/probe.hpp"
#include "suan/solvers/solve.hpp"

namespace suan::detail {

/// Replaces each "auto"; returns the reasons.
std::string choose(const MatrixTraits& traits, SolveOptions& options);

/// Whether CG may go on with multigrid if the preconditioner chosen for it is slow: nothing was
/// named, and A has entries.
template <Scalar T>
bool may_climb(const Operator<T>& a, const SolveOptions& given, const SolveOptions& chosen);

/// Whether "auto" may copy A: a plain matrix, not on a vendor's path.
template <Scalar T>
bool may_be_copied(const Operator<T>& a);

/// The matrix in the requested format, or null to use A as it is. "auto" must not depend on the
/// clock and must need little memory besides A's own: bytes decide.
template <Scalar T>
std::unique_ptr<const Operator<T>> in_format(const Operator<T>& a, const std::string& format,
                                             std::string& why);

/// What in_format() made for `was`, made for a matrix `a` with the same structure and other values
/// in the same format, without choosing again. Null if the structure is another one. Collective.
template <Scalar T>
std::unique_ptr<const Operator<T>> with_values_of(const Operator<T>& a, const Operator<T>& was,
                                                  const Operator<T>& copy);

}  // namespace suan::detail
