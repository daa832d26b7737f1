// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors that a matrix nearly maps to zero, which coarser levels must represent: constants for
// scalar problems, rigid-body modes for elasticity.
#pragma once

#include <span>
#include <type_traits>

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// A constant for each of the `block_size` unknowns of a node: vector c is 1 in the rows i with
/// i mod block_size = c, and 0 elsewhere. Collective.
/// @throws DimensionMismatch, on all ranks, unless each rank has a multiple of block_size rows;
/// InvalidArgument unless block_size is positive.
template <Scalar T>
MultiVector<T> constant_vectors(const Layout& rows, LocalIndex block_size);

/// In double precision, and complex where T is.
template <Scalar T>
using DoubleOf = std::conditional_t<is_complex<T>, Complex, double>;

/// Vectors of double precision in that of T, whose range may be smaller: each is divided by a power
/// of two near its largest element. `elements` are those of this rank's rows, one row after the
/// other: rows x columns numbers. What is not finite, or zero, stays so, for Amg to refuse it.
/// Collective.
/// @throws DimensionMismatch, with both sizes, for another number of elements; InvalidArgument
/// unless `columns` is positive; on all ranks.
template <Scalar T>
MultiVector<T> near_null_vectors(const Layout& rows, LocalIndex columns,
                                 std::span<const DoubleOf<T>> elements);

/// The rigid-body modes of points in 2 or 3 dimensions: displacements along each axis, then
/// rotations; 3 vectors in 2 dimensions, 6 in 3. A rotation that moves no point is left out, on all
/// ranks: that about an axis on which all points lie, as one point always does. `coordinates` are
/// those of this rank's points, one point after the other: points x dimension numbers, as many as
/// this rank has rows, which are the displacements of the points along x, y (and z). Any origin and
/// unit will do. Collective.
/// @throws InvalidArgument unless the dimension is 2 or 3, or for a coordinate that is not finite;
/// DimensionMismatch, with both sizes, unless there are as many coordinates as rows; on all ranks.
template <Scalar T>
MultiVector<T> rigid_body_modes(const Layout& rows, LocalIndex dimension,
                                std::span<const double> coordinates);

}  // namespace suan
