// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "kernels/cuda/cublas_handle.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

cublasStatus_t call_dot(cublasHandle_t h, std::int64_t n, const float* x, const float* y,
                        float* result) {
  return cublasSdot_64(h, n, x, 1, y, 1, result);
}
cublasStatus_t call_dot(cublasHandle_t h, std::int64_t n, const double* x, const double* y,
                        double* result) {
  return cublasDdot_64(h, n, x, 1, y, 1, result);
}
cublasStatus_t call_dot(cublasHandle_t h, std::int64_t n, const Complex* x, const Complex* y,
                        Complex* result) {
  return cublasZdotc_64(h, n, native(x), 1, native(y), 1, native(result));
}
cublasStatus_t call_dot(cublasHandle_t h, std::int64_t n, const ComplexFloat* x,
                        const ComplexFloat* y, ComplexFloat* result) {
  return cublasCdotc_64(h, n, native(x), 1, native(y), 1, native(result));
}

cublasStatus_t call_axpy(cublasHandle_t h, std::int64_t n, const float* alpha, const float* x,
                         float* y) {
  return cublasSaxpy_64(h, n, alpha, x, 1, y, 1);
}
cublasStatus_t call_axpy(cublasHandle_t h, std::int64_t n, const double* alpha, const double* x,
                         double* y) {
  return cublasDaxpy_64(h, n, alpha, x, 1, y, 1);
}
cublasStatus_t call_axpy(cublasHandle_t h, std::int64_t n, const Complex* alpha, const Complex* x,
                         Complex* y) {
  return cublasZaxpy_64(h, n, native(alpha), native(x), 1, native(y), 1);
}
cublasStatus_t call_axpy(cublasHandle_t h, std::int64_t n, const ComplexFloat* alpha,
                         const ComplexFloat* x, ComplexFloat* y) {
  return cublasCaxpy_64(h, n, native(alpha), native(x), 1, native(y), 1);
}

}  // namespace

template <Scalar T>
T dot(const ExecutionSpace& space, const DeviceView<const T>& x, const DeviceView<const T>& y) {
  T result = 0;
  if (x.size() == 0) return result;
  check(call_dot(cublas_handle(space), static_cast<std::int64_t>(x.size()), x.data(), y.data(),
                 &result),
        "dot", "of ", x.size(), " ", scalar_name<T>(), " elements");
  return result;
}

template <Scalar T>
void axpy(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
          const DeviceView<T>& y) {
  if (x.size() == 0) return;
  check(call_axpy(cublas_handle(space), static_cast<std::int64_t>(x.size()), &alpha, x.data(),
                  y.data()),
        "axpy", "on ", x.size(), " ", scalar_name<T>(), " elements");
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template T dot(const ExecutionSpace&, const DeviceView<const T>&, const DeviceView<const T>&); \
  template void axpy(const ExecutionSpace&, T, const DeviceView<const T>&, const DeviceView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
