// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// cuBLAS handles and their resources. For the .cu files only.
#pragma once

#include "kernels/cuda/status.hpp"

namespace suan::kernels::cuda {

/// The handle for the device and stream of `space`, created on first use; scalars are in host
/// memory, atomics are off. It is destroyed when Kokkos finalises.
cublasHandle_t cublas_handle(const ExecutionSpace& space);

/// The same handle with a workspace of its own (32 MiB, from the first call on), so that cuBLAS
/// chooses the same algorithms each time, whatever other streams do.
cublasHandle_t cublas_product_handle(const ExecutionSpace& space);

/// At least `bytes` bytes of device memory owned by the handle, for operands that are used on the
/// stream of `space` before the next call.
void* cublas_scratch(const ExecutionSpace& space, std::size_t bytes);

inline const cuDoubleComplex* native(const Complex* x) {
  return reinterpret_cast<const cuDoubleComplex*>(x);
}
inline cuDoubleComplex* native(Complex* x) { return reinterpret_cast<cuDoubleComplex*>(x); }
inline const cuComplex* native(const ComplexFloat* x) {
  return reinterpret_cast<const cuComplex*>(x);
}
inline cuComplex* native(ComplexFloat* x) { return reinterpret_cast<cuComplex*>(x); }

}  // namespace suan::kernels::cuda
