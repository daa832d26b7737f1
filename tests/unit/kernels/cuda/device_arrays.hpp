// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Arrays for tests of kernels: made on the host, used on the device.
#pragma once

#include <vector>

#include "suan/core/types.hpp"

namespace suan::test {

/// A copy in device memory that starts `shift` elements into an allocation.
template <class T>
DeviceView<T> to_device(const std::vector<T>& host, std::size_t shift = 0) {
  const DeviceView<T> all("suan::test", host.size() + shift);
  const DeviceView<T> part = Kokkos::subview(all, std::make_pair(shift, host.size() + shift));
  Kokkos::deep_copy(part, HostView<const T>(host.data(), host.size()));
  return part;
}

template <class T>
std::vector<std::remove_const_t<T>> to_host(const DeviceView<T>& device) {
  std::vector<std::remove_const_t<T>> host(device.size());
  Kokkos::deep_copy(HostView<std::remove_const_t<T>>(host.data(), host.size()), device);
  return host;
}

/// Pseudo-random numbers in [-1, 1], the same everywhere.
template <Scalar T>
T sample(std::uint64_t i) {
  const auto part = [](std::uint64_t k) {
    k = (k + 1) * 0x9e3779b97f4a7c15ULL;
    k = (k ^ (k >> 32)) * 0xd6e8feb86659fd93ULL;
    return static_cast<Real<T>>(static_cast<double>((k ^ (k >> 32)) >> 11) * 0x1p-52 - 1.0);
  };
  if constexpr (is_complex<T>) {
    return T(part(2 * i), part(2 * i + 1));
  } else {
    return part(i);
  }
}

template <Scalar T>
std::vector<T> samples(std::size_t size, std::uint64_t seed) {
  std::vector<T> result(size);
  for (std::size_t i = 0; i < size; ++i) result[i] = sample<T>((seed << 32) + i);
  return result;
}

}  // namespace suan::test
