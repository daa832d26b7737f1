// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Multivectors in the form that NVIDIA's libraries expect. For the .cu files only.
#pragma once

#include "suan/kernels/spmm.hpp"

namespace suan::kernels::cuda {

template <class View>
std::int64_t extent(const View& x, int dimension) {
  return static_cast<std::int64_t>(x.extent(static_cast<std::size_t>(dimension)));
}

/// A view with a single row may have any stride, yet the library checks it.
template <class View>
std::int64_t row_stride(const View& x) {
  return Kokkos::max(static_cast<std::int64_t>(x.stride(0)), extent(x, 1));
}

}  // namespace suan::kernels::cuda
