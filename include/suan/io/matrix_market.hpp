// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrix Market files: https://math.nist.gov/MatrixMarket/formats.html (coordinate and array;
// real, integer, pattern, complex; general, symmetric, skew-symmetric, Hermitian), plain or gzip'd.
#pragma once

#include <string>

#include "suan/core/options.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

struct MatrixMarketOptions {
  std::string duplicates = "sum";  ///< sum or error
  bool allow_nonfinite = false;    ///< accept nan and inf
  double memory_limit_gib = 0;     ///< refuse larger matrices; 0: half of the free memory
  static const OptionTable<MatrixMarketOptions>& table();
};

struct MatrixMarketWriteOptions {
  bool allow_nonfinite = false;  ///< write nan and inf, which are read back only if allowed there
  static const OptionTable<MatrixMarketWriteOptions>& table();
};

/// The banner and size line of a file.
struct MatrixMarketHeader {
  enum class Format { coordinate, array };
  enum class Field { real, integer, pattern, complex };
  enum class Symmetry { general, symmetric, skew_symmetric, hermitian };
  Format format = Format::coordinate;
  Field field = Field::real;
  Symmetry symmetry = Symmetry::general;
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::int64_t stored_entries = 0;  ///< the number of entry lines
};

/// Reads only the banner and the size line. Not collective.
/// @throws IoError with path and line.
MatrixMarketHeader read_matrix_market_header(const std::string& path);

/// Reads a matrix; each rank parses a range of bytes and gets a block of rows. A gzip'd file can
/// only be read from its beginning: each rank decompresses all of it and keeps its rows. Both
/// triangles of symmetric files are stored; zeros in coordinate files are stored, zeros in array
/// files are not. Peak memory: about 16 bytes per entry (24 for complex) in addition to the row
/// offsets. Collective; an error on one rank is thrown on all.
/// @throws IoError with path and line for anything that violates the format; InvalidArgument
/// when the file is complex and T is not, or ranks pass different arguments or see different files;
/// OutOfMemory when the memory limit would be exceeded.
template <Scalar T = double>
DistributedMatrix<T> read_matrix_market(const std::string& path, const Communicator& comm = {},
                                        const MatrixMarketOptions& options = {});

/// Reads a vector: an array or coordinate file with one column and as many rows as `layout` has
/// elements. Collective. @throws as above, and DimensionMismatch naming both sizes.
template <Scalar T = double>
Vector<T> read_matrix_market_vector(const std::string& path, const Layout& layout,
                                    const MatrixMarketOptions& options = {});

/// Writes coordinates (general) with enough digits to restore the same bits; gzip'd if the path
/// ends in .gz. Writes to a temporary file and renames it, so a failure destroys nothing.
/// Collective.
/// @throws IoError; InvalidArgument for a value that is infinite or NaN, with its row and column,
/// unless allowed, and when ranks pass different arguments.
template <Scalar T>
void write_matrix_market(const std::string& path, const DistributedMatrix<T>& matrix,
                         const MatrixMarketWriteOptions& options = {});
/// Writes an array of one column. Otherwise as above.
template <Scalar T>
void write_matrix_market(const std::string& path, const Vector<T>& vector,
                         const MatrixMarketWriteOptions& options = {});

}  // namespace suan
