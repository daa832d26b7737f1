// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices made from another distributed matrix: the same entries in other positions, or scaled;
// and the rows of other ranks.
//
// All functions are collective, and throw on all ranks alike. None changes its argument. Results
// are those of one rank (transform.hpp), bit for bit.
#pragma once

#include <memory>
#include <span>

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/matrix/transform.hpp"

namespace suan {

namespace detail {
template <Scalar T>
struct DistributedTransposePlan;
}  // namespace detail

/// A^T. Rows and columns change their layouts. A rank transposes its own columns alone, and sends
/// the entries in others to their owners.
template <Scalar T>
DistributedMatrix<T> transpose(const DistributedMatrix<T>& a);
/// A^H
template <Scalar T>
DistributedMatrix<T> conjugate_transpose(const DistributedMatrix<T>& a);

/// Transposes matrices of one structure, for values that change repeatedly: then values alone are
/// sent. Results share their structure and the buffers of their exchange, so one host thread at a
/// time may use them.
template <Scalar T>
class DistributedTransposition {
 public:
  explicit DistributedTransposition(const DistributedMatrix<T>& a);
  /// @throws DimensionMismatch or InvalidArgument when `a` has another size, distribution or
  /// structure.
  DistributedMatrix<T> transpose(const DistributedMatrix<T>& a) const;
  DistributedMatrix<T> conjugate_transpose(const DistributedMatrix<T>& a) const;

 private:
  std::shared_ptr<const detail::DistributedTransposePlan<T>> plan_;
};

/// diag(left) A diag(right). Shares the structure of A and its exchange, and has its format.
/// @throws DimensionMismatch unless left is distributed as A's rows, and right as its columns.
template <Scalar T>
DistributedMatrix<T> scale(const Vector<T>& left, const DistributedMatrix<T>& a,
                           const Vector<T>& right);
/// diag(left) A
template <Scalar T>
DistributedMatrix<T> scale_rows(const Vector<T>& left, const DistributedMatrix<T>& a);
/// A diag(right)
template <Scalar T>
DistributedMatrix<T> scale_columns(const DistributedMatrix<T>& a, const Vector<T>& right);

/// The diagonal, with zeros where no entry is stored; duplicates are summed.
/// @throws DimensionMismatch unless rows and columns have the same size and distribution.
template <Scalar T>
Vector<T> diagonal(const DistributedMatrix<T>& a);

/// C = A(rows, columns): each rank names rows and columns, by global number, among its own. It owns
/// them in the result, in the order given, after those of the ranks below. Rows may be named
/// repeatedly. @throws InvalidArgument for a number that is not this rank's, or a column that is
/// named twice.
template <Scalar T>
DistributedMatrix<T> select(const DistributedMatrix<T>& a, std::span<const GlobalIndex> rows,
                            std::span<const GlobalIndex> columns);

/// Rows in this rank's memory (the library's), with global columns that increase in each row.
template <Scalar T>
struct FetchedRows {
  /// Row i has the entries offsets(i) to offsets(i + 1) - 1.
  DeviceView<const Offset> offsets;
  DeviceView<const GlobalIndex> columns;
  DeviceView<const T> values;
};

/// The rows with these global numbers, in this order, whoever owns them; rows may be named
/// repeatedly. @throws InvalidArgument for a number outside A.
template <Scalar T>
FetchedRows<T> fetch_rows(const DistributedMatrix<T>& a, std::span<const GlobalIndex> rows);

}  // namespace suan
