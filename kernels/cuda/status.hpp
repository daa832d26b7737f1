// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Turns a failed CUDA, cuSPARSE or cuBLAS status into a DeviceError. For the .cu files only: this
// is the one place in the library that includes NVIDIA's headers.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cusparse.h>

#include "kernels/cuda/cuda.hpp"
#include "suan/core/error.hpp"

namespace suan::kernels::cuda {

static_assert(std::same_as<ExecutionSpace, Kokkos::Cuda>,
              "the CUDA fast paths need a Kokkos whose default execution space is Cuda");

/// `call` is the library's function, `what` the data that it was called on.
template <class... What>
void check(cudaError_t status, const char* call, const What&... what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets it, so that the next call does not report it again
  const std::string text = message("CUDA failed in ", call, " ", what..., ": ",
                                   cudaGetErrorString(status), " (", cudaGetErrorName(status), ")");
  if (status == cudaErrorMemoryAllocation) throw OutOfMemory(text);
  throw DeviceError(text);
}

template <class... What>
void check(cusparseStatus_t status, const char* call, const What&... what) {
  if (status == CUSPARSE_STATUS_SUCCESS) return;
  const std::string text =
      message("cuSPARSE failed in ", call, " ", what..., ": ", cusparseGetErrorString(status), " (",
              cusparseGetErrorName(status), "); the kernel path 'auto' does without cuSPARSE");
  if (status == CUSPARSE_STATUS_ALLOC_FAILED) throw OutOfMemory(text);
  throw DeviceError(text);
}

template <class... What>
void check(cublasStatus_t status, const char* call, const What&... what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string text =
      message("cuBLAS failed in ", call, " ", what..., ": ", cublasGetStatusString(status), " (",
              cublasGetStatusName(status), ")");
  if (status == CUBLAS_STATUS_ALLOC_FAILED) throw OutOfMemory(text);
  throw DeviceError(text);
}

/// The libraries work on the current device, which Kokkos sets before each of its own calls when
/// several devices are in use.
inline void use_device_of(const ExecutionSpace& space) {
  check(cudaSetDevice(space.cuda_device()), "cudaSetDevice", "for device ", space.cuda_device());
}

/// The name of T in the libraries.
template <Scalar T>
inline constexpr cudaDataType data_type = std::same_as<T, float>     ? CUDA_R_32F
                                          : std::same_as<T, double>  ? CUDA_R_64F
                                          : std::same_as<T, Complex> ? CUDA_C_64F
                                                                     : CUDA_C_32F;

}  // namespace suan::kernels::cuda
