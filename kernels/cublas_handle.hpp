// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// cuBLAS handles and what belongs to them. For the .cu files only.
#pragma once

#include "kernels/status.hpp"

namespace suan::kernels::cuda {

/// The handle of the device and the stream of `space`, made when it is first asked for; scalars are
/// in host memory, atomics are off. It ends when Kokkos finalises.
cublasHandle_t cublas_handle(const ExecutionSpace& space);

/// The same handle with a workspace of its own, so that cuBLAS chooses its algorithms in the same
/// way each time, whatever other streams do. 32 MiB, from the first call on.
cublasHandle_t cublas_product_handle(const ExecutionSpace& space);

/// At least `bytes` bytes of device memory that stay with the handle, for operands that are used on
/// the stream of `space` before the next call asks for them.
void* cublas_scratch(const ExecutionSpace& space, std::size_t bytes);

inline const cuDoubleComplex* native(const Complex* x) {
  return reinterpret_cast<const cuDoubleComplex*>(x);
}
inline cuDoubleComplex* native(Complex* x) { return reinterpret_cast<cuDoubleComplex*>(x); }

}  // namespace suan::kernels::cuda
