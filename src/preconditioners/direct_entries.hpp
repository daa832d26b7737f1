// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The entries of a matrix in the form that a direct solver takes.
#pragma once

#include <cstdint>
#include <vector>

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail {

/// This rank's entries of a matrix times 2^exponent, in host memory, numbered globally from 1 as in
/// Fortran. Of a symmetric matrix one triangle.
template <Scalar T>
struct DirectEntries {
  GlobalIndex size = 0;  ///< rows of the matrix
  bool is_symmetric = false;
  int exponent = 0;
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> columns;
  std::vector<T> values;

  bool has_places_of(const DirectEntries& other) const {
    return is_symmetric == other.is_symmetric && rows == other.rows && columns == other.columns;
  }
};

/// Whether each entry is exactly its mirror image, on all ranks; entries that are zero do not
/// count. With false alarms one in 2^64, and where entries are stored in pieces. Collective.
template <Scalar T>
bool is_exactly_symmetric(const DistributedMatrix<T>& a);

/// Collective. @throws InvalidArgument, on all ranks, for an entry that is not finite and, if
/// `refuses_zero_rows`, for a row without entries that are not zero, with its number; NotSupported
/// when rows have numbers that 32 bits do not hold; OutOfMemory.
template <Scalar T>
DirectEntries<T> direct_entries(const DistributedMatrix<T>& a, bool is_symmetric,
                                bool refuses_zero_rows);

/// For each row its place in an order of METIS, from 1; on rank 0, empty on the others. Collective.
/// @throws NotSupported where this build has no METIS; OutOfMemory.
template <Scalar T>
std::vector<std::int32_t> metis_places(const DirectEntries<T>& a, const Communicator& comm);

}  // namespace suan::detail
