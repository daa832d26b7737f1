// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices and vectors in files of either format, distinguished by the extension.
#pragma once

#include <string>

#include "suan/io/matrix_market.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan::cli {

/// A path, and for HDF5 the name of an object in the file: "a.h5", "a.h5:stiffness".
struct FileName {
  enum class Format { matrix_market, hdf5 };
  std::string path;
  std::string object;
  Format format = Format::matrix_market;
};

/// @throws InvalidArgument when the extension is none of .mtx, .mtx.gz, .h5 and .hdf5, in upper or
/// lower case.
FileName parse_file_name(const std::string& text);

/// The contents of a file, without the numbers.
struct FileContents {
  enum class Kind { matrix, vector };
  Kind kind = Kind::matrix;
  /// "float32", "float64", "complex64" or "complex128".
  std::string scalar;
  GlobalIndex rows = 0;
};

/// The kind of object that a command wants.
enum class Wanted { matrix, vector, either };

/// Inspects a file on rank 0. Collective; all ranks throw its errors.
/// @throws IoError; InvalidArgument when an HDF5 file does not hold exactly one wanted object and
/// the name does not say which.
FileContents inspect(const FileName& file, Wanted wanted, const Communicator& comm);

/// The memory limit applies to HDF5, too. Collective; errors are those of the readers and writers.
template <Scalar T>
DistributedMatrix<T> read_matrix(const FileName& file, const Communicator& comm,
                                 const MatrixMarketOptions& options);
template <Scalar T>
Vector<T> read_vector(const FileName& file, const Layout& layout,
                      const MatrixMarketOptions& options);
/// Writes the matrix, to HDF5 as "A" unless the file name includes another name.
template <Scalar T>
void write(const FileName& file, const DistributedMatrix<T>& matrix,
           const MatrixMarketWriteOptions& options = {});
/// Writes the vector, to HDF5 as "x", with a non-empty text as "report" beside it.
template <Scalar T>
void write(const FileName& file, const Vector<T>& vector, const std::string& report = {},
           const MatrixMarketWriteOptions& options = {});

/// Writes a text to a temporary file that is renamed, or directly if the path is a device or a
/// pipe, or to standard output if it is "-". Collective. @throws IoError
void write_text(const std::string& path, const std::string& text, const Communicator& comm);

/// Refuses an unsuitable place for output before the work rather than after it: a folder, or a path
/// in a folder that does not exist or is not writable. Collective. @throws IoError
void require_writable(const std::string& path, const Communicator& comm);

/// Collective. @throws InvalidArgument when both paths refer to the same file.
void require_different(const std::string& input, const std::string& output,
                       const Communicator& comm);

}  // namespace suan::cli
