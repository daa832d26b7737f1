// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies of multigrid in HDF5, written by any number of ranks and read by any other.
// docs/file-format.md describes the format.
#pragma once

#include "suan/io/hdf5.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan {

/// Writes matrices, prolongators, options, the near null space and the report of a hierarchy as the
/// group `name` of a file. What follows from them, such as smoothers and the factorisation of the
/// last level, is made again on reading. Collective.
/// @throws as Hdf5Writer::write().
template <Scalar T>
void write_hdf5_amg(Hdf5Writer& file, const std::string& name, const Amg<T>& amg);

/// Reads a hierarchy for the matrix from which it was made: its finest level is `a` itself, which
/// is compared with the written one by a checksum, after rounding to the precision of the levels.
/// Its coarser levels are distributed as a set-up on these ranks would have done, so that cycles
/// have the same bits as those of a hierarchy set up here; on the ranks that wrote it, as its own.
/// Collective.
///
/// The first update() makes everything anew: the file holds no structure to be kept.
/// @throws IoError, naming file and object, for what is missing, damaged, foreign or of a newer
/// format; InvalidArgument when `a` is another matrix, the hierarchy is of another scalar type, or
/// ranks pass different arguments or see different files; DimensionMismatch when `a` has another
/// size; OutOfMemory as read_hdf5_matrix(); NotSupported in a build without HDF5.
template <Scalar T>
Amg<T> read_hdf5_amg(const std::string& path, const Operator<T>& a, const std::string& name = "amg",
                     const Hdf5ReadOptions& options = {});

/// The same with the finest level from the file, distributed evenly in whole nodes. Collective.
template <Scalar T = double>
Amg<T> read_hdf5_amg(const std::string& path, const Communicator& comm = {},
                     const std::string& name = "amg", const Hdf5ReadOptions& options = {});

/// "float64", ...: the type of the vectors for which a hierarchy was written. Not collective.
/// @throws IoError and NotSupported as above.
std::string hdf5_amg_scalar(const std::string& path, const std::string& name = "amg");

}  // namespace suan
