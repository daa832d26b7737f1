// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays that are read in streams.
#pragma once

#include <string>

#include "suan/core/environment.hpp"
#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// Asks the system for large pages under a big array that has not been touched yet. Fewer misses
/// of the address cache, and prefetching that does not stop every 4 KiB (docs/performance.md).
/// Does nothing where that is not possible.
void advise_huge_pages(void* data, std::size_t bytes) noexcept;

/// `view`, which has not been touched yet, on large pages where it lies in host memory.
template <class View>
View on_large_pages(View view) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace,
                                           typename View::memory_space>::accessible) {
    advise_huge_pages(view.data(), view.span() * sizeof(typename View::value_type));
  }
  return view;
}

/// An uninitialised array, on large pages where it lies in host memory.
/// @throws OutOfMemory, which names the memory, the size and the label; InvalidArgument where there
/// is no Environment.
template <class View, class... Sizes>
View allocate_view(const std::string& label, Sizes... sizes) {
  require_environment();
  return with_typed_errors([&] {
    return on_large_pages(View(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), sizes...));
  });
}

template <class T>
DeviceView<T> allocate(const std::string& label, std::size_t size) {
  return allocate_view<DeviceView<T>>(label, size);
}

template <class T>
HostView<T> allocate_on_host(const std::string& label, std::size_t size) {
  return allocate_view<HostView<T>>(label, size);
}

/// The same array where it is shared with its other owners; a copy where it is somebody else's
/// memory, of which nobody knows how long it lives.
template <class T>
DeviceView<const T> kept(const DeviceView<const T>& array) {
  if (array.use_count() > 0 || array.extent(0) == 0) return array;
  const auto copy = allocate<T>("suan::kept", array.extent(0));
  Kokkos::deep_copy(copy, array);
  return copy;
}

}  // namespace suan::detail
