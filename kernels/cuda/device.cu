// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/status.hpp"

namespace suan::kernels::cuda {
namespace {

/// What many kernels take by value: Views, and something after them.
struct Passed {
  DeviceView<const double> input;
  DeviceView<double> output;
  std::int64_t last;
};

struct Seen {
  const void* input;
  const void* output;
  std::int64_t extent;
  std::int64_t last;
  bool operator==(const Seen&) const = default;
};

Seen seen_on_host(const Passed& passed) {
  return {passed.input.data(), passed.output.data(),
          static_cast<std::int64_t>(passed.output.extent(0)), passed.last};
}

__global__ void see_on_device(Passed passed, Seen* seen) {
  *seen = {passed.input.data(), passed.output.data(),
           static_cast<std::int64_t>(passed.output.extent(0)), passed.last};
}

}  // namespace

void require_same_layouts() {
  const Kokkos::View<Seen, Kokkos::SharedHostPinnedSpace> seen("suan::seen");
  const DeviceView<double> array("suan::probe", 3);
  const Passed passed{array, array, 5};
  const ExecutionSpace space;
  see_on_device<<<1, 1, 0, space.cuda_stream()>>>(passed, seen.data());
  check(cudaGetLastError(), "see_on_device", "in the check of layouts");
  space.fence("suan::seen");
  if (seen() == seen_on_host(passed)) return;
  throw DeviceError(message(
      "device code of this build finds the members of a Kokkos::View in other places than host "
      "code puts them, as nvcc ",
      __CUDACC_VER_MAJOR__, ".", __CUDACC_VER_MINOR__,
      " does with [[no_unique_address]]: build Kokkos with cmake/patches (./dev setup does)"));
}

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

double free_bytes() {
  std::size_t available = 0;
  std::size_t all = 0;
  check(cudaMemGetInfo(&available, &all), "cudaMemGetInfo", "asking for the free memory");
  return static_cast<double>(available);
}

std::int64_t device_number() {
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice", "asking for the device");
  std::int64_t number = 0;
  for (const auto part : {cudaDevAttrPciDomainId, cudaDevAttrPciBusId, cudaDevAttrPciDeviceId}) {
    int value = 0;
    check(cudaDeviceGetAttribute(&value, part, device), "cudaDeviceGetAttribute",
          "asking for the place of the device");
    number = number << 16 | value;
  }
  return number;
}

}  // namespace suan::kernels::cuda
