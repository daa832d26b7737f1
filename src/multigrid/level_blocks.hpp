// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Levels whose nodes have several unknowns.
#pragma once

#include "multigrid/level.hpp"
#include "suan/matrix/optimize.hpp"

namespace suan::multigrid {

/// With products by blocks of so many rows, if these read less than row by row: spectral bounds and
/// cycles consist of products. (With CUDA blocks are not faster.)
template <Scalar T>
DistributedMatrix<T> in_blocks(const DistributedMatrix<T>& a, std::int64_t rows) {
  if (SUAN_HAVE_CUDA || rows < 2 || rows > 8) return a;
  FormatChoice choice;
  auto blocks = optimize(
      a, {.format = "bsr", .block = static_cast<int>(rows), .storage = "same", .measure = false},
      &choice);
  return choice.bytes < choice.csr_bytes ? blocks : a;
}

/// The rows of each node on the level that was made from `fine`; 0 if they differ. Coarse points
/// are nodes of one row.
template <Scalar T>
std::int64_t rows_of_nodes(const Level<T>& fine) {
  const auto& tentative = fine.structure.tentative;
  if (tentative.vectors == 0) return 1;
  const GlobalIndex nodes = fine.structure.aggregates.layout.global_size();
  return tentative.rows.global_size() == tentative.vectors * nodes ? tentative.vectors : 0;
}

}  // namespace suan::multigrid
