// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Launching Suan's own CUDA kernels.
#pragma once

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "kernels/cuda/status.hpp"

namespace suan::kernels::cuda {

/// Launches `blocks` blocks on the stream of `space`, without waiting; does nothing for zero
/// blocks. A block may have more than 48 KiB of shared memory, which a kernel must request
/// explicitly.
/// @throws DeviceError, naming the kernel, when the launch fails.
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

/// Launches at most `blocks` blocks that all run at the same time, as many as fit on the device.
/// @throws DeviceError, naming the kernel, when the launch fails.
template <class... Parameters, class... Arguments>
void launch_together(const char* name, const ExecutionSpace& space, void (*kernel)(Parameters...),
                     Offset blocks, int threads, Arguments&&... arguments) {
  if (blocks == 0) return;
  use_device_of(space);
  int multiprocessors = 0;
  check(
      cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, space.cuda_device()),
      "cudaDeviceGetAttribute", "for device ", space.cuda_device());
  int per_multiprocessor = 0;
  check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_multiprocessor, kernel, threads, 0),
        "cudaOccupancyMaxActiveBlocksPerMultiprocessor", "for ", name);
  const Offset together = std::min(blocks, Offset{multiprocessors} * per_multiprocessor);
  // Of exactly the parameters' types, because they are passed by address.
  std::tuple<std::remove_cvref_t<Parameters>...> values{std::forward<Arguments>(arguments)...};
  std::apply(
      [&](auto&... value) {
        void* addresses[] = {&value...};
        check(cudaLaunchCooperativeKernel(
                  reinterpret_cast<const void*>(kernel), static_cast<unsigned>(together),
                  static_cast<unsigned>(threads), addresses, 0, space.cuda_stream()),
              name, "in ", together, " blocks of ", threads, " threads");
      },
      values);
}

}  // namespace suan::kernels::cuda
