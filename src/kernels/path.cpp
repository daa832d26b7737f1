// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/path.hpp"

#include "suan/core/options.hpp"
#include "suan/core/types.hpp"

namespace suan {

std::string_view to_string(KernelPath path) {
  switch (path) {
    case KernelPath::native:
      return "native";
    case KernelPath::cusparse:
      return "cusparse";
    case KernelPath::automatic:
      break;
  }
  return "auto";
}

KernelPath kernel_path_from_string(std::string_view name) {
  for (const auto path : {KernelPath::automatic, KernelPath::native, KernelPath::cusparse}) {
    if (to_string(path) == name) return path;
  }
  throw_unknown_name("kernel path", name, {"auto", "native", "cusparse"});
}

std::vector<KernelPath> available_kernel_paths() {
  if constexpr (SUAN_HAVE_CUDA != 0) return {KernelPath::native, KernelPath::cusparse};
  return {KernelPath::native};
}

KernelPath choose_spmv_path(KernelPath wanted) {
  if (wanted == KernelPath::cusparse && SUAN_HAVE_CUDA == 0) {
    throw NotSupported(
        "the kernel path cusparse was asked for, but this build of Suan has no CUDA; use auto or "
        "native, or build the preset cuda");
  }
  if (wanted != KernelPath::automatic) return wanted;
  return SUAN_HAVE_CUDA != 0 ? KernelPath::cusparse : KernelPath::native;
}

}  // namespace suan
