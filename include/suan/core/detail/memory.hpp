// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays that are read in streams.
#pragma once

#include <string>

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// Checked by everything that needs memory or threads. @throws InvalidArgument unless an
/// Environment, or the program itself, has initialised Kokkos.
void require_environment();

/// Requests large pages for a big array that has not been touched yet: fewer TLB misses, and
/// prefetching that does not stop every 4 KiB (docs/performance.md). Does nothing if that is not
/// possible.
void advise_huge_pages(void* data, std::size_t bytes) noexcept;

/// `view`, which has not been touched yet, on large pages if it is in host memory.
template <class View>
View on_large_pages(View view) {
  if constexpr (Kokkos::SpaceAccessibility<Kokkos::HostSpace,
                                           typename View::memory_space>::accessible) {
    advise_huge_pages(view.data(), view.span() * sizeof(typename View::value_type));
  }
  return view;
}

/// An uninitialised array, on large pages if it is in host memory.
/// @throws OutOfMemory, naming the memory, the size and the label; InvalidArgument without an
/// Environment.
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

/// The same array if it is reference-counted; a copy if it is unmanaged memory, whose lifetime is
/// unknown.
template <class T>
DeviceView<const T> kept(const DeviceView<const T>& array) {
  if (array.use_count() > 0 || array.extent(0) == 0) return array;
  const auto copy = allocate<T>("suan::kept", array.extent(0));
  Kokkos::deep_copy(copy, array);
  return copy;
}

}  // namespace suan::detail
