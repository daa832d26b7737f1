// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which of Suan's own CUDA kernels multiplies a CSR matrix. Nothing here needs CUDA, so every build
// tests the choice.
#pragma once

#include <algorithm>
#include <string>

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::kernels::cuda {

/// merge: the path of row ends and entries is cut into tiles of equal length, whatever the rows.
/// Otherwise `threads_per_row` threads of a warp share a row: 1, 2, 4, 8, 16 or 32.
struct CsrChoice {
  bool merge = false;
  int threads_per_row = 1;
  friend bool operator==(const CsrChoice&, const CsrChoice&) = default;
};

/// The basis of the choice.
struct RowLengths {
  LocalIndex rows = 0;
  Offset entries = 0;
  Offset longest = 0;
  double mean() const {
    return rows == 0 ? 0.0 : static_cast<double>(entries) / static_cast<double>(rows);
  }
};

/// A row with more entries than this keeps the other threads of its warp waiting: 32 times the
/// mean, but at least 256, which take little time, and at most 2048, which take a whole warp 64
/// steps.
inline double longest_even_row(const RowLengths& lengths) {
  return 32.0 * std::clamp(lengths.mean(), 8.0, 64.0);
}

/// Whether the merge path is taken.
inline bool is_skewed(const RowLengths& lengths) {
  return static_cast<double>(lengths.longest) > longest_even_row(lengths);
}

/// At least six entries for each thread of a row; docs/cuda.md has the measurements.
inline CsrChoice choose_csr_kernel(const RowLengths& lengths) {
  CsrChoice choice;
  choice.merge = is_skewed(lengths);
  while (choice.threads_per_row < 32 && 12 * choice.threads_per_row <= lengths.mean()) {
    choice.threads_per_row *= 2;
  }
  return choice;
}

/// The choice and its reason, in words.
inline std::string describe(const CsrChoice& choice, const RowLengths& lengths) {
  const std::string rows =
      message("rows of ", lengths.mean(), " entries on average and ", lengths.longest, " at most");
  return choice.merge ? message(rows, ": merge path")
                      : message(rows, ": ", choice.threads_per_row,
                                choice.threads_per_row == 1 ? " thread" : " threads", " per row");
}

}  // namespace suan::kernels::cuda
