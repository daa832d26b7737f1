// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The levels of a hierarchy in HDF5. docs/file-format.md describes them.
#pragma once

#include "multigrid/hierarchy.hpp"
#include "suan/io/hdf5.hpp"

namespace suan::multigrid {

/// Where a hierarchy is in a file.
struct FilePlace {
  std::string path;
  std::string name;
  Hdf5ReadOptions options{};

  std::string in(const std::string& part) const { return name + "/" + part; }
  /// @throws IoError that names the place.
  [[noreturn]] void fail(const std::string& part, const std::string& what) const;
};

/// What tells which objects a hierarchy has in a file.
struct StoredLevels {
  std::int64_t count = 1;
  std::int64_t vectors = 0;  ///< of the near null space of each coarser level, or none
  bool has_rows_behind = false;
  bool has_aggregates = false;  ///< of the finest level
  bool is_hermitian = true;     ///< R = P^H, which is not in the file
  static const OptionTable<StoredLevels>& table();
};

/// The name of an object of level k.
std::string of_level(std::size_t k, const char* what);

/// What the set-up measured on a level; all else follows from its matrices.
const OptionTable<AmgLevel>& level_table();

/// Collective.
template <Scalar T>
StoredLevels write_levels(Hdf5Writer& file, const std::string& name, const Hierarchy<T>& hierarchy);

/// The first level has the rows of `fine`, and is `finest` if that is not null. What the levels
/// know of their set-up goes to `report`. Levels move to fewer ranks as they would if they were
/// made here. Collective. @throws as read_hdf5_amg().
template <Scalar T>
std::vector<Level<T>> read_levels(const FilePlace& from, const StoredLevels& stored,
                                  const AmgOptions& options, const Layout& fine,
                                  const DistributedMatrix<T>* finest,
                                  std::vector<AmgLevel>& report);

/// Vectors side by side. Collective.
template <Scalar T>
void write_vectors(Hdf5Writer& file, const std::string& name, const MultiVector<T>& vectors);
template <Scalar T>
MultiVector<T> read_vectors(const FilePlace& from, const std::string& part, std::int64_t count,
                            const Layout& layout);

/// What read() makes of a text of the file. Not collective. @throws IoError.
template <class Read>
auto read_part(const FilePlace& from, const std::string& part, const Read& read) {
  try {
    return read(read_hdf5_text(from.path, from.in(part)));
  } catch (const InvalidArgument& error) {
    from.fail(part, error.what());
  }
}

}  // namespace suan::multigrid
