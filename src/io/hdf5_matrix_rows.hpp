// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a distributed matrix as stored in files: global columns, increasing in each row.
#pragma once

#include <span>
#include <vector>

#include "suan/matrix/distributed_matrix.hpp"

namespace suan::hdf5 {

/// Entries per block when matrices are read and written: a few MiB, small enough that the passes
/// over a block find it in the caches and its memory is negligible, but large enough that starting
/// the threads for each pass is negligible, too.
inline constexpr Offset entries_per_block = Offset{1} << 19;

/// The rows at which blocks of about entries_per_block entries start, followed by the number of
/// rows. Blocks have at least one row, however long, and at most entries_per_block rows.
std::vector<LocalIndex> split_rows(std::span<const Offset> offsets);

/// This rank's rows, merged from the local and the remote part block by block.
template <Scalar T>
class MatrixRows {
 public:
  /// `matrix` must outlive this object. Not collective.
  explicit MatrixRows(const DistributedMatrix<T>& matrix);

  /// rows + 1 positions, from 0 to the number of this rank's entries, duplicates merged.
  const std::vector<Offset>& offsets() const noexcept { return offsets_; }
  Offset entries() const noexcept { return offsets_.back(); }

  struct Block {
    std::span<const GlobalIndex> columns;
    std::span<const T> values;
  };
  /// Rows [first, last), valid until the next call. Duplicates are summed in order.
  Block block(LocalIndex first, LocalIndex last);

 private:
  /// A block of one of the two parts, in host memory.
  struct Part {
    HostView<const Offset> offsets;  ///< of all rows of the part
    HostView<const LocalIndex> indices;
    HostView<const T> values;
    Offset begin = 0;  ///< position in the part at which indices and values start
  };
  static void fetch(const Csr<T>& matrix, LocalIndex first, LocalIndex last, Part& part);

  void fill(LocalIndex first, LocalIndex last);
  void merge_row(LocalIndex row, LocalIndex remote_row, Offset at);
  Offset sum_duplicates(Offset begin, Offset end, Offset to);
  void count_without_duplicates();

  const DistributedMatrix<T>& matrix_;
  bool sorted_ = true;
  Part local_;
  Part remote_;
  HostView<const LocalIndex> remote_rows_;
  std::vector<Offset> stored_offsets_;  ///< duplicates counted; used when !sorted_
  std::vector<Offset> offsets_;
  std::vector<GlobalIndex> columns_;
  std::vector<T> values_;
};

}  // namespace suan::hdf5
