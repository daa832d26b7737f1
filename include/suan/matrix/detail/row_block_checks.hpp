// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Checks of the blocks that a row source supplies.
#pragma once

#include "suan/matrix/assembly.hpp"

namespace suan::detail {

/// @throws InvalidArgument unless the blocks cover this rank's rows in sequence.
inline void require_starts(const Layout& rows, const std::vector<LocalIndex>& starts) {
  const LocalIndex size = rows.local_size();
  if (starts.empty() && size == 0) return;
  if (starts.empty() || starts.front() != 0 || starts.back() != size) {
    throw InvalidArgument(message("assemble: block_starts() goes from ",
                                  starts.empty() ? 0 : starts.front(), " to ",
                                  starts.empty() ? 0 : starts.back(),
                                  ", but must go from 0 to the ", size, " rows of this rank"));
  }
  for (std::size_t k = 1; k < starts.size(); ++k) {
    if (starts[k] >= starts[k - 1]) continue;
    throw InvalidArgument(message("assemble: block_starts() decreases from ", starts[k - 1], " to ",
                                  starts[k], " at block ", k));
  }
}

/// @throws InvalidArgument unless the arrays of a block of `count` rows, the first of which is the
/// global row `first`, match each other.
template <Scalar T>
void require_row_block(GlobalIndex first, LocalIndex count, const RowBlock<T>& block,
                       bool with_values) {
  const auto fail = [&](const auto&... what) {
    throw InvalidArgument(
        message("assemble: the block of rows that begins with row ", first, " ", what...));
  };
  if (block.rows != count) fail("has ", block.rows, " rows, but block_starts() gives it ", count);
  const auto& offsets = block.offsets;
  if (offsets.size() != static_cast<std::size_t>(count) + 1) {
    fail("has ", offsets.size(), " offsets, but needs one more than its ", count, " rows");
  }
  for (std::size_t r = 1; r < offsets.size(); ++r) {
    if (offsets[r] < offsets[r - 1]) {
      throw InvalidArgument(message("assemble: the offsets of row ",
                                    first + static_cast<GlobalIndex>(r) - 1, " decrease from ",
                                    offsets[r - 1], " to ", offsets[r]));
    }
  }
  const auto entries = static_cast<std::size_t>(offsets.back() - offsets.front());
  if (block.columns.size() < entries) {
    fail("has ", block.columns.size(), " columns, but its offsets tell of ", entries, " entries");
  }
  if (with_values && block.values.size() < entries) {
    fail("has ", block.values.size(), " values, but its offsets tell of ", entries, " entries");
  }
}

[[noreturn]] inline void throw_bad_column(const Layout& columns, GlobalIndex row,
                                          GlobalIndex column) {
  const bool outside = column < 0 || column >= columns.global_size();
  throw InvalidArgument(message("assemble: row ", row, " has column ", column,
                                outside ? message(", outside [0, ", columns.global_size(), ")")
                                        : std::string(" out of order or twice")));
}

/// For a row that differs from the one whose entries were counted.
[[noreturn]] inline void throw_changed(GlobalIndex row, const std::string& how) {
  throw InvalidArgument(message(
      "assemble: row ", row, " ", how,
      ". Rows are requested twice and must be the same both times: does the function that makes "
      "them change something that it reads, or does another thread?"));
}

}  // namespace suan::detail
