// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays that the host fills and the device uses.
#pragma once

#include "suan/core/detail/memory.hpp"

namespace suan::detail {

/// One array if host and device share memory, else two.
template <class T>
class Staged {
 public:
  /// Reuses the memory of `last` if it has the right size and no other owner: writing a result in
  /// place needs no new pages, which the system would clear first.
  Staged(const std::string& label, std::size_t size, DeviceView<const T> last = {}) {
    if (last.use_count() == 1 && last.extent(0) == size) {
      device_ = DeviceView<T>(const_cast<T*>(last.data()), size);
      result_ = last;
    } else {
      last = DeviceView<const T>();  // before the new one is there
      device_ = allocate<T>(label, size);
      result_ = device_;
    }
    host_ = Kokkos::create_mirror_view(Kokkos::WithoutInitializing, device_);
  }
  T& operator[](std::size_t i) const { return host_.data()[i]; }
  T* data() const { return host_.data(); }
  DeviceView<const T> finish() const {
    Kokkos::deep_copy(device_, host_);  // nothing happens when they are the same
    return result_;
  }

 private:
  DeviceView<T> device_;
  DeviceView<const T> result_;  // owns what device_ refers to
  typename DeviceView<T>::HostMirror host_;
};

}  // namespace suan::detail
