// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How Suan's own CUDA kernels are started.
#pragma once

#include <utility>

#include "kernels/status.hpp"

namespace suan::kernels::cuda {

/// Starts `blocks` blocks on the stream of `space`, without waiting; nothing when there are none.
/// A block may have more than 48 KiB of shared memory, for which a kernel has to ask.
/// @throws DeviceError, naming the kernel, when CUDA refuses it.
template <class... Parameters, class... Arguments>
void launch(const char* name, const ExecutionSpace& space, void (*kernel)(Parameters...),
            Offset blocks, int threads, std::size_t shared_bytes, Arguments&&... arguments) {
  if (blocks == 0) return;
  constexpr std::size_t granted = 48 * 1024;
  use_device_of(space);
  if (shared_bytes > granted) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(shared_bytes)),
          "cudaFuncSetAttribute", "for ", shared_bytes, " bytes of shared memory in ", name);
  }
  kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), shared_bytes,
           space.cuda_stream()>>>(std::forward<Arguments>(arguments)...);
  check(cudaGetLastError(), name, "in ", blocks, " blocks of ", threads, " threads");
}

}  // namespace suan::kernels::cuda
