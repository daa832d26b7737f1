// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/core/error.hpp"
#include "suan/kernels/spgemm.hpp"

namespace suan::detail {

/// @throws InvalidArgument for the chunk fraction.
inline void require_options(const SpgemmOptions& options) {
  if (options.chunk_fraction > 0 && options.chunk_fraction <= 1) return;
  throw InvalidArgument(message("multiply: the chunk fraction must be above 0 and at most 1, not ",
                                options.chunk_fraction));
}

}  // namespace suan::detail
