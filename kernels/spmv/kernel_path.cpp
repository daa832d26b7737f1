// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/kernel_path.hpp"

#include "suan/core/error.hpp"
#include "suan/core/options.hpp"
#include "suan/core/types.hpp"

namespace suan {

namespace {

constexpr KernelPath all_paths[] = {KernelPath::automatic, KernelPath::native, KernelPath::cusparse,
                                    KernelPath::cuda};

}  // namespace

std::string_view to_string(KernelPath path) {
  switch (path) {
    case KernelPath::native:
      return "native";
    case KernelPath::cusparse:
      return "cusparse";
    case KernelPath::cuda:
      return "cuda";
    case KernelPath::automatic:
      break;
  }
  return "auto";
}

KernelPath kernel_path_from_string(std::string_view name) {
  std::vector<std::string> names;
  for (const auto path : all_paths) {
    if (to_string(path) == name) return path;
    names.emplace_back(to_string(path));
  }
  throw_unknown_name("kernel path", name, names);
}

std::vector<KernelPath> available_kernel_paths() {
  if constexpr (SUAN_HAVE_CUDA != 0) {
    return {KernelPath::native, KernelPath::cusparse, KernelPath::cuda};
  }
  return {KernelPath::native};
}

KernelPath choose_path(std::string_view operation, KernelPath wanted,
                       std::initializer_list<KernelPath> present) {
  if (wanted == KernelPath::automatic) return *present.begin();
  std::string names = "auto";
  for (const auto path : present) {
    if (path == wanted) return path;
    names += message(", ", to_string(path));
  }
  throw NotSupported(
      message("the kernel path ", to_string(wanted), " was requested, but this build ", "of Suan ",
              SUAN_HAVE_CUDA != 0 ? "" : "has no CUDA and ", "does not have it for ", operation,
              "; use one of ", names, SUAN_HAVE_CUDA != 0 ? "" : ", or build the preset cuda"));
}

KernelPath choose_spmv_path(KernelPath wanted) {
  if constexpr (SUAN_HAVE_CUDA != 0) {
    return choose_path("products with a vector", wanted,
                       {KernelPath::cuda, KernelPath::cusparse, KernelPath::native});
  }
  return choose_path("products with a vector", wanted, {KernelPath::native});
}

KernelPath choose_spgemm_path(KernelPath wanted) {
  constexpr const char* operation = "products of sparse matrices";
  if constexpr (SUAN_HAVE_CUDA != 0) {
    return choose_path(operation, wanted,
                       {KernelPath::cuda, KernelPath::cusparse, KernelPath::native});
  }
  return choose_path(operation, wanted, {KernelPath::native});
}

KernelPath choose_spmm_path(KernelPath wanted) {
  if constexpr (SUAN_HAVE_CUDA != 0) {
    return choose_path("products with several vectors", wanted,
                       {KernelPath::native, KernelPath::cuda, KernelPath::cusparse});
  }
  return choose_path("products with several vectors", wanted, {KernelPath::native});
}

}  // namespace suan
