// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cublas_handle.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace suan::kernels::cuda {
namespace {

/// What NVIDIA's documents recommend for compute capability 9.0.
constexpr std::size_t workspace_bytes = std::size_t(32) << 20;

struct Resources {
  cublasHandle_t handle = nullptr;
  void* workspace = nullptr;
  void* scratch = nullptr;
  std::size_t scratch_bytes = 0;
};

/// The resources of each device and stream, created on first use. They live in device memory, so
/// they are released when Kokkos finalises: at the end of the program CUDA may be gone.
class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  cublasHandle_t handle(const ExecutionSpace& space) {
    const std::scoped_lock lock(mutex_);
    return find(space).handle;
  }

  cublasHandle_t product_handle(const ExecutionSpace& space) {
    const std::scoped_lock lock(mutex_);
    Resources& found = find(space);
    if (found.workspace == nullptr) {
      check(cudaMalloc(&found.workspace, workspace_bytes), "cudaMalloc", "of ", workspace_bytes,
            " bytes of workspace for cuBLAS");
      check(cublasSetWorkspace(found.handle, found.workspace, workspace_bytes),
            "cublasSetWorkspace", "of ", workspace_bytes, " bytes");
    }
    return found.handle;
  }

  void* scratch(const ExecutionSpace& space, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    Resources& found = find(space);
    if (found.scratch_bytes < bytes) {
      // cudaFree waits for the work that still uses it.
      check(cudaFree(found.scratch), "cudaFree", "of ", found.scratch_bytes, " bytes");
      found.scratch = nullptr;
      found.scratch_bytes = 0;
      check(cudaMalloc(&found.scratch, bytes), "cudaMalloc", "of ", bytes,
            " bytes for a small matrix");
      found.scratch_bytes = bytes;
    }
    return found.scratch;
  }

 private:
  using Key = std::pair<int, cudaStream_t>;

  Resources& find(const ExecutionSpace& space) {
    use_device_of(space);
    const Key key(space.cuda_device(), space.cuda_stream());
    const auto known = resources_.find(key);
    if (known != resources_.end()) return known->second;
    // Registered again after each initialisation: Kokkos forgets its hooks when it finalises.
    if (resources_.empty()) Kokkos::push_finalize_hook([this] { destroy(); });
    cublasHandle_t handle = nullptr;
    check(cublasCreate(&handle), "cublasCreate", "on device ", key.first);
    Resources& made = resources_[key];
    made.handle = handle;
    check(cublasSetStream(handle, key.second), "cublasSetStream", "on device ", key.first);
    check(cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_HOST), "cublasSetPointerMode",
          "on device ", key.first);
    check(cublasSetAtomicsMode(handle, CUBLAS_ATOMICS_NOT_ALLOWED), "cublasSetAtomicsMode",
          "on device ", key.first);
    // In this mode products keep the full precision of their operands.
    check(cublasSetMathMode(handle, CUBLAS_DEFAULT_MATH), "cublasSetMathMode", "on device ",
          key.first);
    return made;
  }

  /// Runs while Kokkos finalises, where nothing may throw.
  void destroy() noexcept {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, found] : resources_) {
      if (cudaSetDevice(key.first) != cudaSuccess) continue;
      cublasDestroy(found.handle);
      cudaFree(found.workspace);
      cudaFree(found.scratch);
    }
    resources_.clear();
  }

  std::mutex mutex_;
  std::map<Key, Resources> resources_;
};

}  // namespace

cublasHandle_t cublas_handle(const ExecutionSpace& space) { return Pool::instance().handle(space); }
cublasHandle_t cublas_product_handle(const ExecutionSpace& space) {
  return Pool::instance().product_handle(space);
}
void* cublas_scratch(const ExecutionSpace& space, std::size_t bytes) {
  return Pool::instance().scratch(space, bytes);
}

}  // namespace suan::kernels::cuda
