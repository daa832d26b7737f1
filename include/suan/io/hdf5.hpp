// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices and vectors in HDF5, written by any number of ranks and read by any other.
// docs/file-format.md describes what is in a file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "suan/distributed/distributed_matrix.hpp"

namespace suan {

/// A file being written: everything goes to a file beside `path`, which close() renames. Without
/// close() (an exception, say) whatever stood at `path` before stays as it was. All functions are
/// collective. @throws IoError; NotSupported in a build without HDF5.
class Hdf5Writer {
 public:
  Hdf5Writer(const std::string& path, const Communicator& comm);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  template <Scalar T>
  void write(const std::string& name, const DistributedMatrix<T>& matrix);
  /// `shape` (slowest dimension first) makes an array of several dimensions of the vector's
  /// elements; its product must be the global size.
  template <Scalar T>
  void write(const std::string& name, const Vector<T>& vector,
             std::span<const GlobalIndex> shape = {});
  /// A piece of text, such as the report of a solve.
  void write_text(const std::string& name, const std::string& text);
  /// Completes the file. It is an error to write afterwards.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What a file holds at its top level, by name. Not collective.
struct Hdf5Entry {
  std::string name;
  std::string kind;    ///< "csr_matrix", "vector", "text"
  std::string scalar;  ///< "float64", ...; empty for text
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::int64_t entries = 0;
};
std::vector<Hdf5Entry> list_hdf5(const std::string& path);

/// Reads a matrix, spread evenly over the ranks of `comm`. An empty name means the only matrix of
/// the file. Sizes, ranges, sortedness, format version and checksum are verified. Collective.
/// @throws IoError naming file, dataset and what is wrong; InvalidArgument when the file is complex
/// and T is not; NotSupported in a build without HDF5.
template <Scalar T = double>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Communicator& comm = {},
                                      const std::string& name = {});

/// Reads a vector with as many elements as `layout`. An empty name means the only vector. As above.
template <Scalar T = double>
Vector<T> read_hdf5_vector(const std::string& path, const Layout& layout,
                           const std::string& name = {});

/// Reads a piece of text, such as the report of a solve. An empty name means the only text. Not
/// collective. @throws IoError when there is none or it is damaged; NotSupported as above.
std::string read_hdf5_text(const std::string& path, const std::string& name = {});

}  // namespace suan
