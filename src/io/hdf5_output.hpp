// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// An HDF5 file filled by all ranks of a communicator. Rank 0 receives the others' data in pieces of
// bounded size, and writes. MPI-IO is not used: when HDF5 1.10 flushes or closes a file, every rank
// queries its size independently, and only those that see an unexpected one call MPI_File_set_size,
// which waits for all ranks. A rank that queries before another one has written the end hangs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5_handle.hpp"
#include "output_file.hpp"

namespace suan::hdf5 {

/// A dataset being written. It has no handle on ranks that do not have the file open.
struct OutputDataset {
  Handle dataset;
  Handle memory_type;
  std::size_t element_size = 0;
  std::vector<std::int64_t> extents;
  Place place;
};

/// The file. All member functions except holds_file() are collective and throw on all ranks.
class Output {
 public:
  /// The largest number of bytes that a rank passes to HDF5 or MPI at once.
  static constexpr std::int64_t piece_bytes = std::int64_t{1} << 26;

  using Start = detail::OutputFile::Start;

  /// An empty file, or one with the contents of the file at `path`, if there is one.
  Output(const std::string& path, const Communicator& comm, Start start);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  const Communicator& comm() const noexcept { return comm_; }
  /// Messages name the final path, not that of the unfinished file.
  const Place& place() const noexcept { return place_; }
  /// Whether this rank, the root, calls HDF5.
  bool holds_file() const noexcept { return static_cast<bool>(file_); }

  /// Calls body(file) on the rank that has the file open.
  template <class Body>
  void edit(Body&& body) {
    const QuietErrors quiet;
    together(comm_, [&] {
      if (holds_file()) body(file_.id());
    });
  }

  /// Ensures that the disk has space for what HDF5 has put in the file so far, and for another
  /// `bytes` bytes with their metadata; call it before and after creating objects of that size.
  void reserve(std::int64_t bytes = 0);

  /// A new dataset, whose elements are written later; for use in edit().
  static OutputDataset create_dataset(hid_t parent, const std::string& name, const Place& place,
                                      Handle file_type, Handle memory_type,
                                      std::vector<std::int64_t> extents);

  /// Writes `count` elements of each rank, the first at position `first` (the last dimension
  /// counts fastest). A rank may have none.
  void write(const OutputDataset& dataset, std::int64_t first, std::int64_t count,
             const void* data);

  /// Closes the file and renames it to its final path.
  void commit();

 private:
  /// Creates or opens the file, on the root.
  Handle open() const;
  /// Closes the file, if it is open, and discards it.
  void abandon() noexcept;

  Communicator comm_;
  Place place_;
  detail::OutputFile target_;
  Handle file_;
};

}  // namespace suan::hdf5
