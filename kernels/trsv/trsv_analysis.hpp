// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The dependences between the rows of a triangular matrix, and the two schedules made from them.
#pragma once

#include <atomic>
#include <vector>

#include "suan/kernels/trsv.hpp"

namespace suan::kernels {

/// The structure in host memory. Rows are numbered by position, the order of a sequential solve: 0,
/// 1, ... in a lower triangle, from the last row on in an upper one.
struct TrsvStructure {
  LocalIndex rows = 0;
  const Offset* offsets = nullptr;
  const LocalIndex* indices = nullptr;
  Triangle triangle = Triangle::lower;

  Offset entries() const { return offsets[rows]; }
  /// From row to position, and back.
  LocalIndex turn(LocalIndex i) const { return triangle == Triangle::lower ? i : rows - 1 - i; }
};

/// Levels [first, last) with rows [begin, end) of `TrsvLevels::rows`: a single level for all
/// threads, or a run of thin levels for one thread.
struct TrsvSegment {
  LocalIndex begin = 0;
  LocalIndex end = 0;
  bool parallel = false;
};

struct TrsvLevels {
  LocalIndex count = 0;
  std::vector<LocalIndex> rows;  ///< by level, and in the order of positions within one
  std::vector<TrsvSegment> segments;
  Offset parallel_rows = 0;  ///< rows in parallel segments
};

/// A block of rows at the positions [first, last).
struct TrsvTask {
  LocalIndex first = 0;
  LocalIndex last = 0;
  Offset entry = 0;  ///< the first entry of the row at position `first`
  Offset waits = 0;  ///< it waits for TrsvBlocks::waits from here up to those of the next block
};

/// Blocks by level: threads claim them in this order, which also numbers them. An empty one at the
/// end closes the last one's `waits`.
struct TrsvBlocks {
  LocalIndex levels = 0;
  std::vector<TrsvTask> tasks;
  std::vector<LocalIndex> waits;
  LocalIndex count() const { return static_cast<LocalIndex>(tasks.size()) - 1; }
};

/// Consecutive levels with fewer rows than `thin` are merged into runs for one thread.
TrsvLevels analyse_levels(const TrsvStructure& a, LocalIndex thin);

/// Blocks of at most `block_rows`. A block also ends where a chain of dependent rows does, as at
/// the end of a grid line, so that the next line does not have to wait for all of this one.
TrsvBlocks analyse_blocks(const TrsvStructure& a, LocalIndex block_rows);

/// Owned by a plan, shared by its copies.
struct TrsvAnalysis {
  TrsvLevels levels;
  DeviceView<LocalIndex> level_rows;  ///< levels.rows on the device
  TrsvBlocks blocks;
  int threads = 1;

  // A block is done when its number is that of the solve, so nothing has to be cleared.
  std::vector<std::atomic<std::uint32_t>> done;
  std::uint32_t solve = 0;
  alignas(64) std::atomic<LocalIndex> next{0};
};

}  // namespace suan::kernels
