// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays that the host fills and the device uses.
#pragma once

#include "core/memory.hpp"

namespace suan::detail {

/// One array where both share memory, two elsewhere.
template <class T>
class Staged {
 public:
  Staged(const std::string& label, std::size_t size)
      : device_(allocate<T>(label, size)),
        host_(Kokkos::create_mirror_view(Kokkos::WithoutInitializing, device_)) {}
  T& operator[](std::size_t i) const { return host_.data()[i]; }
  T* data() const { return host_.data(); }
  DeviceView<const T> finish() const {
    Kokkos::deep_copy(device_, host_);  // nothing happens when they are the same
    return device_;
  }

 private:
  DeviceView<T> device_;
  typename DeviceView<T>::HostMirror host_;
};

}  // namespace suan::detail
