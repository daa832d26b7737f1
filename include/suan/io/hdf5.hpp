// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices and vectors in HDF5, written by any number of ranks and read by any other.
// docs/file-format.md describes the format.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "suan/core/options.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

/// A file being written: everything goes to a file beside `path`, which close() renames. Without
/// close() (an exception, say), anything that was at `path` stays unchanged. All functions are
/// collective. @throws IoError; InvalidArgument, on all ranks, when they pass different names or
/// paths; NotSupported in a build without HDF5.
class Hdf5Writer {
 public:
  /// Whether an existing file is replaced, or keeps its contents and gets more.
  enum class Mode { replace, append };

  /// With Mode::append the file at `path` is copied first (sharing blocks if the file system can);
  /// the original stays unchanged until flush() or close(). Without a file there, both modes are
  /// the same.
  Hdf5Writer(const std::string& path, const Communicator& comm, Mode mode = Mode::replace);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// `name` may have groups, as in "step_10/A", which are created. @throws InvalidArgument when the
  /// file already has such an object.
  template <Scalar T>
  void write(const std::string& name, const DistributedMatrix<T>& matrix);
  /// `shape` (slowest dimension first) arranges the vector's elements in several dimensions; the
  /// product must be the global size.
  template <Scalar T>
  void write(const std::string& name, const Vector<T>& vector,
             std::span<const GlobalIndex> shape = {});
  /// A text, such as the report of a solve; the first rank's is written. At most 64 MiB, without
  /// zero bytes.
  void write_text(const std::string& name, const std::string& text);
  /// Puts everything written so far at `path`, complete and on disk, where it stays even if the
  /// program dies later. More can be written; the first write afterwards copies the file, as
  /// Mode::append does.
  void flush();
  /// Completes the file. Writing afterwards is an error.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Hdf5ReadOptions {
  double memory_limit_gib = 0;  ///< refuse objects that need more; 0: half of the free memory
  static const OptionTable<Hdf5ReadOptions>& table();
};

/// A matrix, a vector or a text in a file.
struct Hdf5Entry {
  std::string name;
  std::string kind;    ///< "csr_matrix", "vector", "text"
  std::string scalar;  ///< "float64", ...; empty for text
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::int64_t entries = 0;
};

/// The objects at the top level of a file, by name. Skips what this library does not read: groups,
/// broken links, links to other files, objects of other programs. Not collective.
std::vector<Hdf5Entry> list_hdf5(const std::string& path);

/// The entry `name`, which may be in groups ("step_10/A"). An empty name means the only entry at
/// the top level of one of the `kinds`; without kinds the only matrix or, if there is none, the
/// only entry. Not collective. @throws InvalidArgument, listing the contents of the file, when the
/// name does not exist or there are several; IoError when there is none, the file cannot be read or
/// the entry is damaged.
Hdf5Entry find_hdf5(const std::string& path, const std::string& name = {},
                    const std::vector<std::string>& kinds = {});

/// Reads a matrix, distributed evenly over the ranks of `comm`. An empty name means the only matrix
/// at the file's top level. Verifies sizes, ranges, sortedness, format version and checksum.
/// Collective.
/// @throws IoError naming file, dataset and what is wrong; InvalidArgument when the file is complex
/// and T is not, or ranks pass different arguments or see different files; OutOfMemory when the
/// memory limit would be exceeded; NotSupported in a build without HDF5.
template <Scalar T = double>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Communicator& comm = {},
                                      const std::string& name = {},
                                      const Hdf5ReadOptions& options = {});

/// The same in a distribution of the caller's. @throws also DimensionMismatch when the file's
/// matrix has another size.
template <Scalar T = double>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Layout& rows,
                                      const Layout& columns, const std::string& name = {},
                                      const Hdf5ReadOptions& options = {});

/// The checksum that a matrix has in a file, whatever its distribution: tells without reading the
/// file whether it is the one that was written. Collective. @throws NotSupported as above.
template <Scalar T>
std::uint64_t hdf5_checksum(const DistributedMatrix<T>& matrix);

/// Reads a vector with the size of `layout`. An empty name means the only vector. Errors as above.
template <Scalar T = double>
Vector<T> read_hdf5_vector(const std::string& path, const Layout& layout,
                           const std::string& name = {}, const Hdf5ReadOptions& options = {});

/// Reads a text, such as the report of a solve. An empty name means the only text. Not collective.
/// @throws IoError when there is none or it is damaged (texts of format 1.0 have no checksum);
/// NotSupported as above.
std::string read_hdf5_text(const std::string& path, const std::string& name = {});

}  // namespace suan
