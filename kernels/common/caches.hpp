// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Whether the arrays of a matrix may stay in the caches from one product to the next, as those of
/// circuits and coarse levels do. Products prefetch larger ones past the near caches, so that x
/// stays there. Such prefetches would evict the arrays of a small matrix from the second-level
/// cache in each product.
constexpr bool stays_in_caches(Offset bytes) { return bytes <= Offset(16) << 20; }

}  // namespace suan::kernels
