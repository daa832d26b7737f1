// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/status.hpp"

namespace suan::kernels::cuda {

void require_device() {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices > 0) return;
  throw DeviceError(
      message("this build of Suan runs on NVIDIA GPUs and finds none here: ",
              status == cudaSuccess ? "the number of devices is 0" : cudaGetErrorString(status),
              "; look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use a build for the CPU (preset "
              "release)"));
}

}  // namespace suan::kernels::cuda
