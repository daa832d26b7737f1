// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Level-1 operations on vectors. Reductions are global and, for fixed ranks and threads, give the
// same bits each time. All throw DimensionMismatch when the layouts differ.
#pragma once

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// x^H y. Collective.
template <Scalar T>
T dot(const Vector<T>& x, const Vector<T>& y);

/// The Euclidean norm. Sums that overflow or underflow are repeated with scaled elements, so the
/// result is correct whenever it is representable; it is NaN or infinite only if an element is.
/// Collective.
template <Scalar T>
Real<T> norm2(const Vector<T>& x);

/// The same if this rank's part of x^H x is already known, for instance from the product that
/// formed x.
template <Scalar T>
Real<T> norm2(const Vector<T>& x, std::type_identity_t<Real<T>> own_squares);

/// The same for each pair of vectors. @throws DimensionMismatch also unless their numbers are
/// equal.
template <Scalar T>
std::vector<T> dot(const MultiVector<T>& x, const MultiVector<T>& y);

/// The Euclidean norm of each vector.
template <Scalar T>
std::vector<Real<T>> norm2(const MultiVector<T>& x);

/// The largest |x_i|; NaN when an element is NaN. Collective.
template <Scalar T>
Real<T> norm_inf(const Vector<T>& x);

/// y = alpha x + y
template <Scalar T>
void axpy(T alpha, const Vector<T>& x, Vector<T>& y);

/// y = alpha x + beta y; y is not read when beta is zero.
template <Scalar T>
void axpby(T alpha, const Vector<T>& x, T beta, Vector<T>& y);

/// x = alpha x; with alpha zero, x becomes zero whatever it was.
template <Scalar T>
void scale(T alpha, Vector<T>& x);

/// x_i = value
template <Scalar T>
void fill(Vector<T>& x, T value);

/// y = x
template <Scalar T>
void copy(const Vector<T>& x, Vector<T>& y);

/// The global index of the first element that is NaN or infinite, or -1. Collective.
template <Scalar T>
GlobalIndex first_not_finite(const Vector<T>& x);

/// @throws DimensionMismatch naming both operands unless they have the same number of vectors.
void require_same_columns(const char* what, const char* left_name, LocalIndex left,
                          const char* right_name, LocalIndex right);

/// @throws DimensionMismatch naming both operands unless the layouts are equal.
void require_same_layout(const char* what, const char* left_name, const Layout& left,
                         const char* right_name, const Layout& right);

}  // namespace suan
