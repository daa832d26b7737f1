// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices made from another matrix on one rank: the same entries in other positions, or scaled.
//
// None of these changes its argument. Results have arrays of their own unless stated otherwise.
// Structure and bits do not depend on the number of threads.
#pragma once

#include <span>

#include "suan/kernels/transpose.hpp"
#include "suan/matrix/csr.hpp"

namespace suan {

/// A^T. The entries of its rows are in the order of A's rows, even if those of A are unsorted;
/// duplicates are kept. If the structure is symmetric, the result shares the structure of A.
template <Scalar T>
Csr<T> transpose(const Csr<T>& a);
/// A^H
template <Scalar T>
Csr<T> conjugate_transpose(const Csr<T>& a);

/// Transposes matrices of one structure, for values that change repeatedly. Results share their
/// structure. Memory: 8 bytes per entry besides both structures.
template <Scalar T>
class Transposition {
 public:
  explicit Transposition(const Csr<T>& a);
  /// @throws DimensionMismatch or InvalidArgument when `a` has another size or structure.
  Csr<T> transpose(const Csr<T>& a) const;
  Csr<T> conjugate_transpose(const Csr<T>& a) const;

 private:
  kernels::CsrView<T> pattern_;
  kernels::TransposePlan<T> plan_;
};

/// The same matrix with strictly increasing rows; duplicates are added in order. Shares the arrays
/// when the matrix is sorted() already.
template <Scalar T>
Csr<T> sort_rows(const Csr<T>& a);

/// C = A(rows, columns): entry (i, j) is that of A at (rows[i], columns[j]). Rows of the result
/// increase strictly.
/// @throws InvalidArgument for a number outside A, or a column that is named twice.
template <Scalar T>
Csr<T> select(const Csr<T>& a, std::span<const LocalIndex> rows,
              std::span<const LocalIndex> columns);

/// Rows [first_row, last_row) and columns [first_column, last_column).
/// @throws InvalidArgument when a range is not inside A.
template <Scalar T>
Csr<T> submatrix(const Csr<T>& a, LocalIndex first_row, LocalIndex last_row,
                 LocalIndex first_column, LocalIndex last_column);

/// select() of all rows and all columns: row i is row rows[i] of A, column j its column columns[j].
/// @throws DimensionMismatch or InvalidArgument when one is not a permutation.
template <Scalar T>
Csr<T> permute(const Csr<T>& a, std::span<const LocalIndex> rows,
               std::span<const LocalIndex> columns);
/// The same with one permutation for both: P A P^T. @throws InvalidArgument unless A is square.
template <Scalar T>
Csr<T> permute(const Csr<T>& a, std::span<const LocalIndex> order);

/// diag(left) A diag(right). Shares the structure of A.
/// @throws DimensionMismatch unless left has A's rows and right has A's columns.
template <Scalar T>
Csr<T> scale(const Vector<T>& left, const Csr<T>& a, const Vector<T>& right);
/// diag(left) A
template <Scalar T>
Csr<T> scale_rows(const Vector<T>& left, const Csr<T>& a);
/// A diag(right)
template <Scalar T>
Csr<T> scale_columns(const Csr<T>& a, const Vector<T>& right);

}  // namespace suan
