// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "kernels/status.hpp"

namespace suan::kernels::cuda {
namespace {

/// One cuBLAS handle for each device and stream, made when it is first asked for. A handle holds
/// memory of the device, so all end with Kokkos and not with the program, when CUDA may be gone.
class Handles {
 public:
  static cublasHandle_t of(const ExecutionSpace& space) {
    static Handles handles;
    return handles.find(space);
  }

 private:
  using Key = std::pair<int, cudaStream_t>;

  cublasHandle_t find(const ExecutionSpace& space) {
    use_device_of(space);
    const Key key(space.cuda_device(), space.cuda_stream());
    const std::scoped_lock lock(mutex_);
    const auto found = handles_.find(key);
    if (found != handles_.end()) return found->second;
    // Anew after each initialisation of Kokkos, which forgets its hooks when it finalises.
    if (handles_.empty()) Kokkos::push_finalize_hook([this] { destroy(); });
    cublasHandle_t handle = nullptr;
    check(cublasCreate(&handle), "cublasCreate", "on device ", key.first);
    handles_.emplace(key, handle);
    check(cublasSetStream(handle, key.second), "cublasSetStream", "on device ", key.first);
    check(cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_HOST), "cublasSetPointerMode",
          "on device ", key.first);
    check(cublasSetAtomicsMode(handle, CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode",
          "on device ", key.first);
    return handle;
  }

  /// Runs while Kokkos finalises, where nothing may be thrown.
  void destroy() noexcept {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, handle] : handles_) {
      if (cudaSetDevice(key.first) == cudaSuccess) cublasDestroy(handle);
    }
    handles_.clear();
  }

  std::mutex mutex_;
  std::map<Key, cublasHandle_t> handles_;
};

const cuDoubleComplex* native(const Complex* x) {
  return reinterpret_cast<const cuDoubleComplex*>(x);
}
cuDoubleComplex* native(Complex* x) { return reinterpret_cast<cuDoubleComplex*>(x); }

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

}  // namespace

template <Scalar T>
T dot(const ExecutionSpace& space, const DeviceView<const T>& x, const DeviceView<const T>& y) {
  T result = 0;
  if (x.size() == 0) return result;
  check(call_dot(Handles::of(space), static_cast<std::int64_t>(x.size()), x.data(), y.data(),
                 &result),
        "dot", "of ", x.size(), " ", scalar_name<T>(), " elements");
  return result;
}

template <Scalar T>
void axpy(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x,
          const DeviceView<T>& y) {
  if (x.size() == 0) return;
  check(call_axpy(Handles::of(space), static_cast<std::int64_t>(x.size()), &alpha, x.data(),
                  y.data()),
        "axpy", "on ", x.size(), " ", scalar_name<T>(), " elements");
}

#define SUAN_INSTANTIATE(T)                                                                      \
  template T dot(const ExecutionSpace&, const DeviceView<const T>&, const DeviceView<const T>&); \
  template void axpy(const ExecutionSpace&, T, const DeviceView<const T>&, const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
