// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// An HDF5 file that all ranks of a communicator fill. Rank 0 receives the others' pieces, a bounded
// number of bytes at a time, and writes. MPI-IO is not used: when HDF5 1.10 flushes or closes a
// file, every rank asks for its size by itself, and only those that see another one than they need
// call MPI_File_set_size, which waits for all ranks. One that asks before another one has written
// the end waits for ever.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5_handle.hpp"
#include "output_file.hpp"

namespace suan::hdf5 {

/// A dataset being written. On ranks that do not hold the file it has no handle.
struct OutputDataset {
  Handle dataset;
  Handle memory_type;
  std::size_t element_size = 0;
  std::vector<std::int64_t> extents;
  Place place;
};

/// The file. All member functions but holds_file() are collective and throw on all ranks alike.
class Output {
 public:
  /// The largest number of bytes that a rank hands to HDF5 or MPI at once.
  static constexpr std::int64_t piece_bytes = std::int64_t{1} << 26;

  using Start = detail::OutputFile::Start;

  /// An empty file, or one with what the file at `path` holds, if there is one.
  Output(const std::string& path, const Communicator& comm, Start start);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  const Communicator& comm() const noexcept { return comm_; }
  /// Messages name the final path, not the one of the unfinished file.
  const Place& place() const noexcept { return place_; }
  /// Whether this rank, the root, makes the calls of HDF5.
  bool holds_file() const noexcept { return static_cast<bool>(file_); }

  /// Calls body(file) on the rank that holds the file.
  template <class Body>
  void edit(Body&& body) {
    const QuietErrors quiet;
    together(comm_, [&] {
      if (holds_file()) body(file_.id());
    });
  }

  /// Makes sure that the disk has room for what HDF5 has placed in the file so far, and for `bytes`
  /// more and what describes them; to be called before objects of that size are created, and after.
  void reserve(std::int64_t bytes = 0);

  /// A new dataset whose elements are yet to be written; for use in edit().
  static OutputDataset create_dataset(hid_t parent, const std::string& name, const Place& place,
                                      Handle file_type, Handle memory_type,
                                      std::vector<std::int64_t> extents);

  /// Writes `count` elements of each rank, the first at position `first` (the last dimension
  /// counts fastest). A rank may have none.
  void write(const OutputDataset& dataset, std::int64_t first, std::int64_t count,
             const void* data);

  /// Closes the file and puts it in its place.
  void commit();

 private:
  /// Creates or opens the file, on the root.
  Handle open() const;
  /// Closes the file, if it is open, without making it the result.
  void abandon() noexcept;

  Communicator comm_;
  Place place_;
  detail::OutputFile target_;
  Handle file_;
};

}  // namespace suan::hdf5
