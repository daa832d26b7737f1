// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The grids of the model problems.
#pragma once

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// Points of a regular grid, x fastest.
struct Grid {
  GlobalIndex nx;
  GlobalIndex ny;
  GlobalIndex nz;

  GlobalIndex size() const { return nx * ny * nz; }
};

/// @throws InvalidArgument when a number is not positive or the product is not exact in double.
inline Grid checked_grid(const char* what, GlobalIndex nx, GlobalIndex ny, GlobalIndex nz) {
  constexpr GlobalIndex limit = GlobalIndex(1) << 53;
  const bool positive = nx > 0 && ny > 0 && nz > 0;
  if (!positive || nx > limit / ny || nx * ny > limit / nz) {
    throw InvalidArgument(message(what, ": a grid of ", nx, " x ", ny, " x ", nz,
                                  " points is not possible; each must be positive, and their "
                                  "product at most 2^53"));
  }
  return {nx, ny, nz};
}

}  // namespace suan::detail
