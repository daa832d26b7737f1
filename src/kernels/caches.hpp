// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Whether the arrays of a matrix may stay in the caches from one product to the next, as those of
/// circuits and coarse levels do. Larger ones are read past the near caches: products ask for what
/// they need later by prefetches that leave no trace there, so that x stays. The arrays of a small
/// matrix would be driven out of the second-level cache by that, product after product.
constexpr bool stays_in_caches(Offset bytes) { return bytes <= Offset(16) << 20; }

}  // namespace suan::kernels
