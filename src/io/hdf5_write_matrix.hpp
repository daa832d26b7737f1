// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Writing a matrix to a file.
#pragma once

#include "hdf5_output.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan::hdf5 {

/// Writes a matrix to `place`, where there is no object yet. Collective. After an exception, which
/// is thrown on all ranks, a part of it may be there.
/// @throws InvalidArgument naming the row when a value is not finite; IoError
template <Scalar T>
void write_matrix(Output& output, const Place& place, const DistributedMatrix<T>& matrix);

}  // namespace suan::hdf5
