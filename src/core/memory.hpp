// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays that are read in streams.
#pragma once

#include <string>

#include "suan/core/types.hpp"

namespace suan::detail {

/// Asks the system for large pages under a big array that has not been touched yet. Fewer misses
/// of the address cache, and prefetching that does not stop every 4 KiB (docs/performance.md).
/// Does nothing where that is not possible.
void advise_huge_pages(void* data, std::size_t bytes) noexcept;

/// An uninitialised array in device memory, on large pages where the device is the host.
template <class T>
DeviceView<T> allocate(const std::string& label, std::size_t size) {
  DeviceView<T> view(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), size);
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible) {
    advise_huge_pages(view.data(), size * sizeof(T));
  }
  return view;
}

}  // namespace suan::detail
