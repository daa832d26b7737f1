// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Bytes of the arrays of a level, by formula.
#pragma once

#include <cmath>
#include <string>

#include "suan/core/types.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

inline constexpr double offset_bytes = sizeof(Offset);
inline constexpr double index_bytes = sizeof(LocalIndex);

template <Scalar T>
double csr_bytes(double rows, double entries) {
  return offset_bytes * rows + (index_bytes + sizeof(T)) * entries;
}

/// Of a level's matrix in blocks, beside CSR, if its nodes have so many rows each (in_blocks()).
template <Scalar T>
double bsr_bytes(double nodes, double block, double entries) {
  if (SUAN_HAVE_CUDA || block < 2 || block > 8 || block != std::floor(block)) return 0;
  return offset_bytes * nodes + (sizeof(T) + index_bytes / (block * block)) * entries;
}

/// What a smoother has beside the matrix.
template <Scalar T>
double smoother_bytes(const std::string& smoother, double rows, double entries) {
  const bool has_factors = smoother == "ilu0";  // twice the block, and three offsets a row
  const double vectors = smoother == "chebyshev" ? 3 : 2;
  return vectors * sizeof(T) * rows +
         (has_factors ? csr_bytes<T>(rows, entries) + csr_bytes<T>(2 * rows, entries) : 0);
}

/// Of a level: the residual, those of the smoother and, unless it is the finest, the right-hand
/// side and the solution.
template <Scalar T>
double vector_bytes(double rows, double entries, bool is_finest, const AmgOptions& options) {
  const auto& named = options.smoother.type();
  // The one that takes more of those that may be chosen.
  const std::string smoother = named == "auto" ? "chebyshev" : named;
  return sizeof(T) * rows * (is_finest ? 1 : 3) + smoother_bytes<T>(smoother, rows, entries);
}

/// Vectors of W-, F- and K-cycles.
template <Scalar T>
double more_vectors(double rows, const AmgOptions& options) {
  return sizeof(T) * rows * (options.cycle == "v" ? 0 : options.cycle == "k" ? 4 : 2);
}

}  // namespace suan::multigrid
