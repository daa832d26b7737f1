// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The candidate formats for a distributed matrix, the same on all ranks.
#pragma once

#include <string>
#include <vector>

#include "suan/kernels/format_plan.hpp"
#include "suan/matrix/optimize.hpp"

namespace suan::detail {

template <Scalar T>
struct FormatLayout {
  std::string name;                                        ///< "sell", "sell_sorted", "bsr"
  int block = 0;                                           ///< block size of bsr
  std::shared_ptr<const kernels::FormatPlan<T>> layout{};  ///< of this rank's local part
  kernels::ValueStorage storage = kernels::ValueStorage::same;
  std::int64_t bytes = 0;  ///< of the arrays of all ranks' local parts
};

/// The formats besides csr that `options` allow, each with its layout and storage: bsr only if it
/// was requested or needs less than csr_bytes, by an estimate. Arrays that stay in the caches are
/// read so fast that decoding values would take longer; they store values as they are. Only layouts
/// are made. Collective.
/// @throws NotSupported when values cannot be stored as the options say.
template <Scalar T>
std::vector<FormatLayout<T>> format_layouts(const DistributedMatrix<T>& a,
                                            const OptimizeOptions& options, std::int64_t csr_bytes,
                                            bool in_caches);

}  // namespace suan::detail
