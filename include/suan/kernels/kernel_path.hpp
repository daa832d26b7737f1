// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which implementation of a kernel runs.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace suan {

/// automatic: the library chooses. native: the portable Kokkos kernel, which always exists.
/// cusparse: NVIDIA's library. cuda: Suan's own CUDA kernel. What was chosen is in every
/// SolveReport.
enum class KernelPath { automatic, native, cusparse, cuda };

std::string_view to_string(KernelPath path);
/// @throws InvalidArgument naming the valid ones.
KernelPath kernel_path_from_string(std::string_view name);
/// The paths that this build has for at least one operation.
std::vector<KernelPath> available_kernel_paths();
/// Resolves `automatic` to the first of `present`: the paths that `operation` has in this build,
/// best first. @throws NotSupported when `wanted` is not among them.
KernelPath choose_path(std::string_view operation, KernelPath wanted,
                       std::initializer_list<KernelPath> present);
/// The same for a product with one vector.
KernelPath choose_spmv_path(KernelPath wanted);
/// The same for a product of two sparse matrices.
KernelPath choose_spgemm_path(KernelPath wanted);
/// The same for a product with several vectors.
KernelPath choose_spmm_path(KernelPath wanted);

}  // namespace suan
