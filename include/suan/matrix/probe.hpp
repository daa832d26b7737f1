// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A quick look at a matrix, by which solvers are chosen. analyse() (analysis.hpp) looks at all of
// it.
#pragma once

#include "suan/matrix/operator.hpp"

namespace suan {

/// What a few products with A reveal about it.
struct MatrixTraits {
  /// Entries differ from their mirror images only by rounding, relative to the diagonal. Tested in
  /// up to 8192 rows of each rank; beyond that, |v^H A u - conj(u^H A v)| must be rounding for
  /// pseudo-random u and v, divided by the roots of the diagonal.
  bool hermitian = false;
  bool has_entries = false;  ///< the diagonal is accessible
  bool diagonal_nonzero = false;
  bool diagonal_positive = false;  ///< real and positive
  bool diagonal_varies = false;    ///< scaling by it would make a difference
};

/// Examines a square operator: its diagonal and entries, or a sample of them and two products.
/// Collective.
template <Scalar T>
MatrixTraits probe(const Operator<T>& a);

}  // namespace suan
