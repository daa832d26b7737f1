// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which implementation of a kernel runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suan {

/// automatic: the library chooses. native: the portable Kokkos kernel, which always exists.
/// cusparse: NVIDIA's library. What was chosen is in every SolveReport.
enum class KernelPath { automatic, native, cusparse };

std::string_view to_string(KernelPath path);
/// @throws InvalidArgument naming the valid ones.
KernelPath kernel_path_from_string(std::string_view name);
/// The paths that this build has.
std::vector<KernelPath> available_kernel_paths();
/// Resolves `automatic`. @throws NotSupported when `wanted` is not in this build.
KernelPath choose_spmv_path(KernelPath wanted);

}  // namespace suan
