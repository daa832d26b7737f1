// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the library decides where a user left it open.
#pragma once

#include "suan/solvers/solve.hpp"

namespace suan::detail {

/// Fills what "auto" left open; returns why.
std::string choose(const MatrixTraits& traits, SolveOptions& options);

/// Whether "auto" may copy A: a matrix as users have it, on no vendor's path.
template <Scalar T>
bool may_be_copied(const Operator<T>& a);

/// The matrix in the format that was asked for, or null: A stays as it is. What "auto" does must
/// not depend on the clock, and the memory beside A's own stays small: bytes decide.
template <Scalar T>
std::unique_ptr<const Operator<T>> in_format(const Operator<T>& a, const std::string& format,
                                             std::string& why);

}  // namespace suan::detail
